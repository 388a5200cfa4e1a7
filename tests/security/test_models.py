"""Teams, profiles and the append-only audit as tables."""

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from app.kernel.database import db, session, unit
from app.kernel.errors import RuleError
from app.security.models import AuditEntry, Team, UserProfile


def test_a_profile_belongs_to_its_user(company):
    with company.acting("system"):
        for profile in session().scalars(sa.select(UserProfile)):
            assert profile.owner_id == profile.user_id


def test_a_wrong_zone_is_refused_beside_its_field(company):
    with company.acting("system"), pytest.raises(RuleError) as refused, unit() as current:
        current.scalars(sa.select(UserProfile)).first().zone = "Mars/Olympus"
    assert set(refused.value.problems) == {"zone"}


def test_two_living_teams_cannot_share_a_name(company):
    with company.acting("admin"), pytest.raises(RuleError) as refused, unit() as current:
        current.add(Team(name="East"))
    assert set(refused.value.problems) == {"name"}


def test_a_team_below_itself_is_refused(company):
    with company.acting("admin"), pytest.raises(RuleError) as refused, unit() as current:
        team = current.scalars(sa.select(Team).where(Team.name == "East")).one()
        team.parent_id = team.id
    assert set(refused.value.problems) == {"parent"}


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET note = 'changed'", "DELETE FROM audit_entry"])
def test_the_database_itself_refuses_to_change_the_audit(company, statement):
    with (company.app.app_context(), pytest.raises(exc.DBAPIError, match="append-only"),
          db.engine.begin() as connection):
        connection.exec_driver_sql(statement)
    with company.acting("system"):
        assert session().execute(sa.select(sa.func.count(AuditEntry.id))).scalar() > 0


def test_an_erasure_passes_by_the_documented_way_within_one_transaction(company):
    with company.app.app_context():
        with db.engine.begin() as connection:
            connection.exec_driver_sql("INSERT INTO audit_pass (id, reason) VALUES (1, 'erasure asked for')")
            connection.exec_driver_sql("UPDATE audit_entry SET note = 'erased' WHERE id = 1")
            connection.exec_driver_sql("DELETE FROM audit_pass")
        with pytest.raises(exc.DBAPIError), db.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE audit_entry SET note = 'again'")
