"""Large files that were uploaded: read, checked and applied in the background as the user who sent them."""

import contextlib
import time
from typing import Any

from flask import current_app
from flask_babel import force_locale, gettext
from flask_babel import lazy_gettext as _l

from app.data import operations
from app.kernel.actor import SYSTEM, Actor, under
from app.kernel.batches import Batch
from app.kernel.database import acting_as, in_unit
from app.kernel.errors import CrmError, RuleError, Unavailable
from app.kernel.events import Change, reacts_to
from app.kernel.language import say_problem
from app.kernel.problems import N_
from app.security.queries import actor_of, standing_of
from app.workflows.operations.jobs import enqueue, job
from app.workflows.operations.people import tell

NAME = "import"
# A file of many rows takes turns with the other jobs; only its reading is done in one go.
SLICE_SECONDS = 10.0
TITLES = {"staged": N_("%(file)s was checked: see what the import would do, then apply it."),
          "done": N_("%(file)s was imported."), "stopped": N_("The import of %(file)s stopped."),
          "failed": N_("%(file)s could not be read.")}


@reacts_to("import_batch")
def take_up(changes: list[Change]) -> None:
    """A batch that was handed to the background gets its job in the same transaction."""
    for change in changes:
        if change.changed("state") and change.after("state") == operations.BACKGROUND:
            enqueue(NAME, arguments={"batch": change.record_id})


def _given_up(arguments: dict[str, Any]) -> None:
    operations.break_off(arguments["batch"], gettext("It failed at every try. The job runs say why."))
    _tell_end(operations.batch_of(arguments["batch"]))


@job(NAME, _l("Import of a large file"), _given_up)
def work_on(arguments: dict[str, Any]) -> int:
    """Take steps of the import for a while, then let others have their turn; how many steps were taken."""
    batch_id, until, taken = arguments["batch"], time.monotonic() + SLICE_SECONDS, 0
    with contextlib.closing(operations.Steps(batch_id)) as steps:
        while _take(steps, batch_id):
            taken += 1
            if time.monotonic() >= until and steps.step != operations.READ:
                break
    with acting_as(SYSTEM):
        in_unit(_pass_on, batch_id)
    return taken


def _pass_on(batch_id: int) -> None:
    batch = operations.batch_of(batch_id)
    if batch.state == operations.BACKGROUND:
        enqueue(NAME, arguments={"batch": batch_id})
    else:
        _tell_end(batch)


def _take(steps: operations.Steps, batch_id: int) -> bool:
    """One step under the rights that the sender has at this moment; whether there is another."""
    actor = _sender(batch_id)
    if actor is None:
        return _broken_off(batch_id, gettext("Its user may not log in any more."))
    locale = actor.locale or current_app.config["BABEL_DEFAULT_LOCALE"]
    with force_locale(locale), under(channel="import", cause="import"):
        try:
            with acting_as(actor):
                return steps.take()
        except Unavailable:
            raise
        except operations.Interrupted:
            return False
        except CrmError as refusal:
            said = [say_problem(refusal.sentence), *map(say_problem, refusal.problems.values())]
            unreadable = steps.step == operations.READ and isinstance(refusal, RuleError)
            return _broken_off(batch_id, " ".join(said), "failed" if unreadable else "stopped")


def _sender(batch_id: int) -> Actor | None:
    with acting_as(SYSTEM):
        owner_id = operations.batch_of(batch_id).owner_id
        standing = standing_of(owner_id) if owner_id else None
        return actor_of(owner_id, standing.version) if standing is not None and standing.active else None


def _broken_off(batch_id: int, message: str, state: str = "stopped") -> bool:
    with acting_as(SYSTEM):
        in_unit(operations.break_off, batch_id, message, state=state)
    return False


def _tell_end(batch: Batch) -> None:
    """The sender hears of the end, but for a stop by his own hand."""
    by_himself = batch.state == "stopped" and batch.updated_by_id == batch.owner_id
    if batch.owner_id is None or batch.state not in TITLES or by_himself:
        return
    title = _l(TITLES[batch.state], file=batch.label)
    tell(batch.owner_id, "job", title, "import_batch", batch.id, f"import:{batch.id}:{batch.state}:{batch.version}",
         ("in_app", "email"))
