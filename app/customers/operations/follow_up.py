"""Interactions move the last and the next contact of what they are about: customer, lead or opportunity."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from app.customers.models import Interaction
from app.customers.operations.consequences import UNSCOPED, follow_on, hold
from app.customers.rules.follow_up import NOTE, Moves, Said, moves, next_contact
from app.kernel.database import session
from app.kernel.entity import Entity
from app.kernel.events import Change


def follow_interactions(model: type[Entity], pointer: str, next_field: str, changes: Sequence[Change]) -> None:
    """Set ``last_contact_at`` and `next_field` of the rows of `model` at which changed interactions point.

    `pointer` is the interaction's field that leads to `model`. Edited, deleted and moved interactions count for the
    record that they pointed at before, too.
    """
    found = moves(_before_and_after(pointer, changes))
    rows = hold(model, found, next_field)
    last, stated = _last_contacts(pointer, rows), _stated(pointer, rows)
    follow_on(model, {each: _moved(last.get(each), getattr(row, next_field), stated.get(each), found[each], next_field)
                      for each, row in rows.items()}, "interaction")


def _moved(last: dt.datetime | None, current: dt.datetime | None, stated: dt.datetime | None, moved: Moves,
           next_field: str) -> dict[str, Any]:
    return {"last_contact_at": last, next_field: next_contact(current, last, stated, moved)}


def _before_and_after(pointer: str, changes: Sequence[Change]) -> Iterable[tuple[Said | None, Said]]:
    about = getattr(Interaction, f"{pointer}_id")
    statement = sa.select(Interaction.id, about.label("about"), Interaction.kind, Interaction.happened_at,
                          Interaction.next_at, Interaction.deleted_at)
    statement = statement.where(Interaction.id.in_([change.record_id for change in changes]))
    rows = {row.id: row for row in session().execute(statement, execution_options=UNSCOPED)}
    for change in changes:
        row = rows[change.record_id]
        after = Said(row.about, row.kind, row.happened_at, row.next_at, row.deleted_at is None)
        yield _before(change, pointer, after), after


def _before(change: Change, pointer: str, after: Said) -> Said | None:
    """The interaction as it was before the transaction: what changed put back."""
    if change.kind == "create":
        return None
    old = {name: pair[0] for name, pair in change.net().items()}
    living = change.kind == "delete" or (after.living and change.kind != "undelete")
    return Said(old.get(pointer, after.about), old.get("kind", after.kind),
                _moment(old.get("happened_at")) or after.happened_at,
                _moment(old["next_at"]) if "next_at" in old else after.next_at, living)


def _moment(stored: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(stored) if stored else None


def _contacts_of(about: Any, ids: Iterable[int]) -> Any:
    return sa.and_(about.in_(list(ids)), Interaction.kind != NOTE, Interaction.deleted_at.is_(None))


def _last_contacts(pointer: str, ids: Iterable[int]) -> dict[int, dt.datetime]:
    about = getattr(Interaction, f"{pointer}_id")
    statement = sa.select(about, sa.func.max(Interaction.happened_at)).where(_contacts_of(about, ids)).group_by(about)
    return {row[0]: row[1] for row in session().execute(statement, execution_options=UNSCOPED)}


def _stated(pointer: str, ids: Iterable[int]) -> dict[int, dt.datetime]:
    """The appointment of the latest contact that states one, by record."""
    about = getattr(Interaction, f"{pointer}_id")
    place = sa.func.row_number().over(partition_by=about,
                                      order_by=(Interaction.happened_at.desc(), Interaction.id.desc()))
    ranked = sa.select(about.label("about"), Interaction.next_at.label("next_at"), place.label("place")).where(
        _contacts_of(about, ids), Interaction.next_at.is_not(None)).subquery()
    statement = sa.select(ranked.c.about, ranked.c.next_at).where(ranked.c.place == 1)
    return {row[0]: row[1] for row in session().execute(statement, execution_options=UNSCOPED)}
