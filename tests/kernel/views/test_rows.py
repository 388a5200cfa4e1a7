"""Reading the rows of a list."""

import datetime as dt
from dataclasses import replace
from random import Random

import pytest
import sqlalchemy as sa

from app.customers.models import Customer
from app.kernel.bulk import add_rows
from app.kernel.collaborators import Collaborator
from app.kernel.database import in_unit, session
from app.kernel.errors import Malformed
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
        assert first.after
        assert not first.before
        assert second.before
        assert not second.after
        assert not {record.id for record in first.records} & {record.id for record in second.records}
        assert rows.read_page(view, Asked(page=10**6)).records == []


def test_pages_by_place_give_what_pages_by_number_give_and_go_back_the_same_way(desk, view_of):
    by(desk, "sales1", lambda: add_rows(Customer, [{"name": f"C{each:02}"} for each in range(59)]).insist())
    with desk.acting("sales1"):
        view, asked = view_of("customer"), Asked(sort="name", descending=True, size=25)
        numbered = [[record.id for record in rows.read_page(view, replace(asked, page=page)).records]
                    for page in (1, 2, 3)]
        first = rows.read_page(view, asked)
        second = rows.read_page(view, replace(asked, after=first.after))
        third = rows.read_page(view, replace(asked, after=second.after))
        assert [[record.id for record in page.records] for page in (first, second, third)] == numbered
        assert (first.before, third.after) == ("", "")
        back = rows.read_page(view, replace(asked, before=third.before))
        begin = rows.read_page(view, replace(asked, before=back.before))
        assert [[record.id for record in page.records] for page in (begin, back)] == numbered[:2]
        assert (begin.before, back.after) == ("", second.after)


def test_a_row_that_is_added_meanwhile_shifts_no_page(desk, view_of):
    by(desk, "sales1", lambda: add_rows(Customer, [{"name": f"C{each:02}"} for each in range(40)]).insist())
    with desk.acting("sales1"):
        asked = Asked(sort="name", size=25)
        first = rows.read_page(view_of("customer"), asked)
    by(desk, "sales1", lambda: add_rows(Customer, [{"name": "A first"}]).insist())
    with desk.acting("sales1"):
        second = rows.read_page(view_of("customer"), replace(asked, after=first.after))
        assert not {record.id for record in first.records} & {record.id for record in second.records}
        assert len(second.records) == 16


def test_a_place_of_another_order_begins_at_the_beginning_and_nonsense_is_refused(desk, view_of):
    by(desk, "sales1", lambda: add_rows(Customer, [{"name": f"C{each:02}"} for each in range(40)]).insist())
    with desk.acting("sales1"):
        view = view_of("customer")
        place = rows.read_page(view, Asked(sort="name")).after
        other = rows.read_page(view, Asked(sort="city", after=place))
        assert [record.id for record in other.records] == [
            record.id for record in rows.read_page(view, Asked(sort="city")).records]
        with pytest.raises(Malformed):
            rows.read_page(view, Asked(sort="name", after=place[:-4]))


def test_only_the_shown_columns_are_fetched_and_personal_values_are_not_decrypted_for_others(desk, view_of):
    with desk.acting("sales1"):
        view = view_of("customer")
        (record,) = rows.read_page(view, Asked(columns=("name",))).records
        assert {"phone", "address", "extra"} <= sa.inspect(record).unloaded
        session().expunge_all()
        (record,) = rows.read_page(view, Asked(columns=("name", "phone"))).records
        assert "phone" not in sa.inspect(record).unloaded


@pytest.mark.parametrize("user", ["sales1", "manager", "viewer", "support1", "analyst", "admin"])
def test_ranges_of_rights_add_up_to_the_rights(desk, view_of, user):
    """A page merged from ranges and its count hold each visible row once, however many ranges it meets."""
    for number, owner in enumerate((None, "sales1", "sales2", "manager")):
        add(desk, Customer, name=f"Of {owner}", owner=desk.ids[owner] if owner else None, code=f"R{number}")
    add_collaborator(desk, "customer", desk.theirs, "sales1")
    add_collaborator(desk, "customer", desk.mine, "sales1")
    with desk.acting(user):
        view = view_of("customer")
        seen = sorted(session().scalars(sa.select(Customer.id)))
        for sort in ("", "name", "owner", "last_contact_at", "industry"):
            page = rows.read_page(view, Asked(sort=sort))
            assert (sorted(record.id for record in page.records), page.count) == (seen, len(seen)), sort


def add_collaborator(desk, entity, record_id, user):
    with desk.acting("system"):
        in_unit(lambda: session().add(Collaborator(entity=entity, record_id=record_id, user_id=desk.ids[user])))


NUMBER = 10_000


@pytest.mark.parametrize(("owned", "user"), [(False, "admin"), (True, "sales1")])
def test_walking_ten_thousand_rows_by_place_meets_every_id_once_in_both_directions(desk, view_of, owned, user):
    """Many equal values, NULLs, long and Chinese texts; one reader whose rows are one range, one with several."""
    random = Random(11)
    moments = [None, *(dt.datetime(2026, 1, day, tzinfo=dt.UTC) for day in range(1, 20))]
    owners = [desk.ids["sales1"], desk.ids["sales2"], None] if owned else [desk.ids["sales1"]]
    made = [{"name": random.choice("甲乙丙丁AaBb ") * random.randint(1, 3), "next_at": random.choice(moments),
             "score": random.choice([None, 1, 2, 3]), "status": "new", "owner_id": random.choice(owners),
             "version": 1, "created_at": moments[1], "updated_at": moments[1]} for _each in range(NUMBER)]
    with desk.acting("system"):
        in_unit(lambda: session().connection().execute(sa.insert(Lead.__table__), made))
    with desk.acting(user):
        view = view_of("lead")
        expected = set(session().scalars(sa.select(Lead.id)))
        for sort, descending in (("next_at", False), ("score", True), ("name", False)):
            asked = Asked(sort=sort, descending=descending, size=1_000)
            there, last = walked(view, asked, "after")
            back, _first = walked(view, replace(asked, before=last), "before")
            assert len(there) == len(expected)
            assert set(there) == expected
            assert back == there[:len(back)][::-1]
            assert len(there) - len(back) <= asked.size


def walked(view, asked, way):
    """All ids in the order met, and the place at which the last page begins."""
    ids, last = [], ""
    while True:
        page = rows.read_page(view, asked, cap=0)
        found = [record.id for record in page.records]
        ids += found if way == "after" else found[::-1]
        last, place = page.before, getattr(page, way)
        if not place:
            return ids, last
        asked = replace(asked, **{"after": "", "before": "", way: place})


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
