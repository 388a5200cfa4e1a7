"""Large files in the background: step by step, as their sender, stoppable, and whoever goes on goes on rightly."""

import contextlib

import pytest
import sqlalchemy as sa

from app.customers.models import Customer
from app.data import operations
from app.data.models import PART, ImportRow
from app.data.operations import Wish, background
from app.data.operations.applying import apply_rows
from app.kernel.batches import Batch
from app.kernel.database import session
from app.kernel.errors import Missing, NotAllowed, RuleError
from app.kernel.events import DomainEvent
from tests.data.imports import reasons, run

TEXT = "name,code,level\n" + "".join(f"Firm {number},C{number},{'gold' if number == 7 else 'key'}\n"
                                     for number in range(40))


@pytest.fixture(autouse=True)
def small_steps(monkeypatch):
    """Few rows and bytes at a time, so that forty rows make many steps."""
    monkeypatch.setattr("app.data.operations.steps.AHEAD", 5)
    monkeypatch.setattr("app.data.operations.steps.CHUNK", 2)
    monkeypatch.setattr("app.data.operations.steps.FIRST", 5)
    monkeypatch.setattr("app.data.operations.applying.MOST", 5)
    monkeypatch.setattr("app.data.operations.applying.PAUSE_SECONDS", 0)
    monkeypatch.setattr(background, "PIECE", 64)


def received(tmp_path, text=TEXT, name="firms.csv", **wish):
    """The batch of a file that the actor in force handed to the background."""
    path = tmp_path / "upload"
    path.write_text(text, encoding="utf-8")
    return operations.receive("customer", path, name, Wish(**wish))


def take(number, most=10_000):
    """Take steps in a worker of its own; how many."""
    with contextlib.closing(operations.Steps(number)) as steps:
        return next((count for count in range(most) if not steps.take()), most)


def the_batch(number):
    """The batch as it stands now."""
    session().rollback()
    return operations.batch_of(number)


def rows():
    """Row and status of everything that was read."""
    return session().execute(sa.select(ImportRow.row, ImportRow.status).order_by(ImportRow.id)).all()


def test_a_received_file_lies_sealed_and_leaves_when_it_is_read(company, tmp_path):
    with company.acting("manager"):
        number = received(tmp_path)
        batch = the_batch(number)
        assert (batch.state, batch.work["step"], batch.rows_read) == ("background", "read", 0)
        stored = session().scalars(sa.select(ImportRow.cells).where(ImportRow.status == PART)).all()
        assert len(stored) > 5
        assert "Firm" not in "".join(stored)
        assert b"".join(background.pieces_of(number)).decode() == TEXT
        take(number)
        assert PART not in {status for _row, status in rows()}


def test_in_the_end_it_is_as_if_somebody_had_waited(company, tmp_path):
    with company.acting("manager"):
        number = received(tmp_path)
        take(number)
        batch = the_batch(number)
        assert (batch.state, batch.rows_read, batch.rows_created, batch.rows_rejected) == ("staged", 40, 39, 1)
        assert session().scalars(sa.select(Customer.id)).all() == []
        operations.go_on(number)
        assert the_batch(number).state == "background"
        take(number)
        batch = the_batch(number)
        assert (batch.state, batch.rows_read, batch.rows_created, batch.rows_rejected) == ("done", 40, 39, 1)
        assert list(reasons(number)) == [9]
        assert batch.work["applied"] == 40
        events = sa.select(sa.func.count()).where(DomainEvent.entity == "customer", DomainEvent.batch_id == number)
        assert session().execute(events).scalar_one() == 39
        assert operations.take_back(number).reversed == 39
        assert session().scalars(sa.select(Customer.id)).all() == []


def test_killed_after_every_single_step_nothing_is_lost_or_doubled(company, tmp_path):
    text = TEXT + "Firm again,C3,key\n"
    with company.acting("manager"):
        expected = run("customer", text)[0]
        others = sa.select(sa.func.max(Batch.id))
        operations.take_back(session().execute(others).scalar_one())
        number = received(tmp_path, text)
        turns = 0
        while take(number, 1):
            turns += 1
        assert turns > 15
        operations.go_on(number)
        while take(number, 1):
            turns += 1
        batch = the_batch(number)
        assert batch.state == "done"
        assert {name: getattr(batch, f"rows_{name}") for name in expected} == expected
        assert expected["rejected"] == 2
        assert [row for row, _status in session().execute(
            sa.select(ImportRow.row, ImportRow.status).where(ImportRow.batch_id == number)
            .order_by(ImportRow.id))] == list(range(2, 43))
        assert session().execute(sa.select(sa.func.count(Customer.id))).scalar_one() == 39


