"""Personal columns: text outside, ciphertext inside, and beside it a keyed hash by which equality can still be asked.

    phone = personal(_l("Phone"), normal="phone", length=40)
    phone_index = blind_index()

`keep_blind_indexes(base)`, called once for the models' base, fills ``phone_index`` at every flush.
"""

from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import event, orm
from sqlalchemy.sql import operators
from sqlalchemy.types import TypeDecorator

from app.kernel.normal import normal_form
from app.security.encryption.current import key_ring

INDEX_DIGITS = 32


class Sealed(str):
    """Text that is encrypted already: the column type stores it as it is."""

    __slots__ = ()


class _OnlyIfPresent(TypeDecorator.Comparator, sa.Text.Comparator):  # type: ignore[misc]
    """Comparing ciphertext would silently find nothing, so everything but IS NULL is refused."""

    def operate(self, op: Any, *other: Any, **options: Any) -> Any:
        """IS NULL and IS NOT NULL; InvalidRequestError for every other comparison."""
        asks_for_null = len(other) == 1 and (other[0] is None or isinstance(other[0], sa.Null))
        if asks_for_null and op in (operators.is_, operators.is_not, operators.eq, operators.ne):
            return super().operate(op, *other, **options)
        raise sa.exc.InvalidRequestError(
            f"{self.expr} is encrypted: compare its blind index (same_value), it has no order and no parts")

    def reverse_operate(self, op: Any, other: Any, **options: Any) -> Any:
        """InvalidRequestError always."""
        return self.operate(op, other, self.expr, **options)


class PersonalText(TypeDecorator):
    """A str in Python, ``<key id>.<base64url>`` in the database, bound to `place` ("table.column").

    `normal` is the kind of `normal_form` under which two values are equal. The place is filled in when the column joins
    its table. The ring is the one in force (`key_ring`) when a value is written or read.
    """

    impl = sa.Text
    cache_ok = True
    comparator_factory = _OnlyIfPresent

    def __init__(self, normal: str = "text", place: str = "") -> None:
        super().__init__()
        self.normal = normal
        self.place = place

    def process_bind_param(self, value: str | None, dialect: sa.Dialect | None) -> str | None:
        if value is None or isinstance(value, Sealed):
            return value
        if not isinstance(value, str):
            raise TypeError(f"{self.place} takes text, not {type(value).__name__}")
        return self.seal(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect | None) -> str | None:
        return None if value is None else self.open(value)

    def seal(self, text: str) -> Sealed:
        """`text` encrypted for this column."""
        return Sealed(key_ring().seal(text, self.place))

    def open(self, stored: str) -> str:
        """The text inside `stored`. UnreadableValue if it was not sealed for this column."""
        return key_ring().open(stored, self.place)

    def index_values(self, text: str | None) -> tuple[str, ...]:
        """The blind index of `text` under every key of the ring, the writing one first; empty for no text."""
        if isinstance(text, Sealed):
            text = self.open(text)
        normal = normal_form(self.normal, text) if text else ""
        return key_ring().index_values(normal, self.place) if normal else ()

    def part_hashes(self, part: str) -> tuple[str, ...]:
        """The keyed hash of a part of a value, such as its last digits, under every key, the writing one first.

        It never equals the blind index of a whole value.
        """
        return key_ring().index_values(part, f"{self.place}/part")

    def index_value(self, text: str | None) -> str | None:
        """The blind index to store beside `text`: 32 hex digits, or None for no text."""
        return next(iter(self.index_values(text)), None)


def personal(label: Any, normal: str = "text", length: int = 200, *, indexed: bool = True, required: bool = False,
             sort_order: int = 0, **info: Any) -> Any:
    """One line of personal text, at most `length` characters, encrypted at rest.

    `normal` is phone, email, date, text or id_number. Unless `indexed` is false the class also states
    ``<name>_index = blind_index()``. Further `info` (aliases, help, readonly) is as in `app.kernel.fields`.
    There is no default: one would be filled in after the index was computed. ValueError for an unknown `normal`.
    """
    normal_form(normal, "")
    given = {"kind": "personal", "label": label, "required": required, "max_length": length, "personal": True,
             "normal": normal, "blind_index": indexed, **info}
    made = orm.mapped_column(PersonalText(normal), nullable=not required, active_history=True, sort_order=sort_order,
                             info=given)
    event.listen(made.column, "after_parent_attach", _join_table, propagate=True)
    return made


