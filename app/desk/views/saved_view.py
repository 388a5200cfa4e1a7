"""Saved views: the users' own tabs above the lists."""

from app.desk.models import SavedView
from app.desk.queries import kept_views
from app.kernel.views import EntityInterface, EntityView, savedviews


class SavedViewView(EntityView):
    """The user's own saved views."""

    datamodel = EntityInterface(SavedView)
    icon = "bookmark"
    list_columns = ["name", "entity", "shared", "owner"]
    text_columns = ["name"]
    sort_columns = ["name"]
    search_columns = ["entity", "shared"]
    form_sections = [("", ["name", "entity", "query", "shared"])]


savedviews.set_kept_views(kept_views)
