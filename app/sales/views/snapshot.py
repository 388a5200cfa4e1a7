"""The pipelines on every morning."""

from flask_babel import lazy_gettext as _l

from app.kernel.views import Chart, EntityInterface, EntityView, sum_of
from app.sales.models import PipelineSnapshot


class PipelineSnapshotView(EntityView):
    """Read-only: the nightly job writes them."""

    datamodel = EntityInterface(PipelineSnapshot)
    icon = "camera"
    read_only = True
    help = _l("Taken every night, so that what stood open on a past day can still be told.")
    list_columns = ["taken_on", "pipeline", "stage", "owner", "number", "amount", "weighted_amount", "currency"]
    search_columns = ["taken_on", "pipeline", "stage", "currency", "owner", "team"]
    base_order = ("taken_on", "desc")
    charts = [
        Chart("open_by_day", _l("Open amount by day"), group="taken_on:day", split="stage", measure=sum_of("amount"),
              kind="line", period="taken_on"),
        Chart("weighted_by_day", _l("Weighted amount by day"), group="taken_on:day",
              measure=sum_of("weighted_amount"), kind="line", period="taken_on"),
        Chart("number_by_day", _l("Open opportunities by day"), group="taken_on:day", split="stage",
              measure=sum_of("number"), kind="line", period="taken_on"),
    ]