def blind_index(*, index: bool = True, sort_order: int = 0) -> Any:
    """The column beside a personal one that holds its keyed hash; kept by the system, no field of its own."""
    return orm.mapped_column(sa.String(INDEX_DIGITS), nullable=True, index=index, sort_order=sort_order)


def _join_table(column: Any, table: sa.Table) -> None:
    # A mixin's column is copied for each table, its type and info too: each copy learns its own place.
    column.type.place = f"{table.name}.{column.name}"
    column.info["blind_index"] = f"{column.key}_index" if column.info["blind_index"] else None


class _Pair(NamedTuple):
    field: str
    index_field: str
    type: PersonalText


@cache
def _pairs(mapper: orm.Mapper) -> tuple[_Pair, ...]:
    made = []
    for attribute in mapper.column_attrs:
        column = attribute.columns[0]
        if not isinstance(column.type, PersonalText) or not column.info.get("blind_index"):
            continue
        index = column.info["blind_index"]
        if index not in mapper.column_attrs:
            raise TypeError(f"{mapper.class_.__name__}.{attribute.key} needs {index} = blind_index() beside it")
        made.append(_Pair(attribute.key, index, column.type))
    return tuple(made)


def _pair(model: type, field: str) -> _Pair | None:
    return next((pair for pair in _pairs(orm.class_mapper(model)) if pair.field == field), None)


def keep_blind_indexes(base: type) -> None:
    """Fill the blind indexes of every class below `base` whenever the ORM inserts or updates a row."""
    event.listen(base, "before_insert", _fill_all, propagate=True)
    event.listen(base, "before_update", _fill_changed, propagate=True)


def _fill_all(mapper: orm.Mapper, _connection: sa.Connection, target: Any) -> None:
    for pair in _pairs(mapper):
        setattr(target, pair.index_field, pair.type.index_value(getattr(target, pair.field)))


def _fill_changed(mapper: orm.Mapper, _connection: sa.Connection, target: Any) -> None:
    state = sa.inspect(target)
    for pair in _pairs(mapper):
        # The index is written with the value or not at all: also when somebody tried to set the index by itself.
        if state.attrs[pair.field].history.has_changes() or state.attrs[pair.index_field].history.has_changes():
            setattr(target, pair.index_field, pair.type.index_value(getattr(target, pair.field)))


def stored_pair(model: type, field: str, value: str | None) -> dict[str, str | None]:
    """What a bulk statement stores for `value`: ``{column: ciphertext, index column: hash}``.

    Bulk inserts pass by the flush, so that nobody else keeps the two in step. The ciphertext is `Sealed`: right for
    statements through the column's type and for raw ones alike.
    """
    attributes = orm.class_mapper(model).column_attrs
    column: Any = attributes[field].columns[0]
    made: dict[str, str | None] = {column.name: column.type.process_bind_param(value, None)}
    pair = _pair(model, field)
    if pair is not None:
        made[attributes[pair.index_field].columns[0].name] = pair.type.index_value(value)
    return made


def same_value(entity: Any, field: str, value: str | None) -> sa.ColumnElement[bool]:
    """The SQL condition that `field` of `entity` (a class or an alias of one) equals `value` in its normal form.

    False for no value. TypeError if the field has no blind index.
    """
    pair = _pair(sa.inspect(entity).mapper.class_, field)
    if pair is None:
        raise TypeError(f"{field} has no blind index")
    found = pair.type.index_values(value)
    return getattr(entity, pair.index_field).in_(found) if found else sa.false()
