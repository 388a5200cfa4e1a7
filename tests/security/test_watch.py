"""Nothing about users, roles and rights changes unseen."""

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import Role, User

from app.kernel.database import session, unit
from app.kernel.errors import NotAllowed
from app.security import watch
from app.security.models import AccessGrant, AuditEntry, UserProfile
from app.security.queries import standing_of


def entries(company, kind):
    with company.acting("system"):
        return [(entry.entity, entry.note, entry.changes)
                for entry in session().scalars(sa.select(AuditEntry).where(AuditEntry.kind == kind)
                                               .order_by(AuditEntry.id))]


def user(current, name):
    return current.scalars(sa.select(User).where(User.username == name)).one()


def test_a_new_role_and_a_new_grant_are_audited(company):
    before = len(entries(company, "permission"))
    with company.acting("admin"), unit() as current:
        role = Role(name="Other")
        current.add(role)
        current.flush()
        current.add(AccessGrant(role_id=role.id, entity="team", verb="read", scope="all"))
    found = entries(company, "permission")[before:]
    assert [entity for entity, _note, _changes in found] == ["ab_role", "access_grant"]
    assert found[1][2]["scope"][1] == "all"


def test_changed_roles_are_audited_with_their_names(company):
    with company.acting("admin"), unit() as current:
        user(current, "viewer").roles = list(current.scalars(sa.select(Role).where(Role.name == "Sales")))
    entity, _note, changes = entries(company, "permission")[-1]
    assert entity == "ab_user"
    assert changes["roles"] == ["Viewer", "Sales"]


def test_a_password_is_audited_without_the_password(company):
    with company.acting("admin"), unit() as current:
        user(current, "viewer").password = "a hash that nobody may read"
    _entity, _note, changes = entries(company, "password")[-1]
    assert "nobody may read" not in str(changes)


def test_a_quiet_change_of_the_login_is_no_permission_change(company):
    before = len(entries(company, "permission"))
    with company.acting("system"):
        epoch = standing_of(company.ids["viewer"]).session_epoch
    with company.acting("system"), unit() as current:
        user(current, "viewer").login_count = 5
    assert len(entries(company, "permission")) == before
    with company.acting("system"):
        assert standing_of(company.ids["viewer"]).session_epoch == epoch


@pytest.mark.parametrize("change", [
    lambda row: setattr(row, "password", "x"), lambda row: setattr(row, "active", False),
    lambda row: setattr(row, "roles", [])])
def test_what_concerns_the_login_ends_its_sessions(company, change):
    with company.acting("admin"), unit() as current:
        change(user(current, "viewer"))
    with company.acting("system"):
        standing = standing_of(company.ids["viewer"])
        assert (standing.session_epoch, standing.credential_epoch) == (2, 2)


def test_an_own_password_may_be_set_and_nothing_else_of_the_own_login(company):
    with company.acting("sales1"), unit() as current:
        user(current, "sales1").password = "a hash"
    with company.acting("sales1"), pytest.raises(NotAllowed), unit() as current:
        user(current, "sales1").username = "boss"
    with company.acting("sales1"), pytest.raises(NotAllowed), unit() as current:
        user(current, "sales2").password = "a hash"


def test_deleting_a_role_is_audited(company):
    with company.acting("admin"), unit() as current:
        role = Role(name="Short-lived")
        current.add(role)
    with company.acting("admin"), unit() as current:
        current.delete(current.scalars(sa.select(Role).where(Role.name == "Short-lived")).one())
    assert entries(company, "permission")[-1][1].startswith("deleted")


def test_changed_names_tells_what_differs(company):
    with company.acting("system"):
        row = session().scalars(sa.select(UserProfile)).first()
        assert watch.changed_names(row) == set()
        row.job_title = "x"
        assert watch.changed_names(row) == {"job_title"}
        session().rollback()
