"""Reading the rows of a list."""

from app.customers.models import Customer
from app.kernel.bulk import add_rows
from app.kernel.filters import parse
from app.kernel.views import rows
from app.kernel.views.asked import Asked
from app.sales.models import Lead
from app.support.models import Ticket
from tests.desk.records import add, by


def test_a_page_holds_its_size_and_knows_how_many_there_are(desk, view_of):
    by(desk, "sales1", lambda: add_rows(Customer, [{"name": f"C{each:02}"} for each in range(29)]).insist())
    with desk.acting("sales1"):
        view = view_of("customer")
        first = rows.read_page(view, Asked(sort="name", size=25))
        second = rows.read_page(view, Asked(sort="name", size=25, page=2))
        assert (len(first.records), len(second.records), first.count) == (25, 5, 30)
        assert first.more
        assert not second.more
        assert not {record.id for record in first.records} & {record.id for record in second.records}
        assert rows.read_page(view, Asked(page=10**6)).records == []


def test_counting_stops_at_its_cap(desk, view_of):
    with desk.acting("manager"):
        view = view_of("customer")
        assert rows.count(view, Asked()) == 2
        assert rows.count(view, Asked(), cap=1) == 2
        assert rows.count(view, Asked(), cap=0) == 1
        assert rows.count(view, Asked(tree=parse("city=Berlin"))) == 1


def test_all_ids_are_those_of_the_reader_in_order(desk, view_of):
    with desk.acting("manager"):
        assert rows.all_ids(view_of("customer"), Asked(), 10) == sorted([desk.mine, desk.theirs])
        assert len(rows.all_ids(view_of("customer"), Asked(), 1)) == 1
    with desk.acting("sales2"):
        assert rows.all_ids(view_of("customer"), Asked(), 10) == [desk.theirs]


def test_a_stream_gives_every_row_with_a_lens_for_its_part(desk, view_of, monkeypatch):
    monkeypatch.setattr(rows, "STREAM_CHUNK", 1)
    with desk.app.test_request_context(), desk.acting("manager"):
        found = [lens.show(record, "name").text
                 for record, lens in rows.stream(view_of("customer"), Asked(sort="name"), ["name", "industry"])]
    assert found == ["Acme", "Zenith"]


def test_an_entity_whose_masks_are_never_lifted_opens_none(desk, view_of):
    add(desk, Lead, name="Lead", phone="13900139000", owner=desk.ids["sales1"])
    with desk.acting("analyst"):
        assert not rows.is_any_lifted(view_of("lead"), Asked())


def test_a_mask_is_lifted_for_whom_an_open_ticket_names_and_only_if_the_row_leaves(desk, view_of):
    add(desk, Ticket, subject="Broken", customer=desk.mine, owner=desk.ids["manager"], kind="request")
    with desk.acting("manager"):
        view = view_of("customer")
        assert rows.is_any_lifted(view, Asked())
        assert not rows.is_any_lifted(view, Asked(tree=parse("city=Berlin")))
    with desk.acting("analyst"):
        assert not rows.is_any_lifted(view, Asked())
