"""Who somebody is, and how soon a change of rights is known."""

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import Group, Role, User

from app.kernel.database import in_unit, session, unit
from app.security import operations, queries
from app.security.models import AccessGrant, RightsVersion, Team, UserProfile


def version(company):
    with company.acting("system"):
        return session().scalars(sa.select(RightsVersion.number)).one()


def test_an_actor_carries_team_tree_roles_and_grants(company):
    with company.acting("manager") as actor:
        assert actor.name == "manager"
        assert actor.team_id == company.teams["Sales"]
        assert actor.teams == {company.teams[name] for name in ("Sales", "East", "West")}
        assert actor.roles == {"Manager"}
        assert actor.grants["customer", "read"] == {"tree", "pool"}
        assert actor.may("edit", "customer")
        assert not actor.may("edit", "audit_entry")
        assert actor.holds("import")
        assert not actor.holds("security")


def test_the_administrators_star_reaches_every_entity(company):
    from app.kernel.entity import scoped_by_table

    with company.acting("admin") as actor:
        assert all(actor.may("read", entity) for entity in scoped_by_table())


def test_masks_are_the_most_open_of_several_roles(company):
    with company.acting("marketing") as actor:
        assert actor.columns["customer", "phone"] == "mask"
    with company.acting("admin"):
        in_unit(operations.set_roles, company.ids["marketing"], ["Marketing", "Sales"])
    with company.acting("marketing") as actor:
        assert actor.columns["customer", "phone"] == "write"


def test_roles_of_a_group_count_too(company):
    with company.acting("admin"), unit() as current:
        role = current.scalars(sa.select(Role).where(Role.name == "Analyst")).one()
        user = current.scalars(sa.select(User).where(User.username == "viewer")).one()
        current.add(Group(name="readers", roles=[role], users=[user]))
    with company.acting("viewer") as actor:
        assert actor.roles == {"Viewer", "Analyst"}


def test_the_cache_serves_a_version_and_no_other(company):
    with company.acting("system"):
        user_id, number = company.ids["sales1"], session().scalars(sa.select(RightsVersion.number)).one()
        first = queries.actor_of(user_id, number)
        assert queries.actor_of(user_id, number) is first
        assert queries.actor_of(user_id, number + 1) is not first


def test_every_write_to_roles_rights_users_and_teams_moves_the_version(company):
    steps = [
        lambda current: current.add(Role(name="Other")),
        lambda current: current.add(AccessGrant(role_id=1, entity="team", verb="read", scope="own")),
        lambda current: current.delete(
            current.scalars(sa.select(AccessGrant).where(AccessGrant.entity == "team")).first()),
        lambda current: current.add(Team(name="North")),
        lambda current: setattr(current.scalars(sa.select(UserProfile)).first(), "team_id", company.teams["West"]),
        lambda current: setattr(
            current.scalars(sa.select(User).where(User.username == "viewer")).one(), "active", False),
    ]
    seen = {version(company)}
    for step in steps:
        with company.acting("admin"), unit() as current:
            step(current)
        now = version(company)
        assert now not in seen
        seen.add(now)


def test_a_change_that_touches_no_right_leaves_the_version(company):
    before = version(company)
    with company.acting("admin"), unit() as current:
        current.scalars(sa.select(UserProfile)).first().job_title = "Boss"
    assert version(company) == before


def test_standing_tells_epochs_and_knows_no_strangers(company):
    with company.acting("system"):
        standing = queries.standing_of(company.ids["sales1"])
        assert (standing.active, standing.session_epoch, standing.credential_epoch) == (True, 1, 1)
        assert queries.standing_of(987654) is None


def test_a_user_is_found_by_name_or_mail_in_any_case(company):
    with company.acting("system"):
        assert queries.user_by_name("sales1").id == company.ids["sales1"]
        assert queries.user_by_name("SALES1@example.com").id == company.ids["sales1"]
        assert queries.user_by_name("nobody") is None


def test_further_sets_of_ids_come_from_their_source(company, monkeypatch):
    monkeypatch.setitem(queries._group_sources, "test", lambda user_id: frozenset({user_id, 7}))
    company.app.extensions.pop("actors")
    with company.acting("sales1") as actor:
        assert actor.groups["test"] == {company.ids["sales1"], 7}
