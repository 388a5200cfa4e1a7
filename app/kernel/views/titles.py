"""What the records that others point at are called: for a whole page, and whatever it shows, in one statement."""

from collections.abc import Iterable
from functools import cache
from typing import Any

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User

from app.kernel.actor import Actor
from app.kernel.database import session
from app.kernel.entity import Entity, Scoped, scoped_by_table
from app.kernel.rights import columns
from app.kernel.rights.hook import UNSCOPED, WITH_DELETED
from app.kernel.rights.predicates import visible
from app.kernel.rights.statements import kept

PERSON = "ab_user"


def person_name(user: Any) -> str:
    """A user's name: family name first without a space when it is Chinese."""
    return full_name(user.first_name, user.last_name, user.username) if user is not None else ""


def full_name(first: str | None, last: str | None, username: str) -> str:
    """See `person_name`; a person without a name is called by his user name."""
    first, last = (first or "").strip(), (last or "").strip()
    if any("\u4e00" <= sign <= "\u9fff" for sign in first + last):
        return last + first
    return f"{first} {last}".strip() or username


def record_name(actor: Actor, record: Any) -> str:
    """What a record at hand is called for the actor: by its id where the column of its title is closed to him."""
    return str(record) if columns.may_name(actor, type(record)) else f"#{record.id}"


def has_titles(table: str | None) -> bool:
    """Whether the rows of a table are called by a title: users and entities are."""
    return table == PERSON or issubclass(scoped_by_table().get(table or "", Scoped), Entity)


class Titles:
    """Collects what is pointed at, reads all of it with `fetch`, and tells what the actor may know by name."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self._wanted: dict[str, set[int]] = {}
        # (table, id) -> (title, whether the record is deleted); None for what is not there or not for the actor.
        self._known: dict[tuple[str, int], tuple[str, bool] | None] = {}

    def want(self, table: str, ids: Iterable[int]) -> None:
        """Have the titles of these rows read by the next `fetch`."""
        new = {each for each in ids if (table, each) not in self._known}
        if new:
            self._wanted.setdefault(table, set()).update(new)

    def fetch(self) -> None:
        """Read what is wanted: one statement, and one more for each entity whose title is not a column."""
        wanted, self._wanted = self._wanted, {}
        self._known |= {(table, each): None for table, ids in wanted.items() for each in ids}
        open_to_him = {table: sorted(ids) for table, ids in sorted(wanted.items())
                       if table == PERSON or self.actor.may("read", table)}
        at_once = {table: ids for table, ids in open_to_him.items()
                   if table == PERSON or title_column(scoped_by_table()[table]) is not None}
        if at_once:
            # Each part carries the rights of its entity itself.
            found = kept(self.actor, ("titles", *at_once), lambda: sa.union_all(*map(self._part, at_once)))
            for entity, record_id, *names, deleted in session().execute(found, at_once,
                                                                        execution_options={UNSCOPED: True}):
                self._known[entity, record_id] = _title_of(entity, record_id, *names), bool(deleted)
        for table in open_to_him.keys() - at_once.keys():
            self._read_records(table, open_to_him[table])

    def _part(self, table: str) -> Any:
        ids = sa.bindparam(table, expanding=True)
        if table == PERSON:
            return _select(table, User.id, User.username, User.first_name, User.last_name, sa.false()).where(
                User.id.in_(ids))
        target: Any = scoped_by_table()[table]
        none = sa.cast(sa.null(), sa.Text)
        part = _select(table, target.id, sa.cast(title_column(target), sa.Text), none, none,
                       target.deleted_at.is_not(None))
        return part.where(target.id.in_(ids), visible(target, self.actor, with_deleted=True))

    def _read_records(self, table: str, ids: list[int]) -> None:
        target: Any = scoped_by_table()[table]
        found = sa.select(target).where(target.id.in_(ids)).execution_options(**{WITH_DELETED: True})
        for record in session().scalars(found):
            self._known[table, record.id] = str(record), record.deleted_at is not None

    def is_known(self, table: str | None, record_id: int) -> bool:
        """Whether the row was asked for; what was not asked for has no answer here."""
        return (table, record_id) in self._known

    def of(self, table: str, record_id: int, *, with_deleted: bool = False) -> str | None:
        """The title, None for a row that is not there, not for the actor, or in the recycle bin.

        Where the column of the title is closed to the actor, the id stands for it.
        """
        title, deleted = self._known.get((table, record_id)) or ("", True)
        if not title or (deleted and not with_deleted):
            return None
        return title if table == PERSON or columns.may_name(self.actor, scoped_by_table()[table]) else f"#{record_id}"


@cache
def title_column(target: type[Entity]) -> Any:
    """The column that is the title of an entity's records, None where the title is made or encrypted."""
    column = getattr(target, target.title_field)
    kind = column.property.columns[0].info.get("kind")
    is_plain = target.__str__ is Entity.__str__ and kind in ("text", "long_text", "integer")
    return column if is_plain else None


def _select(table: str, record_id: Any, title: Any, first: Any, last: Any, deleted: Any) -> Any:
    entity = sa.cast(sa.literal(table), sa.Text)
    return sa.select(entity.label("entity"), record_id.label("id"), title.label("title"), first.label("first"),
                     last.label("last"), deleted.label("deleted"))


def _title_of(entity: str, record_id: int, title: str | None, first: str | None, last: str | None) -> str:
    return full_name(first, last, title or "") if entity == PERSON else title or f"#{record_id}"
