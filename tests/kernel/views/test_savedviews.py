"""Saved views: the product's and the users' own."""

import pytest

from app.desk.models import SavedView
from app.kernel.views.savedviews import saved_views_of
from tests.desk.records import add


def labels(desk, view_of, user):
    """The tabs above the user's customers that somebody saved."""
    with desk.app.test_request_context(), desk.acting(user):
        view = view_of("customer")
        return [tab.label for tab in saved_views_of(view)][len(view.saved_views):]


def test_the_declared_views_come_first_with_their_addresses(desk, view_of):
    with desk.app.test_request_context(), desk.acting("sales1"):
        view = view_of("customer")
        tabs = saved_views_of(view)
    assert len(tabs) == len(view.saved_views)
    assert tabs[0].url == "/customer/list/?owner=me"


@pytest.mark.parametrize(("shared", "readers"), [
    ("private", {"sales1"}), ("team", {"sales1", "sales1b"}), ("all", {"sales1", "sales1b", "sales2"})])
def test_a_users_view_is_seen_by_those_it_is_shared_with(desk, view_of, shared, readers):
    add(desk, SavedView, "sales1", name="Wuhan", entity="customer", query="city=Wuhan", shared=shared)
    found = {user for user in ("sales1", "sales1b", "sales2") if labels(desk, view_of, user) == ["Wuhan"]}
    assert found == readers


def test_a_view_of_another_entity_is_not_shown(desk, view_of):
    add(desk, SavedView, "sales1", name="Open", entity="ticket", query="", shared="private")
    assert labels(desk, view_of, "sales1") == []
