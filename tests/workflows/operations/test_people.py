"""Whom to tell, where, and how: managers above, each person once, in his own language."""

import pytest
import sqlalchemy as sa

from app.desk.models import Notification
from app.kernel.database import db, session, unit
from app.security.models import Team, UserProfile
from app.workflows.models import OutboxMessage
from app.workflows.operations import people


@pytest.fixture
def led(company):
    """The manager leads the sales teams, and the admin the company."""
    with company.acting("system"), unit() as current:
        for name, leader in (("Sales", "manager"), ("Company", "admin")):
            current.scalars(sa.select(Team).where(Team.name == name)).one().manager_id = company.ids[leader]
    return company


def test_the_manager_is_found_in_the_team_or_above_it(led):
    with led.acting("system"):
        assert people.manager_of(led.ids["sales1"]) == led.ids["manager"]
        assert people.manager_of(led.ids["manager"]) == led.ids["admin"]
        assert people.manager_of(None, led.teams["West"]) == led.ids["manager"]
        assert people.manager_of(led.ids["admin"]) is None
        assert people.manager_of(None) is None


def test_a_circle_of_teams_has_no_manager_and_no_end(led):
    with led.acting("system"), unit() as current:
        for team in current.scalars(sa.select(Team)):
            team.manager_id = None
    with led.acting("system"):
        assert people.manager_of(led.ids["sales1"]) is None
    # No screen lets a circle through; what an older database holds is not known.
    with led.app.app_context(), db.engine.begin() as connection:
        teams = Team.__table__
        connection.execute(sa.update(teams).where(teams.c.id == led.teams["Company"]).values(
            parent_id=led.teams["East"]))
    with led.acting("system"):
        assert people.manager_of(led.ids["sales1"]) is None


def test_everybody_meant_is_told_once(led):
    with led.acting("system"):
        owner, boss = led.ids["sales1"], led.ids["manager"]
        assert people.recipients(["owner", owner, "creator", "manager"], owner, owner, None) == [owner, boss]
        assert people.recipients(["owner", "creator"], None, None, None) == []


def test_the_time_zone_is_the_persons_or_the_houses(led):
    with led.acting("system"), unit() as current:
        current.scalars(sa.select(UserProfile).where(
            UserProfile.user_id == led.ids["sales1"])).one().zone = "Europe/Berlin"
    with led.acting("system"):
        assert people.zone_of(led.ids["sales1"]) == "Europe/Berlin"
        assert people.zone_of(None) == led.app.config["CRM_TIMEZONE"]


def test_a_mail_says_where_the_record_is_in_the_language_of_its_reader(led):
    led.app.config["CRM_BASE_URL"] = "https://crm.example.com/"
    led.app.config["SMTP_URL"] = "smtp://127.0.0.1:9"
    with led.acting("system"), unit() as current:
        current.scalars(sa.select(UserProfile).where(UserProfile.user_id == led.ids["sales1"])).one().locale = "zh"
    with led.acting("system"), unit():
        people.tell(led.ids["sales1"], "info", "Title", "customer", 7, "k", ("in_app", "email"))
        people.tell(led.ids["sales1"], "info", "Title", "customer", 7, "k", ("in_app", "email"))
        people.tell(led.ids["sales2"], "info", "Title", "nothing", 7, "k", ("email",))
    with led.acting("system"):
        assert session().scalars(sa.select(Notification.owner_id)).all() == [led.ids["sales1"]]
        mails = {row.user_id: row for row in session().scalars(sa.select(OutboxMessage))}
    assert "https://crm.example.com/customer/show/7" in mails[led.ids["sales1"]].body
    assert mails[led.ids["sales2"]].body.endswith("https://crm.example.com")
