"""The site map: every menu in menu order, and the settings screen that belongs to no room."""

from typing import Any

from flask_appbuilder import AppBuilder, IndexView, expose
from flask_appbuilder.api.manager import OpenApi
from flask_babel import lazy_gettext as _l

from app.kernel.api import api_of
from app.kernel.batches import Batch
from app.kernel.settings import Setting
from app.kernel.views import EntityInterface, EntityView, site
from app.kernel.views.access import signed_in
from app.kernel.views.savedviews import SavedView
from app.security.views import AuditView, LoginApi, LoginView, RightsApi, RightsView, TeamView, UserProfileView


class HomeView(IndexView):
    """The first page."""

    endpoint = "HomeView"

    @expose("/")
    @signed_in
    def index(self) -> Any:
        """Where a user's day begins."""
        return self.render_template("crm/home.html")


class SettingView(EntityView):
    """Thresholds and switches as rows."""

    datamodel = EntityInterface(Setting)
    icon = "settings"
    list_columns = ["name", "value", "updated_at"]
    text_columns = ["name"]
    form_sections = [("", ["name", "value"])]
    base_order = ("name", "asc")


class SavedViewView(EntityView):
    """The user's own saved views."""

    datamodel = EntityInterface(SavedView)
    icon = "bookmark"
    list_columns = ["name", "entity", "shared", "owner"]
    text_columns = ["name"]
    search_columns = ["entity", "shared"]
    form_sections = [("", ["name", "entity", "query", "shared"])]


class BatchView(EntityView):
    """Imports and bulk changes, each of which can be taken back."""

    datamodel = EntityInterface(Batch)
    icon = "stack"
    read_only = True
    list_columns = ["id", "label", "kind", "state", "entity", "rows_read", "rows_created", "rows_updated", "owner",
                    "created_at"]
    search_columns = ["kind", "state", "entity", "owner"]


MENU: list[tuple[Any, str, list[tuple[type[EntityView], Any]]]] = [
    (_l("Administration"), "settings", [
        (UserProfileView, _l("Users")), (TeamView, _l("Teams")), (AuditView, _l("Audit")),
        (BatchView, _l("Batches")), (SavedViewView, _l("Saved views")), (SettingView, _l("Settings")),
    ]),
]


def register(appbuilder: AppBuilder) -> None:
    """Add every screen and its API, in menu order."""
    for view in (LoginView, RightsView):
        appbuilder.add_view_no_menu(view)
    for api in (LoginApi, RightsApi, OpenApi):
        appbuilder.add_api(api)
    for label, icon, entries in MENU:
        for view_class, name in entries:
            view = appbuilder.add_view(view_class, str(view_class.__name__), icon=view_class.icon, label=name,
                                       category=icon, category_icon=icon, category_label=label)
            site.views()[view.entity] = view
            appbuilder.add_api(api_of(view))
