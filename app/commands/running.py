"""``flask crm scheduler``, ``worker``, ``tick`` and ``verify-audit``."""

import datetime as dt
from typing import Any

import click
from flask import current_app

from app.commands.group import answer, as_json, guarded
from app.kernel import clock
from app.kernel.actor import SYSTEM
from app.kernel.database import acting_as
from app.kernel.errors import CrmError
from app.security import audit
from app.workflows import runtime


def _app() -> Any:
    # Threads need the app itself, not the proxy of this context.
    return current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001


@click.command("scheduler")
@guarded
def scheduler() -> None:
    """The clock in a process of its own; any number may run."""
    runtime.serve_clock(_app(), runtime.stop_on_signal())


@click.command("worker")
@click.option("--once", is_flag=True, help="End when nothing is due.")
@as_json
@guarded
def worker(once: bool, json_: bool) -> None:
    """Events, outbox and jobs, until stopped or until nothing is due."""
    if not once:
        runtime.serve_worker(_app(), runtime.stop_on_signal())
        return
    rounds = runtime.work_until_idle(_app())
    answer(json_, f"Nothing is due any more ({rounds} rounds).", rounds=rounds)


@click.command("tick")
@click.option("--now", "moment", required=True, help="The moment, for instance 2026-03-29T00:30:00Z.")
@as_json
@guarded
def tick(moment: str, json_: bool) -> None:
    """One pass of everything that is due at a moment; the future is refused in production."""
    try:
        at = dt.datetime.fromisoformat(moment)
    except ValueError:
        raise CrmError(f"“{moment}” is not a moment.") from None
    if at.tzinfo is None:
        raise CrmError("The moment needs a zone: end it with Z.")
    if current_app.config.get("CRM_ENV") == "production" and at > clock.now():
        raise CrmError("The future is refused in production.")
    with clock.at(at):
        fired = runtime.turn_once(_app())
        rounds = runtime.work_until_idle(_app())
    answer(json_, f"{fired} due moments, {rounds} rounds of work.", fired=fired, rounds=rounds)


@click.command("verify-audit")
@as_json
@guarded
def verify_audit(json_: bool) -> None:
    """Check the seal of every audit entry."""
    with acting_as(SYSTEM):
        broken = audit.broken_entries()
    if broken:
        raise CrmError(f"Entries whose seal does not fit: {', '.join(map(str, broken))}")
    answer(json_, "Every entry is as it was written.", broken=[])
