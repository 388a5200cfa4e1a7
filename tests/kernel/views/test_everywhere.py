"""The search over everything, as people and programs ask it."""

import re

import pytest

from app.customers.models import Customer
from app.desk.models import Task
from app.kernel.rights import columns
from app.kernel.views import everywhere
from app.kernel.views.everywhere import around
from app.support.models import Ticket
from tests.desk.records import add
from tests.kernel.counting import counted


def page(company, who, query):
    """The page as text."""
    answer = company.client(who).get(f"/search/?{query}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def links(text):
    """The addresses of the records that the page names, in order."""
    found = text.partition('<ul class="found">')[2].partition("</ul>")[0]
    return re.findall(r'href="([^"]+)"', found)


def test_the_page_links_what_was_found_and_nothing_of_others(desk):
    text = page(desk, "sales1", "q=acme")
    assert links(text)[0] == f"/customer/show/{desk.mine}"
    assert "Customer</span>" in text
    assert "Zenith" not in page(desk, "sales1", "q=zenith")
    assert f"/customer/show/{desk.theirs}" in links(page(desk, "manager", "q=zenith"))


def test_one_entity_may_be_asked_alone_and_only_readable_ones_are_offered(desk):
    text = page(desk, "sales1", "q=acme&entity=contact")
    assert links(text) == []
    assert 'value="contact" selected' in text
    assert 'value="audit_entry"' not in text
    assert links(page(desk, "sales1", "q=acme&entity=nothing")) == []


def test_without_a_text_the_page_says_what_may_be_asked_and_without_a_match_what_to_try(desk):
    assert "What are you looking for?" in page(desk, "sales1", "")
    assert "Nothing found for “qqqq”" in page(desk, "sales1", "q=qqqq")
    assert "&lt;b&gt;" in page(desk, "sales1", "q=<b>")


def test_where_nothing_is_found_what_is_similar_is_shown_and_said_to_be_so(desk):
    made = add(desk, Customer, name="Shenzhen", owner=desk.ids["sales1"])
    text = page(desk, "sales1", "q=Shenzen")
    assert "Nothing found for “Shenzen”; similar:" in text
    assert links(text) == [f"/customer/show/{made}"]


def test_a_list_in_which_nothing_is_found_shows_what_is_similar_in_it(desk):
    made = add(desk, Customer, name="Shenzhen", owner=desk.ids["sales1"])
    add(desk, Task, subject="Shenzhen", owner=desk.ids["sales1"])
    text = desk.client("sales1").get("/customer/list/?q=Shenzen").get_data(as_text=True)
    assert "Nothing found for “Shenzen”; similar:" in text
    assert links(text) == [f"/customer/show/{made}"]
    text = desk.client("sales1").get("/customer/list/?q=Shenzhen").get_data(as_text=True)
    assert "similar:" not in text
    text = desk.client("sales2").get("/customer/list/?q=Shenzen").get_data(as_text=True)
    assert "No record matches" in text
    with desk.acting("sales1"):
        assert everywhere.alike(Customer, "") == []


def test_every_page_has_the_box_and_it_says_its_key(desk):
    text = desk.client("sales1").get("/customer/list/").get_data(as_text=True)
    assert 'action="/search/"' in text
    assert 'aria-keyshortcuts="/"' in text


def test_the_text_around_a_match_is_shown_with_its_field(desk):
    add(desk, Task, subject="Call", description=f"{'x ' * 60}the Zeppelin is here{' y' * 60}", owner=desk.ids["sales1"])
    add(desk, Customer, name="Named otherwise", code="ZEPP-1", owner=desk.ids["sales1"])
    text = page(desk, "sales1", "q=zepp")
    assert "Code: ZEPP-1" in text


@pytest.mark.parametrize(("whole", "part", "expected"), [
    ("abc", "B", "abc"), ("abc", "x", ""), ("", "x", ""), ("a\nb  c", "b", "a b c"),
    ("x" * 60 + "needle" + "y" * 60, "NEEDLE", "…" + "x" * 40 + "needle" + "y" * 40 + "…")])
def test_a_snippet_is_one_line_around_the_match(whole, part, expected):
    assert around(whole, part) == expected


def test_a_title_that_is_barred_is_told_by_number(desk, monkeypatch):
    monkeypatch.setattr(columns, "may_use", lambda actor, model, field: field != "name")
    made = add(desk, Customer, name="Secret", code="ZEPP-1", owner=desk.ids["sales1"])
    with desk.app.test_request_context("/?_l_=en"), desk.acting("sales1"):
        (found,) = everywhere.answer("zepp").found
    assert (found.title, found.id) == (f"#{made}", made)


def test_the_whole_answer_costs_few_statements(desk):
    add(desk, Ticket, subject="Acme is down", owner=desk.ids["support1"])
    with desk.app.test_request_context("/"), desk.acting("admin"):
        everywhere.answer("acme")
        with counted(desk.app) as count:
            assert len(everywhere.answer("acme").found) >= 2
        assert len(count) <= 3
        with counted(desk.app) as count:
            assert everywhere.answer("acmee").is_similar
        assert len(count) <= 5


def test_the_palette_is_a_part_of_a_page_for_who_is_signed_in(desk):
    answer = desk.client("sales1").get("/search/palette")
    assert answer.status_code == 200
    assert answer.text.count('role="listbox"') == 1
    assert "<html" not in answer.text
    assert "/search/palette" in page(desk, "sales1", "")
    assert desk.app.test_client().get("/search/palette").status_code in (302, 401)