@pytest.mark.parametrize("turns", [3, 9])
def test_two_workers_at_once_keep_each_row_once(company, tmp_path, turns):
    with company.acting("manager"):
        number = received(tmp_path)
        with contextlib.closing(operations.Steps(number)) as late, contextlib.closing(operations.Steps(number)) as one:
            late.take()
            for _turn in range(turns):
                one.take()
            with pytest.raises(operations.Interrupted) if turns < 8 else contextlib.nullcontext():
                late.take()
        take(number)
        assert [row for row, _status in rows()] == list(range(2, 42))
        assert the_batch(number).rows_created == 39


def test_it_is_stopped_between_two_steps_and_goes_on_where_it_stood(company, tmp_path):
    with company.acting("manager"):
        number = received(tmp_path)
        take(number, 4)
        operations.stop(number)
        batch = the_batch(number)
        assert (batch.state, batch.message) == ("stopped", "Stopped by manager.")
        assert take(number) == 0
        with pytest.raises(RuleError, match="does not run"):
            operations.stop(number)
        operations.go_on(number)
        assert the_batch(number).message is None
        take(number)
        operations.go_on(number)
        take(number, 3)
        operations.stop(number)
        batch = the_batch(number)
        made = session().execute(sa.select(sa.func.count(Customer.id))).scalar_one()
        assert 0 < made < 39
        assert (batch.state, batch.rows_created) == ("stopped", made)
        operations.go_on(number)
        take(number)
        assert (the_batch(number).state, the_batch(number).rows_created) == ("done", 39)


def test_what_was_applied_before_a_stop_is_taken_back(company, tmp_path):
    with company.acting("manager"):
        number = received(tmp_path)
        take(number)
        operations.go_on(number)
        take(number, 3)
        operations.stop(number)
        assert operations.take_back(number).reversed == the_batch(number).rows_created > 0
        assert session().scalars(sa.select(Customer.id)).all() == []
        with pytest.raises(RuleError):
            operations.go_on(number)


def test_a_stopped_import_goes_on_at_once_too(company, tmp_path):
    with company.acting("manager"):
        number = received(tmp_path)
        with pytest.raises(RuleError):
            operations.apply(number)
        take(number)
        operations.go_on(number)
        take(number, 3)
        operations.stop(number)
        assert operations.apply(number)["created"] == 39
        assert the_batch(number).state == "done"


def test_a_unit_that_began_before_the_stop_changes_nothing(company, tmp_path):
    with company.acting("manager"):
        number = received(tmp_path)
        take(number)
        operations.go_on(number)
        ids = list(session().scalars(sa.select(ImportRow.id).where(ImportRow.status == "staged").limit(5)))
        operations.stop(number)
        with pytest.raises(operations.Interrupted):
            apply_rows(Customer, number, ids)
        assert session().scalars(sa.select(Customer.id)).all() == []


def test_only_its_sender_sets_his_rights_going_and_who_sees_to_jobs_may_stop_it(company, tmp_path):
    with company.acting("manager"):
        number = received(tmp_path)
    with company.acting("admin"):
        operations.stop(number)
        assert the_batch(number).message == "Stopped by admin."
        with pytest.raises(NotAllowed):
            operations.go_on(number)
    with company.acting("admin"):
        theirs = received(tmp_path)
    with company.acting("manager"), pytest.raises(Missing, match="may not see"):
        operations.stop(theirs)


def test_columns_that_a_person_chose_are_read_from_the_rows_that_are_there(company, tmp_path):
    with company.acting("manager"):
        first = received(tmp_path, TEXT.replace("level", "lvl"))
        take(first)
        number = operations.receive_again(first, Wish('{"headers": {"lvl": "level"}}', lenient=True))
        take(number)
        batch = the_batch(number)
        assert (batch.state, batch.rows_read, batch.rows_rejected) == ("staged", 40, 1)
        assert the_batch(first).state == "staged"


def test_what_the_headers_show_is_told_at_once_and_what_only_rows_show_by_the_step(company, tmp_path):
    with company.acting("manager"):
        with pytest.raises(RuleError):
            received(tmp_path, "foo,bar\n1,2\n")
        assert session().scalars(sa.select(Batch.id)).all() == []
        number = received(tmp_path, "name,next_contact_at\nA,01/02/2026\n")
        with pytest.raises(RuleError) as refusal:
            take(number)
        assert "day or the month first" in str(refusal.value.problems["next_contact_at"])


def test_a_file_is_long_by_its_rows(company, tmp_path, monkeypatch):
    path = tmp_path / "upload"
    path.write_text(TEXT, encoding="utf-8")
    with company.acting("manager"):
        assert not operations.is_long(path, "firms.csv", Wish())
        monkeypatch.setattr(background, "most_at_once", lambda: 39)
        assert operations.is_long(path, "firms.csv", Wish())
        monkeypatch.setattr(background, "most_at_once", lambda: 40)
        assert not operations.is_long(path, "firms.csv", Wish())
