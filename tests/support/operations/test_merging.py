"""Merging makes one ticket of several, with all that hangs on them, and can be taken back to the last field."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.desk.models import Attachment, Task
from app.kernel import batches
from app.kernel.batches import Batch
from app.kernel.database import in_unit
from app.kernel.errors import Missing, NotAllowed, RuleError
from app.support.models import Ticket, TicketMessage
from app.support.operations import merge
from tests.desk.records import add, by, delete, edit, of, stored
from tests.support.desk import customer, message, ticket


@pytest.fixture
def matter(company, furnish):
    """(the ticket that stays, two others of the same customer)."""
    return list(furnish("matter", lambda: _tickets(company)))


def _tickets(company):
    acme = customer(company)
    return [ticket(company, customer=acme, subject=name, status="open") for name in ("Stays", "Same", "Again")]


def merged(company, who, sources, target):
    return str(by(company, who, merge, sources, {"merged_into": target}))


def test_the_others_point_at_the_one_that_stays(company, matter):
    stays, *others = matter
    assert merged(company, "admin", others, stays) == "2 merged. Batch 1 takes it back."
    assert [of(company, Ticket, each, "status", "merged_into_id") for each in matter] == [
        ("open", None), ("merged", stays), ("merged", stays)]


def test_messages_files_and_tasks_go_along(company, matter):
    stays, same, again = matter
    said = message(company, same, "admin")
    note = message(company, again, "admin", internal=True)
    task = add(company, Task, subject="Call", about=f"ticket:{same}")
    file = add(company, Attachment, name="a.txt", about=f"ticket:{again}", mime="text/plain", size=1, digest="a" * 64)
    kept = message(company, stays, "admin")
    merged(company, "admin", [same, again], stays)
    assert stored(company, TicketMessage, "id", "ticket_id") == [(said, stays), (note, stays), (kept, stays)]
    assert of(company, Task, task, "about", "about_id") == (f"ticket:{stays}", stays)
    assert of(company, Attachment, file, "about") == f"ticket:{stays}"
    (batch,) = stored(company, Batch, "state", "rows_updated", "kind")
    assert batch == ("done", 6, "bulk_action")


def test_what_is_in_the_bin_stays_where_it_was(company, matter):
    stays, same, _again = matter
    said = message(company, same, "admin")
    delete(company, TicketMessage, said)
    merged(company, "admin", [same], stays)
    assert of(company, TicketMessage, said, "ticket_id") == same


def snapshot(company):
    rows = stored(company, Ticket, "id", "status", "merged_into_id", "resolved_at", "reopened")
    return rows, stored(company, TicketMessage, "id", "ticket_id"), stored(company, Task, "id", "about", "about_id")


def test_a_merge_is_taken_back_to_the_last_field(company, matter):
    stays, same, again = matter
    edit(company, Ticket, again, status="resolved")
    message(company, same, "admin")
    add(company, Task, subject="Call", about=f"ticket:{again}")
    before = snapshot(company)
    merged(company, "admin", [same, again], stays)
    assert snapshot(company) != before
    with company.acting("admin"):
        undone = batches.undo(stored(company, Batch, "id")[0])
    assert (undone.reversed, undone.kept, undone.conflicting) == (4, 0, 0)
    assert snapshot(company) == before
    assert stored(company, Batch, "state") == ["undone"]


def test_what_was_changed_since_is_kept_when_a_merge_is_taken_back(company, matter):
    stays, same, _again = matter
    said = message(company, same, "admin")
    merged(company, "admin", [same], stays)
    edit(company, TicketMessage, said, ticket=matter[2])
    with company.acting("admin"):
        undone = batches.undo(stored(company, Batch, "id")[0])
    assert (undone.reversed, undone.kept) == (1, 1)
    assert of(company, TicketMessage, said, "ticket_id") == matter[2]
    assert of(company, Ticket, same, "status", "merged_into_id") == ("open", None)


def test_a_ticket_that_came_back_can_be_merged_again(company, matter):
    stays, same, _again = matter
    merged(company, "admin", [same], stays)
    with company.acting("admin"):
        batches.undo(stored(company, Batch, "id")[0])
    merged(company, "admin", [same], stays)
    assert of(company, Ticket, same, "status") == "merged"


@pytest.mark.parametrize("given", [None, "", "x", "1.5", "-1", {}, {"id": None}, [], "٣", True])
def test_without_a_ticket_to_merge_into_nothing_happens(company, matter, given):
    with pytest.raises(RuleError) as refused:
        by(company, "admin", merge, matter[1:], {"merged_into": given})
    assert list(refused.value.problems) == ["merged_into"]
    assert stored(company, Batch, "id") == []


@pytest.mark.parametrize("shape", [int, str, lambda number: {"id": number}])
def test_a_form_and_a_program_name_the_ticket_in_their_own_way(company, matter, shape):
    by(company, "admin", merge, matter[1:2], {"merged_into": shape(matter[0])})
    assert of(company, Ticket, matter[1], "merged_into_id") == matter[0]


def test_different_matters_are_refused_beside_the_choice(company, matter):
    foreign = ticket(company, customer=customer(company, name="Other"))
    for sources, target in (([foreign], matter[0]), ([matter[0]], matter[0])):
        with pytest.raises(RuleError) as refused:
            merged(company, "admin", sources, target)
        assert list(refused.value.problems) == ["merged_into"]
    assert stored(company, Batch, "id") == []


@pytest.mark.parametrize("target", [999_999, 2**31, 10**30])
def test_a_ticket_that_is_not_there_is_missing(company, matter, target):
    with pytest.raises(Missing):
        merged(company, "admin", matter[1:2], target)


def test_a_ticket_out_of_sight_is_missing(company, matter):
    own = ticket(company, assignee=company.ids["support1"])
    for sources, target in (([own], matter[0]), ([matter[0]], own)):
        with pytest.raises(Missing):
            merged(company, "support1", sources, target)


def test_who_only_reads_a_ticket_does_not_merge_it(company, matter):
    with pytest.raises(NotAllowed):
        merged(company, "sales1", matter[1:2], matter[0])
    assert stored(company, Ticket, "status") == ["open"] * 3
    assert stored(company, Batch, "id") == []


def test_two_tickets_are_never_merged_into_each_other(company, matter):
    first, second, _third = matter
    start = threading.Barrier(2, timeout=60)

    def work(pair):
        with company.acting("admin"):
            start.wait()
            try:
                in_unit(merge, [pair[0]], {"merged_into": pair[1]})
            except RuleError:
                return 0
            return 1

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(work, [(first, second), (second, first)])) == 1
    assert sorted(of(company, Ticket, each, "status") for each in (first, second)) == ["merged", "open"]
