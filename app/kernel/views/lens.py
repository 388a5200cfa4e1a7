"""Values as one actor may see them: in plain, masked, locked or not at all; for screen, file and JSON alike."""

import datetime as dt
import decimal
import json
from collections.abc import Callable, Iterable
from functools import cache, lru_cache, partial
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask_babel import gettext
from sqlalchemy import orm

from app.kernel import about, file_text, money
from app.kernel.actor import Actor, acting
from app.kernel.database import session
from app.kernel.entity import Entity, Scoped, scoped_by_table
from app.kernel.fields import Field, fields_of
from app.kernel.rights import columns
from app.kernel.rights.statements import once
from app.kernel.rights.words import MASK
from app.kernel.views.titles import Titles, has_titles, person_name, record_name
from app.kernel.views.wording import DEFAULT_CURRENCY, speaker


class Shown(NamedTuple):
    """One value for one reader. `state` is "", masked, locked or hidden; `value` is None unless it is in plain."""

    kind: str
    value: Any = None
    text: str = ""
    state: str = ""
    entity: str = ""
    record_id: int | None = None


HIDDEN = Shown("text", state="hidden")


def relation_of(model: type[Scoped], field: Field) -> orm.RelationshipProperty | None:
    """The relationship that loads what a pointer or many field points at."""
    return sa.inspect(model).relationships[field.column] if field.kind == "many" else _to_one(model, field.column)


@cache
def _to_one(model: type[Scoped], name: str) -> orm.RelationshipProperty | None:
    column = sa.inspect(model).column_attrs[name].columns[0]
    found = [each for each in sa.inspect(model).relationships
             if each.direction is orm.RelationshipDirection.MANYTOONE and each.local_columns == {column}]
    return found[0] if found else None


def loaders(model: type[Scoped], names: Iterable[str]) -> list[Any]:
    """selectinload options for every relation that the dotted `names` pass through."""
    options = {}
    for dotted in names:
        at, option, path = model, None, ()
        for name in dotted.split("."):
            field = fields_of(at).get(name) if at is not None else None
            relation = relation_of(at, field) if field and field.kind in ("pointer", "user", "many") else None
            if relation is None:
                break
            attribute = getattr(at, relation.key)
            option = option.selectinload(attribute) if option is not None else orm.selectinload(attribute)
            path = (*path, relation.key)
            options[path] = option
            at = scoped_by_table().get(field.target or "")
    return list(options.values())


def near(model: type[Scoped], names: Iterable[str]) -> dict[str, Field]:
    """The fields of `names` that point at one record of which only the title is shown: `Titles` reads those."""
    known = fields_of(model)
    found = {name: known[name] for name in names if name in known}
    return {name: field for name, field in found.items()
            if field.kind in ("pointer", "user") and has_titles(field.target)}


def far_loaders(model: type[Scoped], names: Iterable[str]) -> list[Any]:
    """selectinload options for the relations of `names` of which more than a title is shown."""
    names = list(names)
    titled = near(model, names)
    return loaders(model, [name for name in names if name not in titled])


def shown_only(model: type[Scoped], names: Iterable[str]) -> Any:
    """The option that fetches the columns of `names` and those that showing a row asks for besides, and no other.

    What is not fetched is not decrypted either: personal columns cost their reading only where they stand in the list.
    """
    return _shown_only(model, tuple(names))


@lru_cache(maxsize=1_000)
def _shown_only(model: type[Scoped], names: tuple[str, ...]) -> Any:
    known, stored = fields_of(model), sa.inspect(model).column_attrs
    wanted = [known[dotted.split(".")[0]].column for dotted in names if dotted.split(".")[0] in known]
    about_columns = [field.column for field in known.values() if field.kind == "about"]
    always = ("id", "owner_id", "team_id", "version", "currency", "deleted_at", getattr(model, "title_field", "id"))
    return orm.load_only(*(getattr(model, name) for name in dict.fromkeys([*always, *about_columns, *wanted])
                           if name in stored))


