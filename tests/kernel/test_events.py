"""One net event per record and unit, written once, taken back with its savepoint."""

import functools

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.customers.models import Customer, Tag
from app.kernel import bulk, events
from app.kernel.actor import SYSTEM, under
from app.kernel.database import session, unit
from app.kernel.events import Change, DomainEvent, EventInbox
from tests.kernel.test_gate import add_customer, the


def all_events(company, entity="customer"):
    with company.acting("system"):
        found = sa.select(DomainEvent).where(DomainEvent.entity == entity).order_by(DomainEvent.id)
        return [(row.kind, row.record_id, row.changes, row.actor_id) for row in session().scalars(found)]


def test_several_flushes_of_one_record_make_one_net_event(company):
    pk = add_customer(company)
    with company.acting("sales1"), unit() as current:
        mine = the(Customer, pk)
        for name in ("A", "B", "C"):
            mine.name = name
            current.flush()
    kind, record_id, changes, actor_id = all_events(company)[-1]
    assert (kind, record_id, actor_id) == ("update", pk, company.ids["sales1"])
    assert changes["name"] == ["Acme", "C"]
    assert len(all_events(company)) == 2


def test_there_and_back_again_is_no_event(company):
    pk = add_customer(company)
    with company.acting("sales1"), unit() as current:
        mine = the(Customer, pk)
        mine.name = "Other"
        current.flush()
        mine.name = "Acme"
    assert len(all_events(company)) == 1


def test_a_foreign_key_set_through_its_relationship_is_in_the_event(company):
    from app.customers.models import Industry

    pk = add_customer(company)
    with company.acting("admin"), unit() as current:
        steel = Industry(name="Steel")
        current.add(steel)
        current.flush()
        the(Customer, pk).industry = steel
        number = steel.id
    assert all_events(company)[-1][2]["industry"] == [None, number]


def test_the_old_value_is_told_even_after_expiry(company):
    pk = add_customer(company)
    with company.acting("sales1"), unit() as current:
        mine = the(Customer, pk)
        current.expire(mine)
        mine.name = "New"
    assert all_events(company)[-1][2]["name"] == ["Acme", "New"]


def test_a_rolled_back_savepoint_takes_its_events_back(company):
    pk = add_customer(company)
    with company.acting("sales1"), unit() as current:
        the(Customer, pk).city = "Xi'an"
        current.flush()
        savepoint = current.begin_nested()
        the(Customer, pk).name = "Gone"
        current.flush()
        savepoint.rollback()
        inner = current.begin_nested()
        the(Customer, pk).level = "key"
        current.flush()
        inner.commit()
    assert set(all_events(company)[-1][2]) == {"city", "level"}
    with company.acting("system"):
        assert the(Customer, pk).name == "Acme"


def test_a_failed_unit_leaves_no_event(company):
    pk = add_customer(company)
    with company.acting("sales1"), pytest.raises(ZeroDivisionError), unit() as current:
        the(Customer, pk).name = "Gone"
        current.flush()
        raise ZeroDivisionError
    with company.acting("sales1"), unit():
        the(Customer, pk).city = "Wuhan"
    assert [event[2] for event in all_events(company)][-1] == {"city": [None, "Wuhan"]}


def test_personal_values_lie_encrypted_in_events(company):
    pk = add_customer(company, phone="13800138000")
    with company.acting("sales1"), unit():
        the(Customer, pk).phone = "13900139000"
    text = str([event[2] for event in all_events(company)])
    assert "phone" in text
    assert "13800138000" not in text
    assert "13900139000" not in text


def test_cause_verb_and_batch_come_from_the_circumstance(company):
    pk = add_customer(company)
    with company.acting("sales1"), under(cause="because", batch_id=7, channel="api", address="127.0.0.1"), unit():
        the(Customer, pk).name = "B"
    with company.acting("system"):
        row = session().scalars(sa.select(DomainEvent).order_by(DomainEvent.id.desc())).first()
        assert (row.cause, row.batch_id, row.channel, row.address) == ("because", 7, "api", "127.0.0.1")


def test_a_consumer_finds_the_wanted_events_in_its_inbox(company, monkeypatch):
    monkeypatch.setitem(events._consumers, "test", lambda change: change.changed("name"))
    pk = add_customer(company)
    with company.acting("sales1"), unit():
        the(Customer, pk).city = "Wuhan"
    with company.acting("sales1"), unit():
        the(Customer, pk).name = "B"
    with company.acting("system"):
        waiting = session().scalars(sa.select(EventInbox.event_id).where(EventInbox.consumer == "test")).all()
    assert len(waiting) == 2


def test_a_reaction_runs_inside_the_unit_and_its_changes_join_the_net_event(company, monkeypatch):
    def follow(changes):
        ids = {change.record_id: {"needs": "seen"} for change in changes if change.changed("name")}
        bulk.change_rows(Customer, ids, as_actor=SYSTEM)

    monkeypatch.setitem(events._reactions, "customer", [follow])
    pk = add_customer(company)
    with company.acting("sales1"), unit():
        the(Customer, pk).name = "B"
    assert all_events(company)[-1][2]["name"] == ["Acme", "B"]
    assert all_events(company)[0][2]["needs"] == [None, "seen"]
    assert len(all_events(company)) == 2
    with company.acting("system"):
        assert the(Customer, pk).needs == "seen"


def test_reactions_that_answer_each_other_without_end_are_a_bug(company, monkeypatch):
    def restless(changes):
        for change in changes:
            events.note(Change("customer", change.record_id, "update", {"city": ["a", f"b{id(change)}"]}))

    monkeypatch.setitem(events._reactions, "customer", [restless])
    with pytest.raises(RuntimeError, match="keep answering"):
        add_customer(company)


