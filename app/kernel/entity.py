"""What every record is: an id, an owner and a team, a version, a state of being deleted, and a class that judges it."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, ClassVar

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy import orm

from app.kernel import clock, fields
from app.kernel.actor import Actor
from app.kernel.database import db
from app.kernel.problems import Problem

Values = Mapping[str, Any]
Find = Callable[[str, int | None], Values]


class Scoped(db.Model):
    """A row that rights are judged for: it has an owner and a team. Read-only logs are Scoped; records are `Entity`."""

    __abstract__ = True

    entity_label: ClassVar[Any] = ""
    entity_label_plural: ClassVar[Any] = ""
    # The pointer whose target's readers may read this row too, when their grant says `through`.
    through: ClassVar[str | None] = None
    # Further scope words of this entity: word -> (class, actor) -> SQL condition. Upper rooms may add theirs.
    named_scopes: ClassVar[dict[str, Callable[[type, Actor], Any]]] = {}
    scope_labels: ClassVar[dict[str, Any]] = {}
    # Unowned rows form a public pool that may be claimed.
    pool: ClassVar[bool] = False
    collaborative: ClassVar[bool] = False

    id: orm.Mapped[int] = orm.mapped_column(
        sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, sort_order=-10,
        info={"kind": "integer", "label": _l("Id"), "readonly": True})

    @orm.declared_attr
    def owner_id(cls) -> orm.Mapped[int | None]:
        return fields.pointer("ab_user", _l("Owner"), sort_order=100)

    @orm.declared_attr
    def team_id(cls) -> orm.Mapped[int | None]:
        return fields.pointer("team", _l("Team"), aliases=("部门",), sort_order=101)

    @orm.declared_attr
    def owner(cls) -> orm.Mapped[Any]:
        return orm.relationship("User", foreign_keys=[cls.owner_id], lazy="select", viewonly=False)

    @orm.declared_attr
    def team(cls) -> orm.Mapped[Any]:
        return orm.relationship("Team", foreign_keys=[cls.team_id], lazy="select",
                                remote_side="Team.id", post_update=False)

    @classmethod
    def entity_name(cls) -> str:
        """The stable outer name: the table's."""
        return cls.__tablename__


class Entity(Scoped):
    """A business record. Subclasses state columns, `natural_key` and `check`; the kernel does the rest.

    `natural_key` names the fields that identify a record among the living, `lookup_keys` the single fields by which
    a person or a file may name it, `hangs_on` the pointers to the records with which it is deleted and restored.
    """

    __abstract__ = True

    natural_key: ClassVar[tuple[str, ...]] = ()
    lookup_keys: ClassVar[tuple[str, ...]] = ()
    title_field: ClassVar[str] = "name"
    # The lines of text that are found by their sound in Chinese too; by default the title.
    spoken_fields: ClassVar[tuple[str, ...] | None] = None
    hangs_on: ClassVar[tuple[str, ...]] = ()
    # Rows that only code writes, such as batches: no verb is asked for; their screens and API must be read-only.
    kept_by_system: ClassVar[bool] = False
    # Settings and catalogues: rows without an owner that everybody with the right may read.
    reference: ClassVar[bool] = False
    # Who makes a record owns it unless he names somebody else; False for what waits until somebody takes it.
    owned_by_maker: ClassVar[bool] = True
    # Whether other records (tasks, files, notices) may be about one of this entity.
    may_be_subject: ClassVar[bool] = True

    created_at: orm.Mapped[Any] = fields.moment(
        _l("Created"), default=clock.now, readonly=True, index=True, sort_order=110)
    updated_at: orm.Mapped[Any] = fields.moment(_l("Updated"), default=clock.now, readonly=True, sort_order=112)
    version: orm.Mapped[int] = orm.mapped_column(sa.Integer, nullable=False, default=1, sort_order=114)
    deleted_at: orm.Mapped[Any] = orm.mapped_column(fields.Moment(), nullable=True, sort_order=115)
    # The record with which this one was deleted, so that undelete brings both back.
    deleted_with: orm.Mapped[Any] = orm.mapped_column(sa.String(80), nullable=True, sort_order=116)
    source_name: orm.Mapped[Any] = orm.mapped_column(
        "source", sa.String(80), nullable=True, sort_order=117,
        info={"kind": "text", "label": _l("Record source"), "max_length": 80, "readonly": True})
    external_ids: orm.Mapped[Any] = fields.json(_l("External ids"), sort_order=118)
    extra: orm.Mapped[Any] = fields.json(_l("Extra"), sort_order=119)

    @orm.declared_attr
    def created_by_id(cls) -> orm.Mapped[int | None]:
        return fields.pointer("ab_user", _l("Created by"), index=False, readonly=True, sort_order=111)

    @orm.declared_attr
    def updated_by_id(cls) -> orm.Mapped[int | None]:
        return fields.pointer("ab_user", _l("Updated by"), index=False, readonly=True, sort_order=113)

    @orm.declared_attr
    def created_by(cls) -> orm.Mapped[Any]:
        return orm.relationship("User", foreign_keys=[cls.created_by_id], lazy="select", viewonly=True)

    @orm.declared_attr
    def updated_by(cls) -> orm.Mapped[Any]:
        return orm.relationship("User", foreign_keys=[cls.updated_by_id], lazy="select", viewonly=True)

    @orm.declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {} if cls.__dict__.get("__abstract__") else {"version_id_col": cls.__table__.c.version}

    @classmethod
    def check(cls, values: Values, before: Values | None = None) -> dict[str, Problem]:
        """Judge a whole record: outer field names with typed values (pointers as ids) in, problems by field out."""
        return {}

    @classmethod
    def derive(cls, values: Values, before: Values | None, find: Find) -> dict[str, Any]:
        """Fields that follow from others: {field: value} to set. ``find(table, id)`` reads another row's fields."""
        return {}

    def __str__(self) -> str:
        return str(getattr(self, self.title_field, None) or f"#{self.id}")

    __repr__ = __str__


def living_key(table: str, *columns: str, among: tuple[str, tuple[str, ...]] | None = None) -> sa.Index:
    """A unique key over the living rows: a deleted record frees it. For ``__table_args__``.

    `among` narrows it to rows whose column holds one of the values: ``("status", ("open",))``.
    """
    condition = "deleted_at IS NULL"
    if among is not None:
        condition += f" AND {among[0]} IN ({', '.join(repr(value) for value in among[1])})"
    living = sa.text(condition)
    return sa.Index(f"uq_{table}_{'_'.join(columns)}", *columns, unique=True, sqlite_where=living,
                    postgresql_where=living)


@cache
def scoped_by_table() -> dict[str, type[Scoped]]:
    """Every scoped class by table name; call it after all models are imported."""
    return {mapper.class_.__tablename__: mapper.class_ for mapper in db.Model.registry.mappers
            if issubclass(mapper.class_, Scoped)}


def entity_names() -> list[str]:
    """The names of all entities, in order."""
    return sorted(name for name, model in scoped_by_table().items() if issubclass(model, Entity))


def entity_class(name: str) -> type[Any]:
    """The entity or log named `name`. KeyError if there is none."""
    return scoped_by_table()[name]


def values_of(record: Entity) -> dict[str, Any]:
    """Outer field names with the record's values; pointers as ids, many as sorted id lists (only when loaded)."""
    state = sa.inspect(record)
    found = {}
    for field in fields.fields_of(type(record)).values():
        if field.kind != "many":
            found[field.name] = getattr(record, field.column)
        elif field.column in state.dict:
            found[field.name] = sorted(each.id for each in state.dict[field.column])
    return found
