"""How a model states a column: type, label, choices and the rest in one line, read by every generated screen.

A room writes ``name = text(_l("Name"), 200, required=True)``; form, list, filter, import, export and API all read the
`Field` that `fields_of` makes of it. Labels are lazy texts; `aliases` are further headers that an import may carry.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.types import TypeDecorator

Label = Any  # a str or a flask_babel lazy text


class Moment(TypeDecorator):
    """An aware UTC datetime; stored as UTC without zone on SQLite, as timestamptz on PostgreSQL."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


@dataclass(frozen=True)
class Field:
    """One field of an entity as the outside sees it.

    `name` is the outer name (``customer``), `column` the attribute that stores it (``customer_id``); they differ for
    pointers. `kind` is one of text, long_text, integer, decimal, money, boolean, date, moment, choice, pointer, user,
    many, json, personal, about. `target` is the table name that a pointer or many points at. `choices` maps stored
    value to label. `readonly` fields are kept by the system and refused from outside.
    """

    name: str
    column: str
    kind: str
    label: Label
    required: bool = False
    max_length: int | None = None
    choices: Mapping[str, Label] | None = None
    target: str | None = None
    readonly: bool = False
    personal: bool = False
    # Kept by a clock or a counter: a change of it is no event, hence nothing for audit and history.
    quiet: bool = False
    aliases: tuple[str, ...] = ()
    help: Label = ""
    least: float | None = None
    most: float | None = None


def _column(kind: str, label: Label, type_: Any, *args: Any, required: bool = False, default: Any = None,
            index: bool = False, unique: bool = False, **info: Any) -> Any:
    given = {"kind": kind, "label": label, "required": required, **info}
    return orm.mapped_column(type_, *args, nullable=not required, default=default, index=index, unique=unique,
                             active_history=True, info=given)


def text(label: Label, length: int = 200, **options: Any) -> Any:
    """One line of text, at most `length` characters."""
    return _column("text", label, sa.String(length), max_length=length, **options)


def long_text(label: Label, length: int = 20_000, **options: Any) -> Any:
    """Text of several lines, at most `length` characters."""
    return _column("long_text", label, sa.Text(), max_length=length, **options)


def integer(label: Label, least: int | None = None, most: int | None = None, **options: Any) -> Any:
    """A whole number within `least` and `most`."""
    return _column("integer", label, sa.Integer(), least=least, most=most, **options)


def decimal(label: Label, least: float | None = None, most: float | None = None, **options: Any) -> Any:
    """A number with up to four decimal places, kept exactly."""
    return _column("decimal", label, sa.Numeric(18, 4), least=least, most=most, **options)


def money(label: Label, least: int | None = None, **options: Any) -> Any:
    """An amount in integer minor units of the record's ``currency`` column."""
    return _column("money", label, sa.BigInteger(), least=least, **options)


def boolean(label: Label, **options: Any) -> Any:
    """Yes or no."""
    options.setdefault("default", False)
    return _column("boolean", label, sa.Boolean(), **options)


def date(label: Label, **options: Any) -> Any:
    """A calendar day without time or zone."""
    return _column("date", label, sa.Date(), **options)


def moment(label: Label, **options: Any) -> Any:
    """A moment in aware UTC."""
    return _column("moment", label, Moment(), **options)


def choice(label: Label, choices: Mapping[str, Label], **options: Any) -> Any:
    """One of `choices`, which maps the stored value to its label."""
    return _column("choice", label, sa.String(40), choices=choices, **options)


def json(label: Label, **options: Any) -> Any:
    """A JSON value that screens show read-only."""
    return _column("json", label, sa.JSON(), **options)


def pointer(target: str, label: Label, **options: Any) -> Any:
    """A foreign key to the living rows of table `target`; name the attribute ``<field>_id``."""
    kind = "user" if target == "ab_user" else "pointer"
    options.setdefault("index", True)
    return _column(kind, label, sa.Integer(), sa.ForeignKey(f"{target}.id"), target=target, **options)


def about(label: Label, **options: Any) -> Any:
    """Any record, as text such as ``customer:5``; the class states ``about_entity`` and ``about_id`` beside it."""
    options.setdefault("index", True)
    return _column("about", label, sa.String(90), max_length=90, **options)


def many(model: str, secondary: Any, label: Label, *, aliases: Sequence[str] = (), **options: Any) -> Any:
    """A many-to-many relation to the class named `model` through the table `secondary`."""
    return orm.relationship(model, secondary=secondary, info={"kind": "many", "label": label, "aliases": aliases},
                            **options)


def outer_name(column: str, kind: str) -> str:
    """The field name of a column attribute: a pointer drops its ``_id``."""
    return column.removesuffix("_id") if kind in ("pointer", "user") else column


def _field_of_column(attribute: orm.ColumnProperty) -> Field | None:
    info = attribute.columns[0].info
    if "kind" not in info:
        return None
    known: dict[str, Any] = {key: info[key] for key in Field.__dataclass_fields__ if key in info}
    known["aliases"] = tuple(info.get("aliases", ()))
    return Field(name=outer_name(attribute.key, info["kind"]), column=attribute.key, **known)


def _field_of_many(relation: orm.RelationshipProperty) -> Field | None:
    if relation.info.get("kind") != "many":
        return None
    return Field(name=relation.key, column=relation.key, kind="many", label=relation.info["label"],
                 target=relation.mapper.class_.__tablename__, aliases=tuple(relation.info["aliases"]))


@cache
def fields_of(model: type) -> dict[str, Field]:
    """Every declared field of `model` by outer name, in the order of declaration."""
    mapper = sa.inspect(model)
    made = [_field_of_column(attribute) for attribute in mapper.column_attrs]
    made += [_field_of_many(relation) for relation in mapper.relationships]
    known = {field.name: field for field in made if field is not None}
    # Where a record comes from is `source`, unless the entity has a field of that name itself (a lead's).
    origin = known.pop("source_name", None)
    if origin is not None and "source" not in known:
        known["source"] = replace(origin, name="source")
    return known


def has_default(model: type, field: Field) -> bool:
    """Whether the column of `field` holds anything in a new row that names no value."""
    return getattr(model, field.column).property.columns[0].default is not None


def default_of(model: type, field: Field) -> Any:
    """What the column of `field` holds in a new row that names no value."""
    default = getattr(model, field.column).property.columns[0].default
    if default is None:
        return None
    return default.arg if default.is_scalar else default.arg(None)
