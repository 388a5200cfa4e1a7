"""Values as HTML: every kind in its own way, and nothing that anybody typed as markup."""

import pytest
from sqlalchemy.orm.attributes import set_committed_value

from app.customers.models import Customer
from app.kernel.database import session
from app.kernel.views.cells import cell, table_rows
from app.kernel.views.lens import Lens, Shown

EVIL = '<script>alert("1")</script>'
SAFE = "&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt;"


@pytest.mark.parametrize(("shown", "html"), [
    (Shown("text", "a", "a"), "a"), (Shown("text"), ""),
    (Shown("choice", "a", "A"), '<span class="badge v-a">A</span>'),
    (Shown("choice"), ""), (Shown("money", 5, "5"), '<span class="number">5</span>'),
    (Shown("integer", 5, "5"), '<span class="number">5</span>'), (Shown("moment", 5, "2026-01-01"), "2026-01-01"),
    (Shown("decimal", 5, "5"), '<span class="number">5</span>'), (Shown("long_text"), '<span class="long"></span>'),
    (Shown("text", text="•••", state="masked"), '<span class="masked">•••</span>'),
    (Shown("pointer", text="Locked", state="locked"), '<span class="locked">Locked</span>'),
    (Shown("text", state="hidden"), ""), (Shown("user", 3, "Li", record_id=3), "Li"),
    (Shown("pointer", 3, "Acme", entity="customer", record_id=3), '<a href="/customer/show/3">Acme</a>'),
    (Shown("pointer", 3, "Acme", entity="unicorn", record_id=3), "Acme"), (Shown("pointer"), "")])
def test_each_kind_is_shown_in_its_own_way(app, shown, html):
    with app.test_request_context("/"):
        assert cell(shown) == html


@pytest.mark.parametrize("kind", ["text", "choice", "long_text", "pointer", "user", "many"])
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_what_somebody_typed_is_never_markup(app, kind):
    with app.test_request_context("/"):
        for shown in (Shown(kind, 1, EVIL, entity="customer", record_id=1), Shown(kind, 1, EVIL, state="masked")):
            assert SAFE in cell(shown)
            assert "<script" not in cell(shown)


def test_the_first_value_of_a_row_leads_to_its_record(desk, view_of):
    with desk.app.test_request_context("/"), desk.acting("sales1") as actor:
        records = [session().get_one(Customer, desk.mine)]
        set_committed_value(records[0], "name", EVIL)
        lens = Lens(actor, Customer, records, ["name", "industry", "level"])
        html = table_rows(view_of("customer"), records, lens, ["name", "industry", "level"])
        assert html == (f'<tr><td><a href="/customer/show/{desk.mine}">{SAFE}</a></td>'
                        f'<td><a href="/industry/show/{desk.industry}">Steel</a></td><td></td></tr>\n')
        set_committed_value(records[0], "name", "")
        html = table_rows(view_of("customer"), records, lens, ["name"], select=True)
        assert html.startswith('<tr><td><input type="checkbox"')
        assert f'name="ids" value="{desk.mine}" form="bulk" aria-label="Select {desk.mine}"' in html
        assert f">#{desk.mine}</a></td></tr>\n" in html


def test_links_of_a_table_lie_below_the_prefix_of_the_request(desk, view_of):
    with desk.app.test_request_context("/", base_url="http://localhost/a'b"), desk.acting("sales1") as actor:
        records = [session().get_one(Customer, desk.mine)]
        html = table_rows(view_of("customer"), records, Lens(actor, Customer, records, ["name"]), ["name"])
        assert f'<a href="/a&#39;b/customer/show/{desk.mine}">Acme</a>' in html


def test_a_table_of_no_columns_has_empty_rows(desk, view_of):
    with desk.app.test_request_context("/"), desk.acting("sales1") as actor:
        records = [session().get_one(Customer, desk.mine)]
        assert table_rows(view_of("customer"), records, Lens(actor, Customer, records), []) == "<tr></tr>\n"


def test_no_rows_are_no_html(desk, view_of):
    with desk.app.test_request_context("/"), desk.acting("sales1") as actor:
        assert table_rows(view_of("customer"), [], Lens(actor, Customer), ["name"]) == ""
