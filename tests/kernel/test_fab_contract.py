"""Everything of Flask-AppBuilder that we override or rely on beyond its documentation: an upgrade must fail here."""

import inspect
from importlib.metadata import version

import pytest
from flask_appbuilder import AppBuilder, IndexView, ModelView
from flask_appbuilder.api import BaseApi
from flask_appbuilder.api.manager import OpenApi
from flask_appbuilder.baseviews import BaseView
from flask_appbuilder.menu import Menu, MenuItem
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.manager import SecurityManager

from app.kernel.api.entity_api import EntityApi
from app.kernel.views import EntityInterface, EntityView
from app.security.manager import KemaiSecurityManager

# Member -> its parameters as this version has them.
SIGNATURES = {
    (ModelView, "__init__"): "self kwargs",
    (ModelView, "_init_properties"): "self",
    (ModelView, "_init_forms"): "self",
    (ModelView, "_init_titles"): "self",
    (ModelView, "get_uninit_inner_views"): "self",
    (ModelView, "create_blueprint"): "self appbuilder endpoint static_folder",
    (ModelView, "render_template"): "self template kwargs",
    (BaseView, "__init__"): "self",
    (SQLAInterface, "__init__"): "self obj session",
    (SQLAInterface, "query"): "self filters order_column order_direction page page_size select_columns "
                              "outer_default_load",
    (SQLAInterface, "get"): "self id filters select_columns outer_default_load",
    (SQLAInterface, "add"): "self item commit",
    (SQLAInterface, "edit"): "self item commit",
    (SQLAInterface, "delete"): "self item commit",
    (SQLAInterface, "delete_all"): "self items",
    (SQLAInterface, "get_keys"): "self lst",
    (BaseApi, "__init__"): "self",
    (BaseApi, "add_api_spec"): "self api_spec",
    (BaseApi, "add_apispec_components"): "self api_spec",
    (BaseApi, "create_blueprint"): "self appbuilder endpoint static_folder",
    (BaseApi, "response"): "code kwargs",
    (OpenApi, "get"): "self version",
    (OpenApi, "_create_api_spec"): "version",
    (SecurityManager, "has_access"): "self permission_name view_name",
    (SecurityManager, "is_item_public"): "self permission_name view_name",
    (SecurityManager, "get_user_menu_access"): "self menu_names",
    (SecurityManager, "load_user"): "self pk",
    (SecurityManager, "load_user_jwt"): "self _jwt_header jwt_data",
    (SecurityManager, "register_views"): "self",
    (SecurityManager, "update_user_auth_stat"): "self user success",
    (Menu, "get_list"): "self",
    (Menu, "find"): "self name menu",
    (MenuItem, "should_render"): "self",
    (MenuItem, "get_url"): "self",
    (AppBuilder, "add_view"): "self baseview name href icon label category category_icon category_label menu_cond",
    (AppBuilder, "add_api"): "self baseview",
    (AppBuilder, "add_view_no_menu"): "self baseview endpoint static_folder",
}
OURS = {ModelView: EntityView, SQLAInterface: EntityInterface, BaseApi: EntityApi,
        SecurityManager: KemaiSecurityManager}
# What a subclass states as data.
ATTRIBUTES = [
    (ModelView, "list_columns"), (ModelView, "show_columns"), (ModelView, "search_columns"), (ModelView, "base_order"),
    (ModelView, "exclude_route_methods"), (ModelView, "class_permission_name"), (ModelView, "route_base"),
    (ModelView, "datamodel"), (ModelView, "label_columns"), (ModelView, "list_title"), (ModelView, "show_title"),
    (ModelView, "add_title"), (ModelView, "edit_title"), (IndexView, "endpoint"), (BaseApi, "allow_browser_login"),
    (BaseApi, "csrf_exempt"), (BaseApi, "resource_name"), (BaseApi, "openapi_spec_tag"), (BaseApi, "version"),
    (BaseApi, "exclude_route_methods"), (BaseApi, "class_permission_name"), (BaseApi, "route_base"),
]


def parameters(function):
    return " ".join(inspect.signature(function).parameters)


def test_the_version_is_the_one_that_was_read():
    assert version("flask-appbuilder") == "5.3.0", "read the changes, then move this test with the pin"


@pytest.mark.parametrize(("owner", "name"), SIGNATURES, ids=lambda part: getattr(part, "__name__", part))
def test_every_member_is_there_with_its_parameters(owner, name):
    assert parameters(getattr(owner, name)) == SIGNATURES[owner, name]


@pytest.mark.parametrize(("owner", "name"), ATTRIBUTES, ids=lambda part: getattr(part, "__name__", part))
def test_every_attribute_that_we_state_is_one_of_theirs(owner, name):
    assert hasattr(owner, name)


@pytest.mark.parametrize(("theirs", "ours"), OURS.items(), ids=lambda part: part.__name__)
def test_every_override_is_in_the_contract(theirs, ours):
    routes = {name for name, member in vars(ours).items() if hasattr(member, "_urls")}
    overridden = {name for name, member in vars(ours).items()
                  if callable(member) and name in dir(theirs) and name not in dir(object)} - routes
    assert overridden <= {name for owner, name in SIGNATURES if issubclass(theirs, owner)}


def test_the_session_of_an_interface_is_ours(company):
    from app.customers.models import Customer
    from app.kernel.database import db

    with company.acting("sales1"):
        datamodel = EntityInterface(Customer)
        assert datamodel.session is db.session
        assert datamodel.obj is Customer


@pytest.mark.parametrize("name", ["query", "get", "add", "edit", "delete", "delete_all", "get_keys"])
def test_the_ways_of_flask_appbuilder_to_rows_are_closed(app, name):
    from app.customers.models import Customer

    with app.app_context(), pytest.raises(RuntimeError, match="kernel"):
        getattr(EntityInterface(Customer), name)(1)


def test_the_routes_that_fetch_without_rights_are_there_to_be_excluded():
    for name in ("download", "action", "action_post"):
        assert hasattr(getattr(ModelView, name), "_urls")
        assert name in EntityView.exclude_route_methods


def test_no_route_of_flask_appbuilder_is_served_but_those_we_know(app):
    from app.kernel.views.access import access_of

    with app.app_context():
        unknown = [f"{type(view).__name__}.{name}" for view in app.appbuilder.baseviews for name in dir(view)
                   if hasattr(getattr(view, name, None), "_urls") and access_of(view, name) is None
                   and name not in getattr(view, "exclude_route_methods", ())]
    # Its own description of the API asks `has_access` of our security manager; its way back is a redirect.
    assert set(unknown) <= {"OpenApi.get", "UtilView.back", "MenuApi.get_menu_data", "LocaleView.index"}, unknown


def test_api_blueprints_of_ours_are_not_exempt_from_the_token(app):
    apis = [view for view in app.appbuilder.baseviews if isinstance(view, EntityApi)]
    assert len(apis) > 20
    assert not any(api.csrf_exempt for api in apis)
    assert BaseApi.csrf_exempt is True, "exemption was the default: read why it changed"


def test_the_menu_answers_in_the_shape_we_read(app):
    with app.test_request_context():
        sections = app.appbuilder.menu.get_list()
        assert sections
        for section in sections:
            assert section.label
            for item in section.childs:
                assert item.get_url().startswith("/")
                assert hasattr(item, "label")
                assert hasattr(item, "baseview")
        assert app.appbuilder.menu.find("CustomerView").baseview.entity == "customer"
