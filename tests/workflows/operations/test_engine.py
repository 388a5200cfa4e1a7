"""Rules meet events: the right ones fire, once, in order, with their own rights, and say why or why not."""

import datetime as dt

import pytest
import sqlalchemy as sa

from app.customers.models import Customer
from app.desk.models import Notification, Task
from app.kernel import clock
from app.kernel.database import session, unit
from app.kernel.events import DomainEvent, EventInbox
from app.workflows.models import Rule, RuleRun
from app.workflows.operations import engine

EVERYTHING = {"and": []}
START = dt.datetime(2026, 3, 2, 2, 0, tzinfo=dt.UTC)


def rule(company, name, actions, on=("created",), fields=(), condition=EVERYTHING, **values):
    trigger = {"on": list(on), **({"fields": list(fields)} if fields else {})}
    with company.acting("system"), unit() as current:
        made = Rule(name=name, entity="customer", trigger=trigger, condition=condition, actions=actions, **values)
        current.add(made)
        current.flush()
        return made.id


def customer(company, owner="sales1", **values):
    with company.acting("system"), unit() as current:
        made = Customer(**{"name": "Acme", "owner_id": company.ids[owner], **values})
        current.add(made)
        current.flush()
        return made.id


def change(company, pk, **values):
    with company.acting("system"), unit() as current:
        row = current.scalars(sa.select(Customer).where(Customer.id == pk)).one()
        for name, value in values.items():
            setattr(row, name, value)


def handle(company):
    with company.app.app_context():
        return engine.handle_all()


def read(company, column, *conditions):
    with company.acting("system"):
        return list(session().scalars(sa.select(column).where(*conditions).order_by(column)))


def runs(company, *conditions):
    with company.acting("system"):
        return [tuple(row) for row in session().execute(
            sa.select(RuleRun.rule_id, RuleRun.fired, RuleRun.why, RuleRun.result).where(*conditions)
            .order_by(RuleRun.id))]


def sets(field, value):
    return {"kind": "set_field", "field": field, "value": value}


def tells(*to, text="Look"):
    return {"kind": "notify", "to": list(to), "text": text}


def test_created_changed_and_deleted_each_fire_their_rule(company):
    for on in ("created", "changed", "deleted"):
        rule(company, on, [tells("owner", text=on)], on=[on])
    pk = customer(company)
    handle(company)
    change(company, pk, city="Wuhan")
    handle(company)
    with company.acting("admin"), unit() as current:
        current.scalars(sa.select(Customer).where(Customer.id == pk)).one().deleted_at = clock.now()
    handle(company)
    assert read(company, Notification.title) == ["changed", "created", "deleted"]


def test_a_watched_field_decides_and_the_condition_is_a_tree(company):
    rule(company, "watch", [sets("remark", "seen")], on=["changed"], fields=["city"],
         condition={"or": [{"field": "city", "operator": "eq", "value": "Wuhan"},
                           {"field": "level", "operator": "is_empty"}]})
    pk = customer(company, level=None)
    handle(company)
    change(company, pk, website="https://example.com")
    handle(company)
    assert read(company, Customer.remark) == [None]
    change(company, pk, city="Wuhan")
    handle(company)
    assert read(company, Customer.remark) == ["seen"]


def test_why_a_rule_did_not_fire_stands_in_the_log(company):
    never = rule(company, "never", [tells("owner")],
                 condition={"and": [{"field": "name", "operator": "eq", "value": "Nobody"}]})
    customer(company)
    handle(company)
    (rule_id, fired, why, result), = runs(company)
    assert (rule_id, fired, result) == (never, False, None)
    assert why == "The condition does not hold."


def test_every_kind_of_action_is_done_in_its_order_until_a_rule_stops_the_list(company):
    first = rule(company, "first", [sets("city", "Wuhan"), tells("owner", "creator"),
                                    {"kind": "create_task", "subject": "Visit", "assignee": "owner",
                                     "due_in_days": 3},
                                    {"kind": "assign", "to": company.ids["sales2"]}, {"kind": "stop"}], order=1)
    last = rule(company, "last", [sets("city", "Lhasa")], order=2)
    with clock.at(START):
        pk = customer(company)
        handle(company)
    assert read(company, Customer.city) == ["Wuhan"]
    assert read(company, Customer.owner_id) == [company.ids["sales2"]]
    assert read(company, Notification.owner_id, Notification.title == "Look") == [company.ids["sales1"]]
    with company.acting("system"):
        task = session().scalars(sa.select(Task)).one()
        assert (task.subject, task.assignee_id, task.about) == ("Visit", company.ids["sales1"], f"customer:{pk}")
        assert task.due_at == START + dt.timedelta(days=3)
    (fired_rule, fired, _why, result), (stopped, again, why, _none) = sorted(runs(company))
    assert (fired_rule, fired, stopped, again) == (first, True, last, False)
    assert result == "City set; 1 told; task made; assigned"
    assert "ends the list" in why


