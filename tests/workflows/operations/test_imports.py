"""The job of a large import: slice by slice as the sender with his rights of the moment, who hears of its end."""

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User

from app.customers.models import Customer
from app.data import operations
from app.data.operations import Wish
from app.desk.models import Notification
from app.kernel import clock
from app.kernel.batches import Batch
from app.kernel.database import session, unit
from app.kernel.errors import NotAllowed, RuleError, Unavailable
from app.security.models import AccessGrant, AuditEntry
from app.security.operations import find_roles, set_roles
from app.workflows.models import JobRun, OutboxMessage
from app.workflows.operations import imports, jobs

TEXT = "name,code\n" + "".join(f"Firm {number},C{number}\n" for number in range(30))


@pytest.fixture
def sent(company, tmp_path, monkeypatch):
    """A file that the manager handed to the background, in slices of one step."""
    monkeypatch.setattr(imports, "SLICE_SECONDS", 0.0)
    monkeypatch.setattr("app.data.operations.steps.FIRST", 10)
    monkeypatch.setattr("app.data.operations.applying.MOST", 10)
    monkeypatch.setattr("app.data.operations.applying.PAUSE_SECONDS", 0)
    company.path = tmp_path / "upload"
    company.path.write_text(TEXT, encoding="utf-8")
    with company.acting("manager"):
        company.number = operations.receive("customer", company.path, "firms.csv", Wish())
    return company


def work(company, most=100):
    """Run the jobs that are due; how many there were."""
    with company.acting("system"):
        return next((count for count in range(most) if not jobs.run_one()), most)


def batch_of(company):
    with company.acting("system"):
        return operations.batch_of(company.number)


def runs(company):
    with company.acting("system"):
        return session().execute(sa.select(JobRun.job, JobRun.state).order_by(JobRun.id)).all()


def notices(company):
    """What the manager reads on his desk."""
    with company.acting("manager"):
        return list(session().scalars(sa.select(Notification.title).order_by(Notification.id)))


def apply_it(company):
    """Let the file be read and checked, then have it applied."""
    work(company)
    with company.acting("manager"):
        operations.go_on(company.number)


def test_each_slice_asks_for_the_next_and_the_sender_hears_of_both_ends(sent):
    assert runs(sent) == [("import", "queued")]
    work(sent)
    assert batch_of(sent).state == "staged"
    assert len(runs(sent)) > 3
    assert {state for _job, state in runs(sent)} == {"done"}
    assert notices(sent) == ["firms.csv was checked: see what the import would do, then apply it."]
    apply_it(sent)
    work(sent)
    assert (batch_of(sent).state, batch_of(sent).rows_created) == ("done", 30)
    assert notices(sent)[1:] == ["firms.csv was imported."]
    with sent.acting("system"):
        assert set(session().scalars(sa.select(Customer.created_by_id))) == {sent.ids["manager"]}
        about = session().execute(sa.select(Notification.about_entity, Notification.about_id).distinct()).all()
        assert about == [("import_batch", sent.number)]


def test_the_end_is_told_once_although_its_run_is_taken_over(sent):
    work(sent)
    with sent.acting("system"):
        imports.work_on({"batch": sent.number})
    assert len(notices(sent)) == 1


def test_a_worker_that_died_between_two_units_is_followed_by_another(sent):
    apply_it(sent)
    with sent.acting("system"):
        assert jobs.claim() is not None
        assert not jobs.run_one()
    with clock.at(clock.now() + jobs.LEASE):
        assert work(sent) > 1
    assert (batch_of(sent).state, batch_of(sent).rows_created) == ("done", 30)


@pytest.mark.parametrize("slices", [0, 2])
def test_a_sender_who_may_not_log_in_any_more_stops_it(sent, slices):
    if slices:
        apply_it(sent)
    work(sent, slices)
    with sent.acting("system"), unit() as current:
        current.scalars(sa.select(User).where(User.username == "manager")).one().active = False
    work(sent)
    batch = batch_of(sent)
    assert (batch.state, batch.message) == ("stopped", "Its user may not log in any more.")
    assert batch.rows_created == 10 * slices
    assert work(sent) == 0


def test_a_sender_who_lost_the_right_stops_it_with_the_reason(sent):
    apply_it(sent)
    work(sent, 1)
    with sent.acting("system"), unit():
        set_roles(sent.ids["manager"], ["Viewer"])
    work(sent)
    assert batch_of(sent).state == "stopped"
    assert 0 < batch_of(sent).rows_created < 30
    assert "may not" in batch_of(sent).message or "not allowed" in batch_of(sent).message


def test_rows_that_the_sender_may_not_write_any_more_are_rejected_one_by_one(sent):
    apply_it(sent)
    work(sent, 1)
    with sent.acting("system"), unit() as current:
        role = find_roles(["Manager"])[0].id
        wanted = sa.select(AccessGrant).where(AccessGrant.role_id == role, AccessGrant.entity == "customer",
                                              AccessGrant.verb.in_(["create", "assign"]))
        for grant in current.scalars(wanted):
            current.delete(grant)
    work(sent)
    batch = batch_of(sent)
    assert batch.state == "done"
    assert (batch.rows_created, batch.rows_rejected) == (10, 20)


