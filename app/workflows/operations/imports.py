"""Large files read, checked and applied in the background as the user who sent them; large batches taken back."""

import contextlib
import time
from collections.abc import Callable
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

NAME, UNDO = "import", "undo"
# A file of many rows takes turns with the other jobs; only its reading is done in one go.
SLICE_SECONDS = 10.0
TITLES = {"staged": N_("%(file)s was checked: see what the import would do, then apply it."),
          "done": N_("%(file)s was imported."), "stopped": N_("The import of %(file)s stopped."),
          "failed": N_("%(file)s could not be read."), "undone": N_("%(file)s was taken back.")}
UNDO_STOPPED = N_("Taking back %(file)s stopped.")


@reacts_to("import_batch")
def take_up(changes: list[Change]) -> None:
    """A batch that was handed to the background gets its job in the same transaction."""
    for change in changes:
        if change.changed("state") and change.after("state") in (operations.BACKGROUND, "undoing"):
            _enqueue(operations.batch_of(change.record_id))


def _enqueue(batch: Batch) -> bool:
    """Whether there is anything to do in the background."""
    undo = batch.state == "undoing" and (batch.work or {}).get("step") == operations.UNDO
    if undo or batch.state == operations.BACKGROUND:
        enqueue(UNDO if undo else NAME, arguments={"batch": batch.id})
    return undo or batch.state == operations.BACKGROUND


def _given_up(arguments: dict[str, Any]) -> None:
    operations.break_off(arguments["batch"], gettext("It failed at every try. The job runs say why."))
    _tell_end(operations.batch_of(arguments["batch"]))


def _undo_given_up(arguments: dict[str, Any]) -> None:
    operations.rest_undo(arguments["batch"], gettext("It failed at every try. The job runs say why."))
    _tell_end(operations.batch_of(arguments["batch"]))


@job(NAME, _l("Import of a large file"), _given_up)
def work_on(arguments: dict[str, Any]) -> int:
    """Take steps of the import for a while, then let others have their turn; how many steps were taken."""
    batch_id = arguments["batch"]
    with contextlib.closing(operations.Steps(batch_id)) as steps:

        def refused(said: str, refusal: CrmError | None) -> None:
            unreadable = steps.step == operations.READ and isinstance(refusal, RuleError)
            operations.break_off(batch_id, said, state="failed" if unreadable else "stopped")

        return _slice(batch_id, steps.take, refused, lambda: steps.step != operations.READ)


@job(UNDO, _l("Taking back a large batch"), _undo_given_up)
def take_back_on(arguments: dict[str, Any]) -> int:
    """Take a batch back for a while, then let others have their turn; how many steps were taken."""
    batch_id = arguments["batch"]
    return _slice(batch_id, lambda: operations.take_back_on(batch_id),
                  lambda said, _refusal: operations.rest_undo(batch_id, said), lambda: True)


Refused = Callable[[str, CrmError | None], None]


def _slice(batch_id: int, step: Callable[[], bool], refused: Refused, may_rest: Callable[[], bool]) -> int:
    until, taken = time.monotonic() + SLICE_SECONDS, 0
    while _take(batch_id, step, refused):
        taken += 1
        if time.monotonic() >= until and may_rest():
            break
    with acting_as(SYSTEM):
        in_unit(_pass_on, batch_id)
    return taken


def _pass_on(batch_id: int) -> None:
    batch = operations.batch_of(batch_id)
    if not _enqueue(batch):
        _tell_end(batch)


def _take(batch_id: int, step: Callable[[], bool], refused: Refused) -> bool:
    """One step under the rights that the sender has at this moment; whether there is another."""
    actor = _sender(batch_id)
    if actor is None:
        return _rests(refused, gettext("Its user may not log in any more."), None)
    locale = actor.locale or current_app.config["BABEL_DEFAULT_LOCALE"]
    with force_locale(locale), under(channel="import", cause="import"):
        try:
            with acting_as(actor):
                return step()
        except Unavailable:
            raise
        except operations.Interrupted:
            return False
        except CrmError as refusal:
            said = [say_problem(refusal.sentence), *map(say_problem, refusal.problems.values())]
            return _rests(refused, " ".join(said), refusal)


def _rests(refused: Refused, said: str, refusal: CrmError | None) -> bool:
    with acting_as(SYSTEM):
        in_unit(refused, said, refusal)
    return False


def _sender(batch_id: int) -> Actor | None:
    with acting_as(SYSTEM):
        owner_id = operations.batch_of(batch_id).owner_id
        standing = standing_of(owner_id) if owner_id else None
        return actor_of(owner_id, standing.version) if standing is not None and standing.active else None


def _tell_end(batch: Batch) -> None:
    """The sender hears of the end, but for a stop by his own hand."""
    by_himself = batch.state == "stopped" and batch.updated_by_id == batch.owner_id
    if batch.owner_id is None or batch.state not in TITLES or by_himself:
        return
    undo = batch.state == "stopped" and "undo_after" in (batch.work or {})
    title = _l(UNDO_STOPPED if undo else TITLES[batch.state], file=batch.label)
    tell(batch.owner_id, "job", title, "import_batch", batch.id, f"import:{batch.id}:{batch.state}:{batch.version}",
         ("in_app", "email"))