class Lens:
    """Shows the values of a page of records to one actor; row-wise lifted masks are asked for in one statement."""

    def __init__(self, actor: Actor, model: type[Scoped], records: Iterable[Scoped] = (), names: Iterable[str] = (),
                 titles: Titles | None = None, *, words: bool = True) -> None:
        """What the fields `names` point at is read at once; with `titles` of a whole page, when those are fetched.

        Without `words` plain values are shown without their text, for programs.
        """
        self.actor, self.model, self._words = actor, model, words
        self._ways: dict[tuple[type[Scoped], str], _Way] = {}
        records = list(records)
        self._revealed = self._reveal([record.id for record in records])
        self._titles = titles or Titles(actor)
        self._want(records, near(model, names).values())
        if titles is None:
            self._titles.fetch()

    def _want(self, records: list[Scoped], pointers: Iterable[Field]) -> None:
        for field in pointers:
            ids = {getattr(record, field.column) for record in records} - {None}
            self._titles.want(field.target or "", ids)
        for field in fields_of(self.model).values():
            if field.kind == "about" and columns.may_see(self.actor, self.model, field.name):
                for named in filter(None, (about.split(getattr(record, field.column)) for record in records)):
                    if about.subject(self.model, named[0]) is not None:
                        self._titles.want(named[0], [named[1]])

    def _reveal(self, ids: list[int]) -> frozenset[int]:
        masked = once(self.actor, ("masked", self.model), self._is_masked)
        condition = columns.reveal_condition(self.model, self.actor) if masked and ids else None
        if condition is None:
            return frozenset()
        return frozenset(session().scalars(sa.select(self.model.id).where(self.model.id.in_(ids), condition)))

    def _is_masked(self) -> bool:
        entity = self.model.entity_name()
        return any(columns.mode(self.actor, entity, name) == "mask" for name in fields_of(self.model))

    def show(self, record: Scoped, dotted: str) -> Shown:
        """The value at a dotted field as the actor may see it."""
        way = self._ways.get((type(record), dotted)) or self._way(type(record), dotted)
        mode = way.mode
        if mode == "mask" and record.id in self._revealed and isinstance(record, self.model):
            mode = "read"
        if mode == "hide":
            return HIDDEN
        if mode == "mask":
            empty = getattr(record, way.column, None) in (None, "")
            return Shown(way.kind, text="" if empty else MASK, state="" if empty else "masked")
        return way.tell(record)

    def _way(self, model: type[Scoped], dotted: str) -> "_Way":
        """How values at a dotted field are told, found out once for all records of a page."""
        name, _, rest = dotted.partition(".")
        field = fields_of(model).get(name)
        if field is None:
            made = _Way("hide", "text", name, partial(Shown, "text"))
        else:
            mode = columns.mode(self.actor, model.entity_name(), name)
            made = _Way(mode, field.kind, field.column, self._teller(model, field, rest))
        self._ways[model, dotted] = made
        return made

    def _teller(self, model: type[Scoped], field: Field, rest: str) -> Callable[[Any], Shown]:
        if field.kind in ("pointer", "user"):
            return partial(self._pointer, field, relation_of(model, field), rest)
        if field.kind == "about":
            return partial(self._about, field)
        if field.kind == "many":
            return partial(self._many, field)
        return _plain(field, speaker(field, self.actor) if self._words else _nothing)

    def _many(self, field: Field, record: Scoped) -> Shown:
        linked = [each for each in getattr(record, field.column) if getattr(each, "deleted_at", None) is None]
        return Shown("many", linked, ", ".join(record_name(self.actor, each) for each in linked))

    def _pointer(self, field: Field, relation: orm.RelationshipProperty | None, rest: str, record: Scoped) -> Shown:
        stored = getattr(record, field.column)
        if stored is None:
            return Shown(field.kind)
        if not rest and self._titles.is_known(field.target, stored):
            return self._titled(field, stored, self._titles.of(field.target, stored))
        target = getattr(record, relation.key) if relation is not None else None
        if target is None:
            return self._titled(field, stored, None)
        if rest:
            return self.show(target, rest)
        return self._titled(field, stored, person_name(target) if field.kind == "user"
                            else record_name(self.actor, target))

    @staticmethod
    def _titled(field: Field, stored: int, title: str | None) -> Shown:
        if title is None:
            # The row exists but is not for this reader: told as locked, never by name.
            return Shown(field.kind, text=gettext("Locked"), state="locked")
        entity = "" if field.kind == "user" else field.target or ""
        return Shown(field.kind, stored, title, entity=entity, record_id=stored)

    def _about(self, field: Field, record: Scoped) -> Shown:
        stored = getattr(record, field.column)
        if stored is None:
            return Shown("pointer")
        named = about.split(stored)
        title = self._titles.of(*named) if named else None
        if named is None or title is None:
            return Shown("pointer", text=gettext("Locked"), state="locked")
        return Shown("pointer", stored, title, entity=named[0], record_id=named[1])


