"""What is the same for equal roles: made once, forgotten with the rights, never shown to others."""

import re

import pytest
from flask_babel import force_locale

from app.kernel.actor import NOBODY, acting, reset_actor, set_actor
from app.kernel.views import shell
from app.security.queries import actor_of
from tests.kernel.counting import counted


@pytest.fixture
def reading(company):
    """Act as a user at an address, with the rights that the process keeps for the version."""
    opened = []

    def read(url, user, version=1):
        context = company.app.test_request_context(url)
        context.push()
        with company.acting("system"):
            actor = actor_of(company.ids[user], version)
        opened.append((context, set_actor(actor)))
        return actor

    yield read
    for context, token in reversed(opened):
        reset_actor(token)
        context.pop()


def test_the_menu_holds_what_the_actor_may_read_and_marks_the_page_he_is_on(reading):
    reading("/customer/show/5", "sales1")
    html = shell.menu()
    assert re.search('<a href="/customer/list/" aria-current="page"><svg .*</svg>Customers</a>', html)
    assert html.count("aria-current") == 1
    assert "/audit_entry/list/" not in html
    reading("/", "admin")
    html = shell.menu()
    assert 'href="/audit_entry/list/"' in html
    assert "aria-current" not in html


def test_sections_for_administrators_are_closed_until_one_of_their_pages_is_open(reading):
    reading("/customer/list/", "admin")
    html = shell.menu()
    assert '<details data-section="users" open>' in html
    assert '<details data-section="settings">' in html
    reading("/team/list/", "admin")
    html = shell.menu()
    assert '<details data-section="settings" open>' in html
    assert '<details data-section="robot">' in html
    assert " open open" not in html


def test_what_is_offered_at_the_top_is_what_the_actor_may_create(reading):
    reading("/", "sales1")
    offered = re.findall('href="/([a-z_]+)/add"', shell.quick())
    assert offered[:2] == ["customer", "contact"]
    reading("/", "viewer")
    assert shell.quick().strip() == ""


def test_a_page_whose_name_begins_like_another_is_not_marked_with_it(reading):
    reading("/opportunity_line/list/", "admin")
    assert shell.menu().count("aria-current") == 1
    assert 'href="/opportunity_line/list/" aria-current="page"' in shell.menu()


def test_the_palette_offers_what_may_be_made_and_the_pages_of_the_menu_by_letters_and_sound(reading):
    reading("/", "sales1")
    html = shell.palette()
    assert re.search('href="/customer/add" data-words="customer newcustomer"', html)
    assert re.search('href="/lead/list/" data-words="leads"', html)
    assert "/audit_entry/list/" not in html
    with force_locale("zh"):
        html = shell.palette()
    words = re.search('href="/customer/list/" data-words="([^"]+)"', html)[1].split()
    assert words[0] == "客户"
    assert {"kehu", "kh"} <= set(words)


def test_the_sheet_of_the_keys_is_in_the_language_of_the_reader(reading):
    reading("/", "sales1")
    assert "<kbd>j</kbd> </dt><dd>Next row</dd>" in shell.key_sheet()
    with force_locale("zh"):
        assert "下一行" in shell.key_sheet()


def test_the_palette_of_who_may_make_nothing_has_no_part_for_it(reading):
    reading("/", "viewer")
    html = shell.palette()
    assert "/add" not in html
    assert 'href="/customer/list/"' in html


@pytest.mark.parametrize("actor", [None, NOBODY])
def test_nobody_has_a_menu(company, actor):
    with company.app.test_request_context("/"):
        token = set_actor(actor)
        assert shell.menu_sections() == []
        assert "<a" not in shell.menu()
        reset_actor(token)


def test_what_depends_on_roles_is_made_once_for_all_who_hold_the_same(reading):
    made = []

    def make():
        made.append(acting().name)
        return acting().name

    reading("/", "sales1")
    assert shell.kept(make, "part") == "sales1"
    assert shell.kept(make, "other part") == "sales1"
    reading("/", "sales2")
    assert shell.kept(make, "part") == "sales1"
    reading("/", "analyst")
    assert shell.kept(make, "part") == "analyst"
    with force_locale("zh"):
        assert shell.kept(make, "part") == "analyst"
    assert made == ["sales1", "sales1", "analyst", "analyst"]
    reading("/", "sales1", version=2)
    assert shell.kept(make, "part") == "sales1"
    assert len(made) == 5


def test_without_an_actor_nothing_is_kept(company):
    made = []
    with company.app.test_request_context("/"):
        for _ in range(2):
            shell.kept(lambda: made.append(1), "part")
    assert len(made) == 2


def test_a_prefix_that_the_server_adds_stands_in_the_addresses(company):
    client = company.client("admin")
    assert 'href="/industry/list/"' in client.get("/").text
    assert 'href="/crm/industry/list/"' in client.get("/", environ_overrides={"SCRIPT_NAME": "/crm"}).text
    assert 'href="/industry/list/"' in client.get("/").text


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_menu_entry_with_a_condition_that_fails_is_left_out(new_app):
    app = new_app()
    section = app.appbuilder.menu.get_list()[0]
    section.childs[0].cond = lambda: False
    with app.test_request_context("/"):
        token = set_actor(type(NOBODY)(kind="system", name="system"))
        urls = [entry.url for part in shell.menu_sections() for entry in part.items]
        reset_actor(token)
    assert "/contact/list/" in urls
    assert "/customer/list/" not in urls


def test_a_request_asks_once_who_somebody_is_and_what_he_may(company):
    """One statement tells user, state of the session and version of the rights; rights and menu are known."""
    browser, client = company.browser("sales1"), company.client("sales2")
    for asking in (browser.client, client):
        asking.get("/api/v1/menu/")
        with counted(company.app) as count:
            answer = asking.get("/api/v1/menu/")
        assert answer.status_code == 200
        assert len(count) == 1, str(count)


def test_who_comes_second_with_the_same_roles_needs_fewer_statements(company):
    first, second = company.client("sales1"), company.client("sales2")
    company.app.extensions.pop("actors", None)
    numbers = []
    for asking in (first, second):
        with counted(company.app) as count:
            asking.get("/api/v1/menu/")
        numbers.append(len(count))
    assert numbers[1] == numbers[0] - 2