def test_a_file_whose_rows_show_that_it_cannot_be_read_is_told(sent):
    work(sent)
    sent.path.write_text("name,next_contact_at\nA,01/02/2026\n", encoding="utf-8")
    with sent.acting("manager"):
        sent.number = operations.receive("customer", sent.path, "days.csv", Wish())
    work(sent)
    batch = batch_of(sent)
    assert batch.state == "failed"
    assert "day or the month first" in batch.message
    assert notices(sent)[1:] == ["days.csv could not be read."]


def test_who_stopped_it_himself_is_not_told_so(sent):
    with sent.acting("manager"):
        operations.stop(sent.number)
    work(sent)
    assert notices(sent) == []
    with sent.acting("manager"):
        operations.go_on(sent.number)
    with sent.acting("admin"):
        operations.stop(sent.number)
    work(sent)
    assert notices(sent) == ["The import of firms.csv stopped."]


def test_a_busy_database_is_waited_for_and_what_fails_at_every_try_is_told(sent, monkeypatch):
    def away(_steps):
        raise Unavailable

    with monkeypatch.context() as patched:
        patched.setattr(operations.Steps, "take", away)
        work(sent)
        assert batch_of(sent).state == "background"
        for hours in range(1, jobs.POLICY.attempts + 2):
            with clock.at(clock.now() + 2 * hours * jobs.LEASE * 6):
                work(sent)
    assert batch_of(sent).state == "stopped"
    assert batch_of(sent).message == "It failed at every try. The job runs say why."
    assert notices(sent) == ["The import of firms.csv stopped."]
    with sent.acting("manager"):
        operations.go_on(sent.number)
    work(sent)
    assert batch_of(sent).state == "staged"


@pytest.fixture
def applied(sent, monkeypatch):
    """The file is applied, and ten records are many."""
    monkeypatch.setattr("app.kernel.batches.PART", 10)
    monkeypatch.setattr("app.data.operations.outcome.most_at_once", lambda: 29)
    apply_it(sent)
    work(sent)
    return sent


def names(company):
    with company.acting("system"):
        return list(session().scalars(sa.select(Customer.name)))


def test_a_large_batch_is_taken_back_step_by_step_and_its_owner_hears_of_it(applied):
    with applied.acting("manager"):
        assert operations.is_large(applied.number)
        operations.take_back_later(applied.number)
    assert work(applied, 1) == 1
    assert len(names(applied)) == 20
    work(applied)
    assert names(applied) == []
    batch = batch_of(applied)
    assert (batch.state, batch.rows_reversed, batch.rows_kept) == ("undone", 30, 0)
    assert notices(applied)[-1] == "firms.csv was taken back."
    with applied.acting("system"):
        kinds = session().scalars(sa.select(AuditEntry.kind).where(AuditEntry.kind == "undo")).all()
    assert kinds == ["undo"]


def test_an_owner_who_may_not_take_back_any_more_stops_it_and_goes_on_when_he_may(applied):
    with applied.acting("manager"):
        operations.take_back_later(applied.number)
    work(applied, 1)
    with applied.acting("system"), unit():
        set_roles(applied.ids["manager"], ["Viewer"])
    work(applied)
    assert batch_of(applied).state == "stopped"
    assert len(names(applied)) == 20
    with applied.acting("system"), unit():
        set_roles(applied.ids["manager"], ["Manager"])
    assert notices(applied)[-1] == "Taking back firms.csv stopped."
    with applied.acting("manager"):
        with pytest.raises(RuleError):
            operations.go_on(applied.number)
        operations.take_back_later(applied.number)
    work(applied)
    assert names(applied) == []
    assert (batch_of(applied).state, batch_of(applied).rows_reversed) == ("undone", 30)


def test_taking_back_that_fails_at_every_try_is_told(applied, monkeypatch):
    def away(_number):
        raise Unavailable

    monkeypatch.setattr(operations, "take_back_on", away)
    with applied.acting("manager"):
        operations.take_back_later(applied.number)
    for hours in range(1, jobs.POLICY.attempts + 2):
        with clock.at(clock.now() + 2 * hours * jobs.LEASE * 6):
            work(applied)
    assert (batch_of(applied).state, len(names(applied))) == ("stopped", 30)
    assert notices(applied)[-1] == "Taking back firms.csv stopped."


def test_only_its_owner_has_a_batch_taken_back(applied):
    with applied.acting("admin"), pytest.raises(NotAllowed):
        operations.take_back_later(applied.number)


def test_batches_of_other_kinds_and_at_once_need_no_job(company):
    with company.acting("manager"):
        number = operations.stage("customer", b"name\nA\n", "a.csv")
        operations.apply(number)
    assert runs(company) == []
    with company.acting("system"):
        assert session().scalars(sa.select(Batch.state)).all() == ["done"]


def test_the_end_goes_out_by_mail_too(sent):
    work(sent)
    with sent.acting("system"):
        assert session().scalars(sa.select(OutboxMessage.subject)).all() == [
            "firms.csv was checked: see what the import would do, then apply it."]