class _Way(NamedTuple):
    """The column mode of a field, and what tells the value of a record whose column is open."""

    mode: str
    kind: str
    column: str
    tell: Callable[[Any], Shown]


def _nothing(_value: Any, _currency: str) -> str:
    return ""


def _plain(field: Field, speak: Callable[[Any, str], str]) -> Callable[[Any], Shown]:
    kind, column, empty = field.kind, field.column, Shown(field.kind)

    def tell(record: Any) -> Shown:
        value = getattr(record, column)
        if value is None or value == "":
            return empty
        return Shown(kind, value, speak(value, getattr(record, "currency", None) or DEFAULT_CURRENCY))

    return tell


def as_json(record: Scoped, field: Field, shown: Shown) -> Any:
    """The JSON form for the API: ids with names for pointers, major units for money, ISO for dates."""
    if shown.state:
        return {"masked": MASK, "locked": {"locked": True}}.get(shown.state)
    if field.kind == "many":
        return [{"id": each.id, "name": record_name(acting(), each)} for each in shown.value or ()]
    if shown.value is None:
        return None
    if field.kind in ("pointer", "user"):
        return {"id": shown.value, "name": shown.text}
    if field.kind == "about":
        return {"entity": shown.entity, "id": shown.record_id, "name": shown.text}
    if field.kind == "money":
        return money.plain(shown.value, getattr(record, "currency", None) or DEFAULT_CURRENCY)
    if isinstance(shown.value, decimal.Decimal):
        return format(shown.value, "f")
    return shown.value.isoformat() if isinstance(shown.value, (dt.date, dt.datetime)) else shown.value


def as_file_text(actor: Actor, record: Scoped, field: Field, shown: Shown) -> str:
    """The text for a file of the actor: exact and readable back by the import; empty for what is masked or locked."""
    if shown.value is None:
        return ""
    if field.kind == "many":
        return file_text.many_text([_key(actor, each) for each in shown.value])
    if field.kind == "pointer":
        target = _target(record, field, shown)
        return _key(actor, target) if target is not None else shown.text
    if field.kind == "about":
        return str(shown.value)
    if field.kind == "user":
        target = _target(record, field, shown)
        return target.username if target is not None else shown.text
    if field.kind == "money":
        return money.plain(shown.value, getattr(record, "currency", None) or DEFAULT_CURRENCY)
    if field.kind == "moment":
        return file_text.moment_text(shown.value, actor.zone)
    return _exact_text(field, shown)


def _target(record: Scoped, field: Field, shown: Shown) -> Any:
    """What the record points at in `field`; None where the field is one of a record further on."""
    if fields_of(type(record)).get(field.name) is not field:
        return None
    relation = relation_of(type(record), field)
    return getattr(record, relation.key) if relation is not None else None


def _exact_text(field: Field, shown: Shown) -> str:
    if field.kind == "json":
        return json.dumps(shown.value, ensure_ascii=False)
    if field.kind == "choice" and [str(label) for label in (field.choices or {}).values()].count(shown.text) > 1:
        return str(shown.value)
    if isinstance(shown.value, decimal.Decimal):
        return format(shown.value, "f")
    return shown.value.isoformat() if isinstance(shown.value, dt.date) else shown.text


def _key(actor: Actor, record: Entity) -> str:
    """What names a record in a file without doubt: its natural key, else its title; what of it the actor may read."""
    model, key = type(record), type(record).natural_key
    known = fields_of(model)
    if all(columns.may_use(actor, model, name) for name in key):
        if len(key) == 1 and known[key[0]].kind == "text" and getattr(record, key[0], None):
            return str(getattr(record, key[0]))
        if len(key) == 2 and known[key[0]].kind == "pointer" and known[key[1]].kind == "text":
            parent = getattr(record, relation_of(model, known[key[0]]).key)
            if parent is not None:
                return f"{record_name(actor, parent)} / {getattr(record, key[1])}"
    return record_name(actor, record)
