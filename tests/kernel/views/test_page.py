"""What every template may ask for."""

import datetime as dt

import pytest

from app.kernel.actor import NOBODY, Actor, reset_actor, set_actor
from app.kernel.views import page


@pytest.fixture
def at(desk):
    """A request of sales1 at an address."""
    def request(url, user="sales1"):
        context = desk.app.test_request_context(url)
        context.push()
        opened.append(context)
        acting = desk.acting(user)
        acting.__enter__()
        opened.append(acting)

    opened = []
    yield request
    for each in reversed(opened):
        each.pop() if hasattr(each, "pop") else each.__exit__(None, None, None)


def test_addresses_keep_the_filter_and_change_what_is_named(at):
    at("/customer/list/?city=Wuhan&page=3&after=x&sort=name")
    assert page.address("export", format="csv") == "/customer/export?city=Wuhan&sort=name&format=csv"
    assert page.address_with(after="y") == "/customer/list/?city=Wuhan&sort=name&after=y"
    assert page.address_with(before="y") == "/customer/list/?city=Wuhan&sort=name&before=y"
    assert page.query_text() == "city=Wuhan"


def test_another_order_or_the_first_page_names_no_place(at):
    at("/customer/list/?city=Wuhan&before=x&sort=name")
    assert page.sort_address("name") == "/customer/list/?city=Wuhan&sort=-name"
    assert page.sort_address("city") == "/customer/list/?city=Wuhan&sort=city"
    assert page.address_with() == "/customer/list/?city=Wuhan&sort=name"
    at("/customer/list/?after=x")
    assert page.address_with() == "/customer/list/"


def test_filters_and_the_bulk_bar_have_inputs_for_what_may_be_used(at, view_of):
    at("/customer/list/?level=key&industry=1")
    html = "".join(str(each()) for each in page.filter_inputs(view_of("customer")))
    assert 'name="level"' in html
    assert 'value="key" selected' in html
    assert 'value="key" selected' in page.filter_panel(view_of("customer"))
    assert "<details" in page.filter_panel(view_of("customer"))
    assert "set_level" in {each.name for each in page.bulk_inputs(view_of("customer")).values()}
    assert 'name="set_level"' in page.bulk_fields(view_of("customer"))["level"]


def test_a_filter_that_one_asks_for_is_not_in_the_panel_of_the_next(at, view_of):
    at("/customer/list/")
    plain = page.filter_panel(view_of("customer"))
    assert "selected>Key" not in plain
    at("/customer/list/?level=key")
    assert "selected>Key" in page.filter_panel(view_of("customer"))
    at("/customer/list/")
    assert page.filter_panel(view_of("customer")) == plain


def test_a_visitor_is_nobody_to_a_template():
    token = set_actor(NOBODY)
    assert page.current_actor() is None
    reset_actor(token)


@pytest.mark.parametrize(("zone", "text"), [("UTC", "2026-03-29 01:00"), ("Asia/Shanghai", "2026-03-29 09:00")])
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_moment_is_said_in_the_readers_zone(app, zone, text):
    token = set_actor(Actor(kind="user", id=1, zone=zone))
    with app.test_request_context():
        assert page.moment_text(dt.datetime(2026, 3, 29, 1, tzinfo=dt.UTC)) == text
    reset_actor(token)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_what_happened_is_said_in_a_word(app):
    class Entry:
        kind = "update"

    with app.test_request_context("/?_l_=en"):
        assert page.event_word(Entry()) == "changed this"
        Entry.kind = "strange"
        assert page.event_word(Entry()) == "strange"
        assert isinstance(page.import_url("customer"), str)


def test_the_columns_of_a_list_are_chosen_and_the_rest_of_the_address_is_kept(desk):
    browser = desk.browser("sales1")
    page = browser.get("/customer/list/?q=acme&columns=name&columns=city&after=").text
    assert page.count('<th scope="col"') == 2
    form = page.partition("data-columns>")[2].partition("</form>")[0]
    assert '<input type="hidden" name="q" value="acme">' in form
    assert 'name="after"' not in form
    assert 'value="city" checked' in form
    assert 'value="level">' in form


def test_a_search_keeps_the_conditions_the_order_and_the_columns(desk):
    page = desk.browser("sales1").get("/customer/list/?city__contains=wu&sort=-name&columns=name&level=key&q=ac").text
    form = page.partition('<form class="search"')[2].partition("</form>")[0]
    for name, text in (("city__contains", "wu"), ("sort", "-name"), ("columns", "name")):
        assert f'<input type="hidden" name="{name}" value="{text}">' in form
    assert form.count('name="level"') == form.count('name="q"') == 1
