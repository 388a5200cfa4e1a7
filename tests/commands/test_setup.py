"""The first steps on the command line: schema, roles, the first administrator, users."""

import json

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User

from app.kernel.actor import SYSTEM
from app.kernel.database import acting_as, session, unit
from app.kernel.settings import Setting, declared
from app.security.models import AccessGrant
from app.security.queries import profile_of
from app.workflows.models import Queue, Rule, Schedule
from tests.world import PASSWORD


def run(app, *words):
    return app.test_cli_runner().invoke(args=["crm", *words])


def test_init_makes_schema_roles_defaults_and_the_first_administrator_and_may_be_repeated(empty_app):
    first = run(empty_app, "init", "--admin", "boss", "--password", PASSWORD, "--json")
    assert first.exit_code == 0, first.output
    assert json.loads(first.output.splitlines()[-1]) == {"schema": "head", "admin": "boss"}
    assert run(empty_app, "init").exit_code == 0
    with empty_app.app_context(), acting_as(SYSTEM):
        boss = session().scalars(sa.select(User).where(User.username == "boss")).one()
        assert [role.name for role in boss.roles] == ["Admin"]
        assert set(session().scalars(sa.select(Setting.name))) == set(declared())
        assert len(session().scalars(sa.select(Queue.id)).all()) == 2
        assert len(session().scalars(sa.select(Rule.id)).all()) == 1
        jobs = set(session().scalars(sa.select(Schedule.job)))
    assert jobs == {"assignment", "reminders", "rules_tick", "churn", "reclaim", "upkeep", "snapshots", "backup",
                    "rollups"}
    assert run(empty_app, "doctor").exit_code == 0


def test_init_after_an_upgrade_brings_the_rights_that_came_since(empty_app):
    assert run(empty_app, "init").exit_code == 0
    made = sa.select(AccessGrant).where(AccessGrant.entity == "task", AccessGrant.scope == "made")
    with empty_app.app_context(), acting_as(SYSTEM), unit() as current:
        current.scalars(sa.select(Setting).where(Setting.name == "roles.synced")).one().extra = None
        gone = current.scalars(made).all()
        for grant in gone:
            current.delete(grant)
    assert run(empty_app, "init").exit_code == 0
    with empty_app.app_context(), acting_as(SYSTEM):
        assert len(session().scalars(made).all()) == len(gone) > 5


def test_a_user_is_added_with_role_and_team(company):
    answer = run(company.app, "user", "add", "li", "--role", "Sales", "--team", "East", "--password", PASSWORD,
                 "--json")
    assert answer.exit_code == 0, answer.output
    made = json.loads(answer.output)
    assert made["name"] == "li"
    with company.acting("system"):
        assert profile_of(made["id"]).team_id == company.teams["East"]


def test_a_weak_password_or_an_unknown_team_is_refused_in_words(company):
    for wrong in (["--password", "short"], ["--password", PASSWORD, "--team", "Nowhere"],
                  ["--password", PASSWORD, "--role", "Emperor"]):
        answer = run(company.app, "user", "add", "li", "--role", "Sales", *wrong)
        assert answer.exit_code == 1, answer.output
        assert answer.output.strip()
    with company.acting("system"):
        assert session().scalars(sa.select(User.id).where(User.username == "li")).all() == []
