"""Actions of rules: refused where the rule's user may not, harmless where nobody is meant."""

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User

from app.kernel.database import session, unit
from app.support.models import Ticket
from app.workflows.models import Rule, RuleRun
from app.workflows.operations import actions, engine


def rule(company, todo, run_as=None, entity="ticket"):
    with company.acting("system"), unit() as current:
        for old in current.scalars(sa.select(Rule)):
            old.active = False
        current.add(Rule(name="R", entity=entity, trigger={"on": ["created"]}, condition={"and": []}, actions=todo,
                         run_as_id=company.ids.get(run_as)))


def results(company):
    with company.app.app_context():
        engine.handle_all()
    with company.acting("system"):
        return [(row.fired, row.result or row.why) for row in session().scalars(sa.select(RuleRun))]


def ticket(company, **values):
    with company.acting("system"), unit() as current:
        current.add(Ticket(subject="T", priority="normal", **values))


def test_a_rule_of_somebody_who_may_not_assign_gives_no_ticket_away(company):
    rule(company, [{"kind": "assign", "to": "agent"}], run_as="viewer")
    ticket(company, team_id=company.teams["East"])
    (_fired, said), = results(company)
    assert said in ("The user as whom the rule runs may not assign the record.",
                    "The user as whom the rule runs may not see the record.")
    with company.acting("system"):
        assert session().scalars(sa.select(Ticket.owner_id)).all() == [None]


def test_a_rule_runs_no_more_once_its_user_has_left(company):
    rule(company, [{"kind": "set_field", "field": "subject", "value": "X"}], run_as="manager")
    with company.acting("system"), unit() as current:
        current.scalars(sa.select(User).where(User.username == "manager")).one().active = False
    ticket(company)
    assert results(company) == [(False, "The user as whom the rule runs is not active any more.")]


def test_without_an_owner_there_is_nobody_to_tell_or_to_assign_to(company):
    rule(company, [{"kind": "notify", "to": ["owner"], "text": "x"}, {"kind": "assign", "to": "manager"},
                   {"kind": "create_task", "subject": "S", "assignee": "owner", "due_in_days": 0}])
    ticket(company)
    (fired, said), = results(company)
    assert fired
    assert said.startswith("0 told; nobody to assign to")


def test_a_value_that_the_record_refuses_is_told_in_the_log(company):
    rule(company, [{"kind": "set_field", "field": "status", "value": "merged"}])
    ticket(company)
    (_fired, said), = results(company)
    assert said
    assert "set" not in said.split()


def test_the_system_acts_where_nobody_is_named(company):
    with company.acting("system"):
        assert actions.actor_of(Rule(name="x")).is_system
