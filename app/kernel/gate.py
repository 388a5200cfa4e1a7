"""The gate at every flush: who may, is it right, what follows, what changed. Nothing passes beside it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import event, orm
from sqlalchemy.orm.attributes import flag_modified

from app.kernel import about, clock
from app.kernel.actor import Actor, acting, circumstance
from app.kernel.database import OutsideUnit, UnitSession
from app.kernel.entity import Entity, Scoped, scoped_by_table, values_of
from app.kernel.errors import NotAllowed, RuleError
from app.kernel.events import Change, note
from app.kernel.fields import Field, fields_of
from app.kernel.judge import PENDING, is_id, judge
from app.kernel.problems import N_, Problems, problem
from app.kernel.rights import columns, states
from app.kernel.rights.hook import UNSCOPED
from app.kernel.rights.predicates import visible
from app.kernel.stored import encode

Guard = Callable[[Actor, Any], None]
_guards: dict[type, Guard] = {}
_sources: dict[str, Callable[[int], int | None]] = {}

UNKNOWN = N_("This does not exist, or you may not use it.")


def guard(model: type, judge_actor: Guard) -> None:
    """Ask `judge_actor(actor, row)` before a row of the non-entity `model` is written; it raises NotAllowed."""
    _guards[model] = judge_actor


def set_team_source(team_of: Callable[[int], int | None]) -> None:
    """Name the function that tells a user's team, from which a row's team follows."""
    _sources["team"] = team_of


def team_of(user_id: int | None) -> int | None:
    """The team of a user, None without one."""
    return _sources["team"](user_id) if "team" in _sources and is_id(user_id) else None


@event.listens_for(UnitSession, "before_flush")
def judge_flush(current: UnitSession, _context: Any, _instances: Any) -> None:
    """Refuse what may not be or is not right; fill in what follows. Raises NotAllowed or RuleError."""
    touched = [row for row in current.new | current.dirty if row in current.new or current.is_modified(row)]
    if not touched and not current.deleted:
        return
    if not current.info.get("unit"):
        raise OutsideUnit(f"{type(next(iter(touched or current.deleted))).__name__} changed outside a unit of work")
    _ask_guards([*touched, *current.deleted])
    if any(isinstance(row, Scoped) for row in current.deleted):
        raise RuntimeError("records are deleted by their state; only a purge removes rows")
    records = [row for row in touched if isinstance(row, Entity)]
    if records:
        with current.no_autoflush:
            _judge_records(current, records)


def _ask_guards(rows: Iterable[Any]) -> None:
    actor = acting() if _guards else None
    for row in rows:
        if actor is not None and not actor.is_system and type(row) in _guards:
            _guards[type(row)](actor, row)


def _judge_records(current: UnitSession, records: list[Entity]) -> None:
    actor = acting()
    fresh = [record for record in records if record in current.new]
    kept = [record for record in records if record not in current.new]
    _judge_old_states(current, actor, kept)
    problems: Problems = {}
    for record in records:
        _settle(current, actor, record, is_new=record in current.new)
        problems.update(_problems(current, actor, record, is_new=record in current.new))
    if problems:
        raise RuleError(problems=problems)
    for record in records:
        _step_version_for_many(record, is_new=record in current.new)
    current.info["flushing"] = [(record, _verb(record, is_new=True), "create") for record in fresh] + [
        (record, _verb(record, is_new=False), _kind(record)) for record in kept]


def _judge_old_states(current: UnitSession, actor: Actor, kept: list[Entity]) -> None:
    if actor.is_system:
        return
    groups: dict[tuple[type[Entity], str], list[int]] = {}
    for record in kept:
        if not type(record).kept_by_system:
            groups.setdefault((type(record), _verb(record, is_new=False)), []).append(record.id)
    for (model, verb), ids in groups.items():
        if set(ids) - states.allowed_ids(current, model, actor, verb, ids):
            raise NotAllowed()


def _verb(record: Entity, *, is_new: bool) -> str:
    named = circumstance().verb
    if named and f"{type(record).entity_name()}.{named}" in states.named_verbs():
        return named
    if is_new:
        return "create"
    return "delete" if sa.inspect(record).attrs.deleted_at.history.has_changes() else "edit"


def _kind(record: Entity) -> str:
    if not sa.inspect(record).attrs.deleted_at.history.has_changes():
        return "update"
    return "delete" if record.deleted_at else "undelete"


def _settle(current: UnitSession, actor: Actor, record: Entity, *, is_new: bool) -> None:
    """Fill in what the system keeps: defaults, owner, team, stamps, derived fields."""
    state = sa.inspect(record)
    if is_new:
        _apply_defaults(record)
        if record.owner_id is None and owned_by_maker(type(record)) and actor.id and not _is_pooled(record):
            record.owner_id = actor.id
        record.created_by_id = record.created_by_id or actor.id
        record.created_at = record.created_at or clock.now()
    owner_changed = is_new or state.attrs.owner_id.history.has_changes()
    team_changed = state.attrs.team_id.history.has_changes() and record.team_id is not None
    if owner_changed and not team_changed and record.owner_id:
        record.team_id = team_of(record.owner_id) or record.team_id
    record.updated_at, record.updated_by_id = clock.now(), actor.id
    values = _values(record)
    derived = type(record).derive(values, None if is_new else _before(record), finder(current))
    for name, value in follow_owner(values, derived, team_is_given=team_changed).items():
        setattr(record, fields_of(type(record))[name].column, value)


def owned_by_maker(model: type[Entity]) -> bool:
    """Whether a new record belongs to who makes it."""
    return model.owned_by_maker and not model.reference


def follow_owner(values: Mapping[str, Any], derived: Mapping[str, Any], *, team_is_given: bool) -> dict[str, Any]:
    """The derived fields, with the team of an owner whom they name and whom the record did not have."""
    owner = derived.get("owner")
    if owner is None or owner == values.get("owner") or "team" in derived or team_is_given:
        return dict(derived)
    return {**derived, "team": team_of(owner) or values.get("team")}


def _is_pooled(record: Entity) -> bool:
    # An owner set to nothing on purpose puts a new row into the public pool.
    return type(record).pool and "owner_id" in sa.inspect(record).dict


def _apply_defaults(record: Entity) -> None:
    """Column defaults before the judgement, which would otherwise see None."""
    for attribute in sa.inspect(record).mapper.column_attrs:
        default = attribute.columns[0].default
        if default is None or getattr(record, attribute.key) is not None or attribute.key in ("version", "id"):
            continue
        if default.is_scalar:
            setattr(record, attribute.key, default.arg)
        else:
            setattr(record, attribute.key, default.arg(None))


def _values(record: Entity) -> dict[str, Any]:
    """Like `values_of`, with a pending parent standing in for the id that it does not have yet."""
    values = values_of(record)
    for relation in _pointers(type(record)):
        added = sa.inspect(record).attrs[relation.key].history.added
        if added and added[0] is not None and relation.key in values:
            values[relation.key] = getattr(added[0], "id", None) or PENDING
    return values


def _pointers(model: type[Entity]) -> list[orm.RelationshipProperty]:
    return [relation for relation in sa.inspect(model).relationships
            if relation.direction is orm.RelationshipDirection.MANYTOONE and not relation.viewonly]


def _before(record: Entity) -> dict[str, Any]:
    state, values = sa.inspect(record), {}
    for field in fields_of(type(record)).values():
        if field.kind == "many":
            continue
        history = state.attrs[field.column].history
        values[field.name] = history.deleted[0] if history.deleted else getattr(record, field.column)
    return values


def finder(current: UnitSession) -> Callable[[str, int | None], Mapping[str, Any]]:
    """``find(table, id)``: the fields of another row, read once per unit, for rules that follow from it."""
    known = current.info.setdefault("found", {})

    def find(table: str, record_id: int | None) -> Mapping[str, Any]:
        if not is_id(record_id):
            return {}
        if (table, record_id) not in known:
            known[table, record_id] = _read_fields(current, table, [record_id]).get(record_id, {})
        return known[table, record_id]

    return find


def find_ahead(current: UnitSession, table: str, ids: Iterable[int]) -> None:
    """Read at once what `finder` will be asked for one by one."""
    known = current.info.setdefault("found", {})
    wanted = sorted({each for each in ids if is_id(each) and (table, each) not in known})
    for start in range(0, len(wanted), 900):
        part = wanted[start:start + 900]
        found = _read_fields(current, table, part)
        known.update({(table, each): found.get(each, {}) for each in part})


def _read_fields(current: UnitSession, table: str, ids: list[int]) -> dict[int, dict[str, Any]]:
    model = scoped_by_table()[table]
    chosen = {field.name: getattr(model, field.column) for field in fields_of(model).values() if field.kind != "many"}
    rows = current.execute(sa.select(*chosen.values()).where(model.id.in_(ids)), execution_options={UNSCOPED: True})
    return {each["id"]: each for each in (dict(zip(chosen, row, strict=True)) for row in rows)}


def _problems(current: UnitSession, actor: Actor, record: Entity, *, is_new: bool) -> Problems:
    model = type(record)
    before = None if is_new else _before(record)
    values = _values(record)
    problems = judge(model, values, before)
    if not actor.is_system:
        problems |= _column_problems(actor, record, is_new=is_new)
    # What is wrong by itself is not looked up: no database takes every number and every character.
    sound = {name: value for name, value in values.items() if name not in problems}
    changed = {name: value for name, value in sound.items()
               if value is not PENDING and (is_new or before is None or value != before.get(name))}
    problems |= pointer_problems(current, actor, model, changed)
    problems |= _many_problems(current, actor, record)
    return problems | taken_problems(current, model, sound, record.id, changed)


def _column_problems(actor: Actor, record: Entity, *, is_new: bool) -> Problems:
    state, model = sa.inspect(record), type(record)
    found = {}
    for field in fields_of(model).values():
        if field.readonly or columns.may_write(actor, model, field.name) or field.column not in state.dict:
            continue
        value = getattr(record, field.column) if is_new else None
        if state.attrs[field.column].history.has_changes() and (not is_new or value not in (None, "")):
            found[field.name] = problem(N_("You may not change this field."))
    return found


def pointer_problems(current: UnitSession, actor: Actor, model: type[Entity], changed: Mapping[str, Any]) -> Problems:
    """Fields of `changed` that point at rows which do not exist or which the actor may not read."""
    found = {}
    for field in fields_of(model).values():
        value = changed.get(field.name)
        if value is None or field.kind not in ("pointer", "user", "about") or field.readonly:
            continue
        is_known = is_subject(current, actor, model, value) if field.kind == "about" else _target_exists(
            current, actor, field, value)
        if not is_known:
            found[field.name] = problem(UNKNOWN)
    return found


def _target_exists(current: UnitSession, actor: Actor, field: Field, value: int) -> bool:
    target = scoped_by_table().get(field.target or "")
    if target is None:
        return is_active_user(current, value)
    return _is_visible(current, actor, target, value)


def _is_visible(current: UnitSession, actor: Actor, target: type[Scoped], record_id: int) -> bool:
    statement = sa.select(target.id).where(target.id == record_id, visible(target, actor))
    return current.execute(statement, execution_options={UNSCOPED: True}).first() is not None


def is_subject(current: UnitSession, actor: Actor, model: type[Entity], text: str) -> bool:
    """Whether `text` names a living record that the actor may read and that one of `model` may be about."""
    entity, record_id = about.split(text) or ("", 0)
    target = about.subject(model, entity)
    return target is not None and _is_visible(current, actor, target, record_id)


def is_active_user(current: UnitSession, user_id: int) -> bool:
    """Whether an active user has this id."""
    return current.execute(sa.select(User.id).where(User.id == user_id, User.active)).first() is not None


def _many_problems(current: UnitSession, actor: Actor, record: Entity) -> Problems:
    found = {}
    for field in fields_of(type(record)).values():
        if field.kind != "many" or field.column not in sa.inspect(record).dict:
            continue
        added = [target for target in sa.inspect(record).attrs[field.column].history.added or () if target is not None]
        if any(target.id is None or not _target_exists(current, actor, field, target.id) for target in added):
            found[field.name] = problem(UNKNOWN)
    return found


def taken_problems(current: UnitSession, model: type[Entity], values: Mapping[str, Any], record_id: int | None,
                   changed: Mapping[str, Any]) -> Problems:
    """A natural key that a living record already holds; empty keys are free."""
    key = model.natural_key
    if not key or not any(name in changed for name in key) or any(values.get(name) in (None, "") for name in key):
        return {}
    fields = fields_of(model)
    same = [key_column(model, fields[name]) == key_value(model, fields[name], values[name]) for name in key]
    statement = sa.select(model.id).where(*same, model.deleted_at.is_(None))
    if record_id is not None:
        statement = statement.where(model.id != record_id)
    if current.execute(statement, execution_options={UNSCOPED: True}).first() is None:
        return {}
    return {key[0]: problem(N_("This is already taken by another record."))}


def key_column(model: type, field: Field) -> Any:
    """The column in which equality is judged: the blind index of a personal field, else its own."""
    attribute = getattr(model, field.column)
    blind = attribute.property.columns[0].info.get("blind_index") if field.kind != "many" else None
    return getattr(model, blind) if blind else attribute


def key_value(model: type, field: Field, value: Any) -> Any:
    """`value` as `key_column` holds it."""
    column = getattr(model, field.column).property.columns[0]
    return column.type.index_value(value) if column.info.get("blind_index") else value


def _step_version_for_many(record: Entity, *, is_new: bool) -> None:
    # A change of tags alone writes no column, hence would not step the version.
    many = [field.column for field in fields_of(type(record)).values() if field.kind == "many"]
    loaded = sa.inspect(record).dict
    if not is_new and any(name in loaded and sa.inspect(record).attrs[name].history.has_changes() for name in many):
        flag_modified(record, "updated_at")


@event.listens_for(UnitSession, "after_flush")
def judge_new_states(current: UnitSession, _context: Any) -> None:
    """The state after the flush must be in the writer's reach too; then note what changed."""
    flushed = current.info.pop("flushing", [])
    actor = acting() if flushed else None
    if actor is not None and not actor.is_system:
        states.judge_new(current, actor, [(record, verb) for record, verb, _kind in flushed
                                          if not type(record).kept_by_system])
    for record, verb, kind in flushed:
        note(_change_of(record, verb, kind))


def _change_of(record: Entity, verb: str, kind: str) -> Change:
    model, state, changes = type(record), sa.inspect(record), {}
    for field in fields_of(model).values():
        if field.quiet or field.name in ("id", "updated_at", "updated_by") or field.column not in state.dict:
            continue
        history = state.attrs[field.column].history
        if not history.has_changes():
            continue
        if field.kind == "many":
            before = sorted(each.id for each in [*history.unchanged, *history.deleted])
            changes[field.name] = [before, sorted(each.id for each in [*history.unchanged, *history.added])]
        else:
            before, after = (side[0] if side else None for side in (history.deleted, history.added))
            if before != after:
                changes[field.name] = [encode(model, field, before), encode(model, field, after)]
    named = verb if verb not in ("create", "edit", "delete") else ""
    return Change(model.entity_name(), record.id, kind, changes, record.owner_id, record.team_id, record.version, named)
