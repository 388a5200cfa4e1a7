"""Records that cells name, looked up for a whole chunk of rows under the rights of the actor."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User

from app.data.rules import Reference
from app.kernel import gate
from app.kernel.database import session
from app.kernel.entity import Entity, scoped_by_table
from app.kernel.fields import Field, fields_of
from app.security.models import UserProfile

Found = dict[str, tuple[int, ...]]
# What a text means by the most trusted way that knows it, and by any way at all.
Meaning = tuple[tuple[int, ...], tuple[int, ...]]
_NUMBER = re.compile(r"#([1-9][0-9]{0,17})")
_MOST_KNOWN = 50_000


class References:
    """Ids by field target and text; one query for each way of naming and chunk, remembered for the chunks to come."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Meaning] = {}

    def learn(self, field: Field, references: Iterable[Reference]) -> None:
        """Look up all that is not known yet."""
        target = field.target or ""
        if len(self._known) > _MOST_KNOWN:
            self._known.clear()
        wanted = {each.text: each for each in references if (target, each.text) not in self._known}
        if wanted:
            model = scoped_by_table().get(target)
            found = _users(list(wanted)) if model is None else _records(model, list(wanted.values()))
            self._known |= {(target, text): _meaning([each.get(text, ()) for each in found]) for text in wanted}

    def ids(self, field: Field, reference: Reference) -> Meaning:
        """The records that the text means, several where it is not unique, and all that bear it as any name."""
        return self._known.get((field.target or "", reference.text), ((), ()))


def _meaning(found: Sequence[tuple[int, ...]]) -> Meaning:
    best = next((ids for ids in found if ids), ())
    return best, tuple(dict.fromkeys(each for ids in found for each in ids))


def _records(model: type[Any], wanted: Sequence[Reference]) -> list[Found]:
    """By natural key, look-up keys and title, then by external id and number; the most trusted way first."""
    ways: list[Callable[[Sequence[Reference]], Found]] = [
        *(_by_field(model, name) for name in _names(model)), lambda left: _by_parts(model, left),
        lambda left: _by_external_id(model, left), lambda left: _by_number(model, left)]
    return [way(wanted) for way in ways]


def _names(model: type[Any]) -> list[str]:
    single = model.natural_key if len(model.natural_key) == 1 else ()
    known = fields_of(model)
    named = dict.fromkeys([*single, *model.lookup_keys, model.title_field])
    return [name for name in named if name in known and known[name].kind in ("text", "personal")]


def _grouped(rows: Iterable[Sequence[Any]]) -> Found:
    found: dict[str, list[int]] = {}
    for text, record_id in rows:
        found.setdefault(str(text), []).append(record_id)
    return {text: tuple(ids) for text, ids in found.items()}


def _texts_by_key(pairs: Iterable[tuple[Any, str]]) -> dict[Any, list[str]]:
    """Several texts may be one key: a phone number or an address of mail is written in many ways."""
    found: dict[Any, list[str]] = {}
    for key, text in pairs:
        found.setdefault(key, []).append(text)
    return found


def _by_field(model: type[Entity], name: str) -> Callable[[Sequence[Reference]], Found]:
    field = fields_of(model)[name]
    column = gate.key_column(model, field)

    def find(left: Sequence[Reference]) -> Found:
        keys = _texts_by_key((gate.key_value(model, field, each.text), each.text) for each in left)
        rows = session().execute(sa.select(column, model.id).where(column.in_(list(keys))).order_by(model.id))
        return _grouped((text, record_id) for key, record_id in rows for text in keys[key])

    return find


def _by_parts(model: type[Entity], left: Sequence[Reference]) -> Found:
    """``Sales / Won`` where the natural key is a pointer and a text."""
    known = fields_of(model)
    if len(model.natural_key) != 2 or known[model.natural_key[0]].kind != "pointer":
        return {}
    pointer, last = known[model.natural_key[0]], known[model.natural_key[1]]
    parts = _texts_by_key((split, each.text) for each in left for split in _splits(each.parts))
    if not parts:
        return {}
    parent = scoped_by_table()[pointer.target or ""]
    title, names = getattr(parent, parent.title_field), [getattr(model, last.column), getattr(model, model.title_field)]
    rows = session().execute(
        sa.select(title, *names, model.id).join(parent, getattr(model, pointer.column) == parent.id)
        .where(title.in_({first for first, _second in parts}), sa.or_(*(name.in_({second for _first, second in parts})
                                                                      for name in names))))
    return _grouped((text, record_id) for first, *both, record_id in rows for name in set(both)
                    for text in parts.get((first, name), ()))


def _splits(parts: tuple[str, ...]) -> list[tuple[str, str]]:
    """Every way to cut the parts in two: a name may hold the sign that stands between names."""
    return [(" / ".join(parts[:place]), " / ".join(parts[place:])) for place in range(1, len(parts))]


def _by_external_id(model: type[Entity], left: Sequence[Reference]) -> Found:
    by_system: dict[str, dict[str, str]] = {}
    for each in left:
        if each.external:
            by_system.setdefault(each.external[0], {})[each.external[1]] = each.text
    found: Found = {}
    for system, texts in by_system.items():
        column = model.external_ids[system].as_string()
        rows = session().execute(sa.select(column, model.id).where(column.in_(list(texts))))
        found |= _grouped((texts[key], record_id) for key, record_id in rows)
    return found


def _by_number(model: type[Entity], left: Sequence[Reference]) -> Found:
    numbers = {int(match[1]): each.text for each in left if (match := _NUMBER.fullmatch(each.text))}
    rows = session().scalars(sa.select(model.id).where(model.id.in_(numbers))) if numbers else ()
    return {numbers[record_id]: (record_id,) for record_id in rows}


def _users(texts: list[str]) -> list[Found]:
    """Active users by user name, by e-mail in any case of letters, by the name that people say."""
    active = sa.select(User.username, User.id).where(User.active)
    mails = _texts_by_key((text.lower(), text) for text in texts)
    lowered = sa.func.lower(User.email)
    by_mail = session().execute(sa.select(lowered, User.id).where(User.active, lowered.in_(list(mails))))
    by_name = session().execute(sa.select(UserProfile.display_name, User.id).join(User, UserProfile.user_id == User.id)
                                .where(User.active, UserProfile.display_name.in_(texts)))
    return [_grouped(session().execute(active.where(User.username.in_(texts)))),
            _grouped((text, user_id) for mail, user_id in by_mail for text in mails[mail]), _grouped(by_name)]
