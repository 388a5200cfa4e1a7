"""Settings: thresholds and switches that an administrator turns."""

from app.kernel.settings import Setting
from app.kernel.views import EntityInterface, EntityView


class SettingView(EntityView):
    """Thresholds and switches as rows."""

    datamodel = EntityInterface(Setting)
    icon = "settings"
    list_columns = ["name", "value", "updated_at"]
    text_columns = ["name"]
    form_sections = [("", ["name", "value"])]
    base_order = ("name", "asc")