def test_a_rule_has_no_more_rights_than_the_user_whom_it_runs_as(company):
    rule(company, "as seller", [sets("city", "Wuhan")], run_as_id=company.ids["sales1"])
    mine, foreign = customer(company), customer(company, owner="sales2")
    handle(company)
    assert read(company, Customer.city, Customer.id == mine) == ["Wuhan"]
    assert read(company, Customer.city, Customer.id == foreign) == [None]
    (_rule, fired, why, _result), = runs(company, RuleRun.record_id == foreign)
    assert not fired
    assert why == "The user as whom the rule runs may not see the record."


def test_a_rule_does_not_answer_its_own_change_and_no_circle_of_rules_goes_on(company):
    first = rule(company, "first", [sets("city", "Wuhan"), sets("address", "x")], on=["changed"], fields=["website"])
    rule(company, "echo", [sets("website", "https://example.org")], on=["changed"], fields=["city"])
    pk = customer(company)
    change(company, pk, website="https://example.com")
    assert handle(company) < 10
    said = [why for rule_id, fired, why, _result in runs(company) if rule_id == first and not fired]
    assert "The rule does not answer what it caused itself." in said
    assert [result for _rule, fired, _why, result in runs(company) if fired] == [
        "City set; Address set", "Website set"]


def test_an_event_that_is_delivered_again_does_nothing_again(company):
    rule(company, "tell", [tells("owner")])
    customer(company)
    handle(company)
    with company.acting("system"), unit() as current:
        event = current.scalars(sa.select(DomainEvent.id).where(DomainEvent.entity == "customer")).first()
        current.add(EventInbox(event_id=event, consumer="rules", due_at=clock.now()))
    assert handle(company) == 1
    assert len(read(company, Notification.id)) == 1
    assert [fired for _rule, fired, _why, _result in runs(company)] == [True]


def test_one_broken_rule_stops_no_other_and_is_given_up_in_the_end(company, monkeypatch):
    broken = rule(company, "broken", [sets("city", "Wuhan")], order=1)
    rule(company, "sound", [tells("owner")], order=2)
    carry_out = engine.carry_out

    def fail(rule, *rest):
        if rule.id == broken:
            raise ZeroDivisionError("planted")
        return carry_out(rule, *rest)

    monkeypatch.setattr(engine, "carry_out", fail)
    with clock.at(START):
        customer(company)
        assert handle(company) == 1
    assert len(read(company, Notification.id)) == 1
    with company.acting("system"):
        entry = session().scalars(sa.select(EventInbox)).one()
        assert "planted" in entry.error
        assert START <= entry.due_at <= START + dt.timedelta(seconds=15)
    for step in range(1, engine.POLICY.attempts + 2):
        with clock.at(START + dt.timedelta(hours=2 * step)):
            handle(company)
    assert read(company, EventInbox.attempts) == [engine.POLICY.attempts]
    assert len(read(company, Notification.id)) == 1
    failed = [result for rule_id, fired, _why, result in runs(company) if rule_id == broken and not fired]
    assert len(failed) == engine.POLICY.attempts
    assert "ZeroDivisionError" in failed[0]


def test_a_failure_that_passes_is_made_up_for(company, monkeypatch):
    rule(company, "late", [tells("owner")])
    with monkeypatch.context() as patched, clock.at(START):
        patched.setattr(engine, "carry_out", lambda *_all: 1 / 0)
        customer(company)
        handle(company)
    assert read(company, Notification.id) == []
    with clock.at(START + dt.timedelta(minutes=1)):
        assert handle(company) == 1
    assert len(read(company, Notification.id)) == 1
    assert read(company, EventInbox.event_id) == []


def test_a_worker_that_dies_at_an_event_leaves_it_to_the_next_one(company):
    rule(company, "tell", [tells("owner")])
    with clock.at(START):
        customer(company)
        with company.acting("system"):
            engine.in_unit(engine._take)
        assert handle(company) == 0
    with clock.at(START + engine.LEASE):
        assert handle(company) == 1
    assert len(read(company, Notification.id)) == 1


def test_a_condition_that_cannot_be_read_any_more_is_said_and_stops_nobody(company, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(Rule, "check", classmethod(lambda _cls, _values, _before=None: {}))
        odd = rule(company, "odd", [tells("owner", text="odd")], order=1,
                   condition={"and": [{"field": "gone", "operator": "eq", "value": 1}]})
    rule(company, "sound", [tells("owner", text="sound")], order=2)
    customer(company)
    handle(company)
    assert read(company, Notification.title) == ["sound"]
    (_rule, fired, why, _result), = [run for run in runs(company) if run[0] == odd]
    assert not fired
    assert why.startswith("The condition cannot be judged")


@pytest.mark.parametrize(("cause", "chain"), [("", ()), ("import", ()), ("rule:4", (4,)), ("rule:4,7", (4, 7))])
def test_the_chain_of_rules_is_read_from_the_cause(cause, chain):
    assert engine.chain_of(cause) == chain
