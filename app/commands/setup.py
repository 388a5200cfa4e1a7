"""``flask crm init`` and ``flask crm user add``."""

import click
import flask_migrate
import sqlalchemy as sa

from app.commands.group import answer, as_json, guarded
from app.kernel.actor import SYSTEM
from app.kernel.database import acting_as, in_unit, session
from app.kernel.rollups import upkeep as rollups
from app.kernel.search import upkeep
from app.kernel.settings import Setting, declared
from app.sales.operations import lay_out_catalogue
from app.security import operations
from app.security.templates import sync_roles
from app.workflows.operations.defaults import make_defaults


@click.command("init")
@click.option("--admin", help="User name of the first administrator.")
@click.option("--password", help="Password of the first administrator.")
@click.option("--email", help="E-mail of the first administrator.")
@click.option("--starter", is_flag=True, help="Lay out a first pipeline with stages, lead sources and loss reasons.")
@as_json
@guarded
def init(admin: str | None, password: str | None, email: str | None, starter: bool, json_: bool) -> None:
    """Bring schema, roles and settings in step with the code, and make the first administrator."""
    flask_migrate.upgrade()
    with acting_as(SYSTEM):
        in_unit(sync)
        if upkeep.is_empty():
            upkeep.rebuild()
        if rollups.unbuilt():
            rollups.rebuild()
        if starter:
            in_unit(lay_out_catalogue)
        if admin:
            hashed = operations.hashed_or_problem(password or "", admin, email or "")
            in_unit(lambda: operations.add_user(admin, hashed, email=email or f"{admin}@localhost.localdomain",
                                                role_names=["Admin"]).id)
    answer(json_, "Schema, roles and settings are in step." + (f" Administrator: {admin}" if admin else ""),
           schema="head", admin=admin)


def sync() -> None:
    """Roles, rights and settings that the code knows and the database does not; templates that were changed since."""
    known = set(session().scalars(sa.select(Setting.name)))
    session().add_all(Setting(name=name, value=None) for name in declared() if name not in known)
    session().flush()
    sync_roles()
    make_defaults()


@click.group("user")
def user() -> None:
    """Users on the command line."""


@user.command("add")
@click.argument("name")
@click.option("--role", "roles", multiple=True, required=True, help="A role; may be given several times.")
@click.option("--team", help="The name of the user's team.")
@click.option("--password", required=True, help="The user's password, at least 12 characters.")
@click.option("--email", help="The user's e-mail.")
@click.option("--name", "full_name", help="The user's name as people say it.")
@as_json
@guarded
def add_user(name: str, roles: tuple[str, ...], team: str | None, password: str, email: str | None,
             full_name: str | None, json_: bool) -> None:
    """Add a user with roles and a team."""
    with acting_as(SYSTEM):
        address = email or f"{name}@localhost.localdomain"
        hashed = operations.hashed_or_problem(password, name, address)

        def work() -> int:
            team_id = operations.find_team(team).id if team else None
            return operations.add_user(name, hashed, email=address, first_name=full_name or name, role_names=roles,
                                       team_id=team_id).id

        user_id = in_unit(work)
    answer(json_, f"User {name} added.", id=user_id, name=name)