def test_merging_keeps_the_first_before_and_the_last_after():
    first = Change("x", 1, "create", {"a": [None, 1], "b": [None, 2]})
    first = first.merged(Change("x", 1, "update", {"a": [1, 3], "c": [None, 4]}, version=2))
    assert first.kind == "create"
    assert first.changes == {"a": [None, 3], "b": [None, 2], "c": [None, 4]}
    assert first.after("a") == 3
    assert first.after("missing") is None
    first = first.merged(Change("x", 1, "delete"))
    assert first.kind == "create"
    later = Change("x", 1, "update")
    later = later.merged(Change("x", 1, "delete"))
    assert later.kind == "delete"


def test_registering_the_same_reaction_twice_runs_it_once():
    def reaction(changes):
        return None

    events.reacts_to("nothing_of_this_name")(reaction)
    events.reacts_to("nothing_of_this_name")(reaction)
    assert events._reactions.pop("nothing_of_this_name") == [reaction]


def test_many_to_many_changes_are_told_as_lists_of_ids(company):
    pk = add_customer(company)
    with company.acting("system"), unit() as current:
        current.add_all([Tag(name="a"), Tag(name="b")])
        current.flush()
        ids = sorted(current.scalars(sa.select(Tag.id)))
    with company.acting("sales1"), unit():
        bulk.change_rows(Customer, {pk: {"tags": ids}})
    assert all_events(company)[-1][2]["tags"] == [[], ids]


def test_what_a_clock_keeps_is_no_event(company):
    import datetime as dt

    from app.kernel import clock
    from app.workflows.models import Schedule

    with company.acting("system"), unit() as current:
        row = current.scalars(sa.select(Schedule)).first()
        row.next_at = clock.now() + dt.timedelta(minutes=1)
    assert [event[0] for event in all_events(company, "schedule")].count("update") == 0
    with company.acting("system"), unit() as current:
        row = current.scalars(sa.select(Schedule)).first()
        row.name, row.next_at = "Renamed", clock.now()
    kind, _record, changes, _actor = all_events(company, "schedule")[-1]
    assert (kind, list(changes)) == ("update", ["name"])


# A busy machine is no fault of the product.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
PAIRS = st.dictionaries(st.sampled_from("abc"), st.lists(st.integers(0, 2), min_size=2, max_size=2))


def followed(steps):
    """Updates of one record, each beginning where the one before it ended."""
    at, found = {}, []
    for step in steps:
        changes = {name: [at.get(name, before), after] for name, (before, after) in step.items()}
        at |= {name: pair[1] for name, pair in changes.items()}
        found.append(Change("customer", 1, "update", changes))
    return found


@unhurried
@given(st.lists(PAIRS, min_size=1, max_size=6))
def test_however_many_steps_a_change_is_told_from_the_first_value_to_the_last(steps):
    chain = followed(steps)
    whole = functools.reduce(Change.merged, chain)
    for name in "abc":
        pairs = [change.changes[name] for change in chain if name in change.changes]
        assert whole.changes.get(name) == ([pairs[0][0], pairs[-1][1]] if pairs else None)
        assert whole.changed(name) is bool(pairs and pairs[0][0] != pairs[-1][1])
        assert whole.after(name) == (pairs[-1][1] if pairs else None)
    assert whole.is_nothing() is not whole.changed("a", "b", "c")


@unhurried
@given(st.lists(PAIRS, min_size=3, max_size=6), st.integers(1, 2))
def test_it_does_not_matter_which_steps_are_put_together_first(steps, place):
    chain = followed(steps)
    left = functools.reduce(Change.merged, chain)
    inner = [functools.reduce(Change.merged, chain[:place]), functools.reduce(Change.merged, chain[place:])]
    assert inner[0].merged(inner[1]) == left


@pytest.mark.parametrize(("kinds", "kind"), [
    (["create", "update"], "create"), (["update", "update"], "update"), (["update", "delete"], "delete"),
    (["delete", "undelete"], "undelete"), (["undelete", "update"], "undelete"), (["create", "delete"], "create")])
def test_what_became_of_a_record_is_told_by_the_weightiest_step(kinds, kind):
    assert functools.reduce(Change.merged, [Change("customer", 1, each) for each in kinds]).kind == kind


@pytest.mark.parametrize(("kind", "changes", "nothing"), [
    ("update", {}, True), ("update", {"a": [1, 1]}, True), ("update", {"a": [None, None]}, True),
    ("update", {"a": [1, 1], "b": [1, 2]}, False), ("update", {"a": [None, ""]}, False),
    ("update", {"a": [1, None]}, False), ("create", {}, False), ("delete", {}, False),
    ("undelete", {"a": [1, 1]}, False), ("update", {"a": [[1], [1]]}, True)])
def test_only_an_update_that_leaves_everything_as_it_was_is_nothing(kind, changes, nothing):
    assert Change("customer", 1, kind, changes).is_nothing() is nothing


def test_merging_takes_the_latest_owner_and_the_first_reason_and_changes_neither_side():
    first = Change("customer", 1, "update", {"a": [1, 2]}, owner_id=1, team_id=1, version=2, cause="import", batch_id=7)
    later = Change("customer", 1, "update", {"a": [2, 3]}, owner_id=2, team_id=None, version=3, verb="claim",
                   cause="rule", batch_id=8)
    whole = first.merged(later)
    assert (whole.owner_id, whole.team_id, whole.version) == (2, None, 3)
    assert (whole.verb, whole.cause, whole.batch_id) == ("claim", "import", 7)
    assert (first.changes, later.changes) == ({"a": [1, 2]}, {"a": [2, 3]})
