"""Flask-AppBuilder asks, our rights answer."""

import pytest

from app.kernel.actor import NOBODY, reset_actor, set_actor


@pytest.fixture
def manager(company):
    with company.app.app_context():
        yield company.app.appbuilder.sm


def test_nothing_is_public_by_a_permission_row(manager):
    assert manager.is_item_public("can_list", "CustomerView") is False


def test_only_a_known_user_opens_what_is_left_of_the_frameworks_pages(company, manager):
    assert manager.has_access("can_get", "OpenApi") is False
    token = set_actor(NOBODY)
    assert manager.has_access("can_get", "OpenApi") is False
    assert manager.get_user_menu_access(["CustomerView"]) == set()
    reset_actor(token)
    with company.acting("viewer"):
        assert manager.has_access("can_get", "OpenApi") is True


def test_the_menu_names_what_may_be_read(company, manager):
    names = [item.name for section in company.app.appbuilder.menu.get_list() for item in section.childs]
    with company.acting("viewer"):
        seen = manager.get_user_menu_access(names)
    assert "CustomerView" in seen
    assert "AuditView" not in seen


def test_flask_login_knows_nobody(manager):
    assert manager.load_user("1") is None
    assert manager.load_user_jwt({}, {"sub": "1"}) is None
    assert manager.update_user_auth_stat(None) is None


def test_none_of_the_frameworks_own_screens_is_registered(company):
    endpoints = {rule.endpoint.partition(".")[0] for rule in company.app.url_map.iter_rules()}
    assert not endpoints & {"UserDBModelView", "RoleModelView", "PermissionModelView", "AuthDBView", "SecurityApi",
                            "ResetMyPasswordView", "RegisterUserModelView", "GroupModelView"}
