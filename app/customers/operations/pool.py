"""The public pool: claiming what nobody owns, giving back, and taking back what was neglected."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from app.customers import queries
from app.customers.models import Customer, OwnerChange
from app.customers.operations.consequences import insist, log
from app.customers.operations.ownership import owner_change
from app.customers.rules.pool import CLAIMED, RECLAIMED, RELEASED, claim_problem
from app.kernel.actor import acting, under
from app.kernel.bulk import change_rows
from app.kernel.database import session
from app.kernel.dialects import hold_lock, locked
from app.kernel.entity import Entity
from app.kernel.errors import Conflict, NotAllowed, RuleError
from app.kernel.problems import N_, problem
from app.kernel.settings import declare, read_setting

declare("customers.claim_limit", default=10, kind="integer", least=0,
        label=_l("Customers that a person may claim a day"),
        help=_l("Counted from midnight in the person's time zone; 0 sets no limit."))
declare("customers.reclaim_days", default=30, kind="integer", least=1, label=_l("Days until a customer is reclaimed"),
        help=_l("A customer without contact for so many days, and without an appointment ahead, returns to the pool."))


def claim(ids: Sequence[int], values: Mapping[str, Any]) -> Any:
    """Take customers out of the public pool; the sentence to show. Conflict if others were faster for all of them.

    RuleError beyond the daily limit, NotAllowed without the right.
    """
    return claim_rows(Customer, ids, read_setting("customers.claim_limit"))


def claim_rows(model: type[Entity], ids: Sequence[int], most: int) -> Any:
    """Make the acting person the owner of the rows among `ids` that nobody owns, at most `most` a day (0: any number).

    Of several people who claim one row at once exactly one gets it.
    """
    actor, entity = acting(), model.entity_name()
    if actor.id is None:
        raise NotAllowed()
    # Two requests of one person must not both see room for the last claim of the day.
    hold_lock(f"claim:{entity}:{actor.id}")
    free = sa.select(model.id).where(model.id.in_(list(ids)), model.owner_id.is_(None)).order_by(model.id)
    wanted = list(session().scalars(locked(free)))
    if not wanted:
        raise Conflict(problem(N_("Somebody else claimed this already.")))
    refused = claim_problem(len(wanted), queries.claims_today(entity, actor), most)
    if refused is not None:
        raise RuleError(refused)
    with under(verb="claim"):
        insist(change_rows(model, {each: {"owner": actor.id} for each in wanted}, verb="claim"))
    log(OwnerChange, [owner_change(entity, each, CLAIMED, None, actor.id) for each in wanted])
    missed = len(set(ids)) - len(wanted)
    if missed:
        return _l("%(done)d claimed; %(taken)d were taken already.", done=len(wanted), taken=missed)
    return _l("%(done)d claimed.", done=len(wanted))


def release(ids: Sequence[int], values: Mapping[str, Any]) -> Any:
    """Give customers back to the pool for the `reason` in `values`; the sentence to show. RuleError, NotAllowed."""
    return release_rows(Customer, ids, str(values.get("reason") or ""))


def release_rows(model: type[Entity], ids: Sequence[int], reason: str) -> Any:
    """Take the owner off the rows, for a reason that stays on record. The team keeps them in sight."""
    if not reason.strip():
        raise RuleError(problems={"reason": problem(N_("Say why it goes back to the pool."))})
    owned = sa.select(model.id, model.owner_id).where(model.id.in_(list(ids)), model.owner_id.is_not(None))
    owners = {row.id: row.owner_id for row in session().execute(locked(owned.order_by(model.id)))}
    if not owners:
        raise Conflict(problem(N_("This lies in the pool already.")))
    with under(verb="release", cause=reason):
        insist(change_rows(model, {each: {"owner": None} for each in owners}, verb="release"))
    _log(model, owners, RELEASED, reason)
    return _l("%(done)d released.", done=len(owners))


def release_neglected(days: int | None = None, most: int = 500) -> int:
    """Return customers that went without contact for `days` days (the setting's, if None) to the pool; how many.

    One short step of a job that acts as the system: call it in units of its own until it answers 0.
    """
    days = read_setting("customers.reclaim_days") if days is None else days
    return reclaim(Customer, queries.neglected(Customer, Customer.next_contact_at, days).limit(most), days)


def reclaim(model: type[Entity], neglected: Any, days: int) -> int:
    """Take the owner off the rows of the select `neglected` of (id, owner_id), as the system; how many.

    Rows that somebody is working on at this moment are left for the next time.
    """
    owners = {row.id: row.owner_id for row in session().execute(locked(neglected, skip=True))}
    cause = f"no contact for {days} days"
    with under(verb="reclaim", cause=cause):
        insist(change_rows(model, {each: {"owner": None} for each in owners}, verb="reclaim"))
    _log(model, owners, RECLAIMED, cause)
    return len(owners)


def _log(model: type[Entity], owners: Mapping[int, int], kind: str, reason: str) -> None:
    log(OwnerChange, [owner_change(model.entity_name(), each, kind, owner, None, reason)
                      for each, owner in owners.items()])
