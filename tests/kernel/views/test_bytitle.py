"""The order of the titles of what rows point at: walked or sorted, it is the same."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from app.customers.models import Customer
from app.kernel.database import session
from app.kernel.filters import parse
from app.kernel.views import bytitle, rows
from app.kernel.views.asked import Asked
from app.sales.models import Opportunity
from tests.desk.records import add
from tests.kernel.counting import counted

CAPS = {"walked": 0, "sorted": rows.COUNT_CAP}


@pytest.fixture
def deals(desk):
    """Deals of customers with the same name, of none, and of one that was deleted; the ids of all."""
    twins = [add(desk, Customer, name="Twin", owner=desk.ids["sales1"]) for _each in range(2)]
    gone = add(desk, Customer, name="Gone", owner=desk.ids["sales1"])
    with desk.acting("system"):
        stage = session().scalars(sa.select(Opportunity.stage_id)).first()
    of = [twins[0], desk.mine, twins[1], None, gone, twins[0], desk.mine, None, gone, twins[1], None, desk.theirs]
    for number, customer in enumerate(of):
        add(desk, Opportunity, name=f"Deal {number}", customer=customer, stage=stage, owner=desk.ids["sales1"])
    with desk.acting("system"):
        session().execute(sa.text(f"UPDATE customer SET deleted_at = created_at WHERE id = {gone}"))
        session().commit()
    return desk


def pages(view, asked, way, cap):
    """The ids page by page as one goes that way from the place in `asked`, and the last place back."""
    found = []
    while True:
        page = rows.read_page(view, asked, cap=cap)
        found.append([record.id for record in page.records])
        if not getattr(page, way):
            return found, page
        asked = replace(asked, **{"after": "", "before": "", way: getattr(page, way)})


@pytest.mark.parametrize("size", [1, 3, 20])
@pytest.mark.parametrize("descending", [False, True])
def test_walked_or_sorted_every_page_is_the_same_there_and_back(deals, view_of, descending, size):
    with deals.acting("admin"):
        view, asked = view_of("opportunity"), Asked(sort="customer", descending=descending, size=size)
        there, last = pages(view, asked, "after", CAPS["walked"])
        assert there == pages(view, asked, "after", CAPS["sorted"])[0]
        ids = [each for page in there for each in page]
        assert sorted(ids) == sorted(session().scalars(sa.select(Opportunity.id)))
        if last.before:
            back, _first = pages(view, replace(asked, before=last.before), "before", CAPS["walked"])
            assert back[::-1] == there[:-1]


def test_what_is_filtered_is_walked_too(deals, view_of):
    with deals.acting("admin"):
        view, asked = view_of("opportunity"), Asked(tree=parse("name__contains=1"), sort="customer", size=2)
        there, _last = pages(view, asked, "after", CAPS["walked"])
        assert there == pages(view, asked, "after", CAPS["sorted"])[0]
        assert 0 < len([each for page in there for each in page]) < 8


def test_a_reader_of_some_of_them_has_his_rows_sorted(deals, view_of):
    with deals.acting("sales1"):
        view, asked = view_of("opportunity"), Asked(sort="customer", size=20)
        assert bytitle.walked(view.model, rows.ask.order_of(view.model, asked, view.base_order)) is None
        (ids,), _last = pages(view, asked, "after", CAPS["walked"])
        names = [session().get_one(Opportunity, each) for each in ids]
        assert [each.customer_id for each in names if each.customer_id == deals.theirs] != []
        # A customer whom he may not see is none to him: nothing of the name shows in the order.
        assert all(each.customer_id in (None, deals.theirs) or session().scalars(
            sa.select(Customer.id).where(Customer.id == each.customer_id)).first() is None for each in names[:7])


def test_other_orders_and_columns_that_are_closed_are_not_walked(deals, view_of):
    def way(user, **asked):
        with deals.acting(user):
            view = view_of("opportunity")
            return bytitle.walked(view.model, rows.ask.order_of(view.model, Asked(**asked), view.base_order))

    assert way("admin", sort="customer") is not None
    for asked in ({"sort": "amount"}, {"sort": "owner"}, {}):
        assert way("admin", **asked) is None


def test_a_page_costs_a_count_and_at_most_two_statements(deals, view_of):
    with deals.acting("admin"):
        view = view_of("opportunity")
        with counted(deals.app) as count:
            rows.read_page(view, Asked(sort="customer", size=5, columns=("name",)), cap=0)
        assert len(count) <= 3, str(count)
