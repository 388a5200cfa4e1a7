"""An installation follows the role templates of new versions, but for what its administrator changed."""

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import Role

from app.kernel.database import in_unit, session, unit
from app.kernel.settings import Setting
from app.security import operations, roles, templates
from app.security.models import AccessGrant, ColumnRule


def words(company, role, entity, verb):
    """The scope words that a role holds."""
    with company.acting("system"):
        found = sa.select(AccessGrant.scope).join(Role, Role.id == AccessGrant.role_id)
        found = found.where(Role.name == role, AccessGrant.entity == entity, AccessGrant.verb == verb)
        return set(session().scalars(found))


def give(company, role, entity, verb, *given):
    """An administrator sets the scope words of one right."""
    with company.acting("admin"), unit() as current:
        role_id = current.scalars(sa.select(Role.id).where(Role.name == role)).one()
        wanted = sa.select(AccessGrant).where(AccessGrant.role_id == role_id, AccessGrant.entity == entity,
                                              AccessGrant.verb == verb)
        for grant in current.scalars(wanted):
            current.delete(grant)
        current.flush()
        current.add_all(AccessGrant(role_id=role_id, entity=entity, verb=verb, scope=word) for word in given)


def modes(company):
    """How the viewer sees phone, city and e-mail of customers; None without a rule."""
    with company.acting("system"):
        found = sa.select(ColumnRule.field, ColumnRule.mode).join(Role, Role.id == ColumnRule.role_id)
        rules = dict(session().execute(found.where(Role.name == "Viewer", ColumnRule.entity == "customer")).all())
    return [rules.get(field) for field in ("phone", "city", "email")]


def sync(company):
    with company.acting("system"):
        in_unit(templates.sync_roles)


def forget_the_record(company):
    """As an installation is that was made before there was one."""
    with company.acting("system"), unit() as current:
        current.scalars(sa.select(Setting).where(Setting.name == templates.RECORD)).one().extra = None


@pytest.fixture
def old(company):
    """An installation from before tasks knew their makers."""
    forget_the_record(company)
    for role in ("Sales", "Support"):
        give(company, role, "task", "read", "own", "through")
        give(company, role, "task", "assign")
    give(company, "Manager", "task", "read", "own", "tree", "through")
    give(company, "Viewer", "pipeline_snapshot", "read")
    return company


def test_an_old_installation_gets_the_rights_that_came_since(old):
    sync(old)
    assert words(old, "Sales", "task", "read") == {"own", "made", "through"}
    assert words(old, "Sales", "task", "assign") == {"made"}
    assert words(old, "Manager", "task", "read") == {"own", "made", "tree", "through"}
    assert words(old, "Viewer", "pipeline_snapshot", "read") == {"team"}


def test_what_the_administrator_of_an_old_installation_changed_stays(old):
    give(old, "Sales", "task", "read", "all")
    give(old, "Support", "customer", "read")
    sync(old)
    assert words(old, "Sales", "task", "read") == {"all"}
    assert words(old, "Support", "customer", "read") == set()
    assert words(old, "Sales", "task", "assign") == {"made"}


def test_a_right_that_was_taken_away_stays_away_at_every_later_sync(old):
    sync(old)
    give(old, "Sales", "task", "assign")
    give(old, "Sales", "task", "read", "own")
    sync(old)
    sync(old)
    assert words(old, "Sales", "task", "assign") == set()
    assert words(old, "Sales", "task", "read") == {"own"}


@pytest.fixture
def changed(company, monkeypatch):
    """Templates of a version to come: a right more, a right less, another scope, another mask, a special right."""
    viewer = {**roles.TEMPLATES["Viewer"], "customer": {"read": "all", "export": "team"}}
    del viewer["ticket"]
    monkeypatch.setattr(roles, "TEMPLATES", {**roles.TEMPLATES, "Viewer": viewer})
    monkeypatch.setattr(roles, "SPECIALS", {**roles.SPECIALS, "Viewer": ("charts", "undo")})
    monkeypatch.setattr(roles, "column_rules", lambda role: {
        ("customer", "phone"): "hide", ("customer", "city"): "mask"} if role == "Viewer" else {})
    return company


def test_untouched_rights_follow_a_new_template_wherever_it_goes(changed):
    sync(changed)
    assert words(changed, "Viewer", "customer", "read") == {"all"}
    assert words(changed, "Viewer", "customer", "export") == {"team"}
    assert words(changed, "Viewer", "ticket", "read") == set()
    assert words(changed, "Viewer", "-", "undo") == {"all"}
    assert words(changed, "Viewer", "contact", "read") == {"team"}
    assert modes(changed) == ["hide", "mask", None]


def test_touched_rights_do_not(changed):
    give(changed, "Viewer", "customer", "read", "own")
    give(changed, "Viewer", "ticket", "read", "own")
    with changed.acting("admin"), unit() as current:
        viewer = sa.select(Role.id).where(Role.name == "Viewer").scalar_subquery()
        for rule in current.scalars(sa.select(ColumnRule).where(ColumnRule.role_id == viewer)):
            rule.mode = "read"
    sync(changed)
    assert words(changed, "Viewer", "customer", "read") == {"own"}
    assert words(changed, "Viewer", "ticket", "read") == {"own"}
    assert words(changed, "Viewer", "customer", "export") == {"team"}
    assert modes(changed) == ["read", "mask", "read"]


def test_a_role_that_was_deleted_does_not_come_back(company):
    with company.acting("system"), unit() as current:
        role = current.scalars(sa.select(Role).where(Role.name == "Marketing")).one()
        role.user = []
        current.flush()
        current.delete(role)
    sync(company)
    with company.acting("system"):
        assert "Marketing" not in set(session().scalars(sa.select(Role.name)))


def test_a_sync_without_news_writes_nothing(company):
    def state():
        with company.acting("system"):
            record = session().scalars(sa.select(Setting).where(Setting.name == templates.RECORD)).one()
            grants = session().execute(sa.select(AccessGrant.id, AccessGrant.scope).order_by(AccessGrant.id)).all()
            return record.version, record.value, grants

    before = state()
    assert before[1] == company.app.config["APP_VERSION"]
    sync(company)
    assert state() == before


def test_the_templates_are_written_once_and_then_left_alone(company):
    with company.acting("admin"), unit() as current:
        role = current.scalars(sa.select(Role).where(Role.name == "Viewer")).one()
        operations.write_grants(role, {"team": {"read": "all"}}, (), {("customer", "phone"): "hide"})
    with company.acting("system"):
        in_unit(templates.sync_roles)
        kept = session().scalars(sa.select(AccessGrant).join(Role, Role.id == AccessGrant.role_id)
                                 .where(Role.name == "Viewer")).all()
        assert [(grant.entity, grant.verb, grant.scope) for grant in kept] == [("team", "read", "all")]
        assert set(session().scalars(sa.select(Role.name))) == set(roles.TEMPLATES)
    with company.acting("viewer") as actor:
        assert actor.columns == {("customer", "phone"): "hide"}
