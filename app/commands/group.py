"""The command group and what all commands share: who acts, how an answer is printed, how a refusal ends."""

import functools
import json
import sys
from collections.abc import Callable
from typing import Any

import click
from flask.cli import AppGroup, with_appcontext

from app.kernel.actor import SYSTEM, Actor, Circumstance, reset_circumstance, set_circumstance
from app.kernel.database import acting_as
from app.kernel.errors import CrmError
from app.kernel.language import say_problem, say_problems
from app.security.queries import load_actor, user_by_name

crm = AppGroup("crm", help="Kemai CRM: set-up, data, jobs and upkeep.")

as_json = click.option("--json", "json_", is_flag=True, help="Answer for a machine, as one JSON object.")


def answer(json_: bool, text: str, **facts: Any) -> None:
    """Print `text`, or the facts as JSON."""
    click.echo(json.dumps(facts, ensure_ascii=False, default=str) if json_ else text)


def actor_named(name: str | None) -> Actor:
    """The user `name` with his rights, the system without a name. CrmError if there is no such user."""
    if not name:
        return SYSTEM
    with acting_as(SYSTEM):
        user = user_by_name(name)
        if user is None or not user.active:
            raise CrmError(f"There is no active user “{name}”.")
        return load_actor(user.id)


def guarded(command: Callable[..., Any]) -> Callable[..., Any]:
    """Run inside the app, however the command was called; tell a refusal in words and end with status 1."""

    @with_appcontext
    @functools.wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        token = set_circumstance(Circumstance(channel="cli"))
        try:
            return command(*args, **kwargs)
        except CrmError as error:
            problems = say_problems(error.problems)
            answer(bool(kwargs.get("json_")), "\n".join([say_problem(error.sentence), *[
                f"  {name}: {sentence}" for name, sentence in problems.items()]]),
                error=say_problem(error.sentence), problems=problems)
            sys.exit(1)
        finally:
            reset_circumstance(token)

    return wrapped


def told_counts(counts: dict[str, int], word: str, things: str) -> str:
    """One line for each name with a count above nought, and what they are together of how many `things`."""
    lines = [f"{name}: {number} {word}" for name, number in counts.items() if number]
    return "\n".join([*lines, f"{sum(counts.values())} {word} in {len(counts)} {things}"])
