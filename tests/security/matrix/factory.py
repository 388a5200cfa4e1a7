"""Makes valid rows of any entity from its declaration: one set for every owner, each with its parents on its own side.

Every text is a marker such as ``Zq17q`` and every personal value is unique, so that a row is known by its bytes
wherever it appears.
"""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from app.kernel import bulk, clock
from app.kernel.actor import SYSTEM
from app.kernel.collaborators import Collaborator
from app.kernel.database import acting_as, in_unit, session
from app.kernel.entity import Entity, scoped_by_table
from app.kernel.errors import RuleError
from app.kernel.fields import Field, fields_of
from app.security.roles import PERSONAL

# side -> (its owner, the side of its parents). Collaborators are added to the shared side's rows.
SIDES = {
    "sales1": ("sales1", "sales1"), "sales1b": ("sales1b", "sales1b"), "sales2": ("sales2", "sales2"),
    "support1": ("support1", "support1"), "pool": (None, "pool"), "shared": ("sales2", "shared"),
    "crossed": ("sales1", "sales2"), "deleted1": ("sales1", "sales1"), "deleted2": ("sales2", "sales2"),
}
COLLABORATOR = "sales1"
# One row for every user, or one for every declared name: they are there before the factory comes.
THERE_ALREADY = {"user_profile": "every user has one", "setting": "every declared setting has one"}
# What a room's rules ask for beyond the declaration of the columns.
ASKED_BY_RULES: dict[str, Callable[[str], dict[str, Any]]] = {
    "saved_view": lambda side: {"entity": "customer", "query": ""},
    "currency_rate": lambda side: {"currency": "USD"},
    "rule": lambda side: {"entity": "customer", "trigger": {"on": ["tick"]},
                          "actions": [{"kind": "notify", "to": ["owner"], "text": "look"}]},
    "schedule": lambda side: {"kind": "daily", "at": "08:00"},
    # Only one alert of a customer is open at a time.
    "churn_alert": lambda side: {"status": "open" if SIDES[side][1] == side else "dismissed"},
}
# Dates of birth count up from here, a day for each.
FIRST_BIRTH = dt.date(1930, 1, 1)
FIRST_DAY = dt.date(2020, 1, 1)
MARK = re.compile(r"Zq(\d+)q")
PRIVATE = re.compile(r"139\d{8}|zq\d+p@|wx\d+w|19[3-5]\d-[01]\d-[0-3]\d")
LEAST_MARK = 12


@dataclass
class Made:
    """What the factory made: ids by (entity, side), and which row and field each marker stands in."""

    ids: dict[tuple[str, str], int] = field(default_factory=dict)
    marks: dict[str, tuple[str, int, str]] = field(default_factory=dict)
    private: dict[str, tuple[str, int, str]] = field(default_factory=dict)


class Factory:
    """Makes the rows; `users` maps user name -> id."""

    def __init__(self, users: dict[str, int]) -> None:
        self.users, self.made, self.count = users, Made(), 0
        self.keys: dict[tuple[Any, ...], int] = {}
        self.pending: list[tuple[dict[str, Any], str, str, str]] = []

    def make_all(self) -> Made:
        """One row of every entity for every side, in one unit of the system."""
        with acting_as(SYSTEM):
            in_unit(self._make_all)
        return self.made

    def _make_all(self) -> None:
        for side in SIDES:
            for entity, model in sorted(scoped_by_table().items()):
                if issubclass(model, Entity) and entity not in THERE_ALREADY:
                    self.make(entity, side)
        for entity, model in scoped_by_table().items():
            if model.collaborative:
                session().add(Collaborator(entity=entity, record_id=self.made.ids[entity, "shared"],
                                           user_id=self.users[COLLABORATOR]))
        session().flush()
        alive = {(entity, record_id) for (entity, side), record_id in self.made.ids.items() if side[:7] != "deleted"}
        for (entity, side), record_id in self.made.ids.items():
            if side.startswith("deleted") and (entity, record_id) not in alive:
                bulk.delete_rows(scoped_by_table()[entity], [record_id], as_actor=SYSTEM).insist()

    def make(self, entity: str, side: str) -> int:
        """The id of the row of `entity` on `side`, made with its parents if it is not there yet."""
        if (entity, side) not in self.made.ids:
            model, marks = scoped_by_table()[entity], len(self.pending)
            values = self.values(model, side)
            key = (entity, *(values.get(name) for name in model.natural_key or ("",)))
            if None not in key and key in self.keys:
                # There are fewer causes, or users, than sides.
                self.made.ids[entity, side] = self.keys[key]
                return self.keys[key]
            record = model(**{fields_of(model)[name].column: value for name, value in values.items()})
            session().add(record)
            try:
                session().flush()
            except RuleError as error:
                session().expunge(record)
                self.made.ids[entity, side] = self.keys[key] = self._taken(model, values, error)
                return self.keys[key]
            self.made.ids[entity, side] = self.keys[key] = record.id
            for known, text, name, owner in self.pending[marks:]:
                if owner == entity:
                    known[text] = (entity, record.id, name)
        return self.made.ids[entity, side]

    @staticmethod
    def _taken(model: type[Entity], values: dict[str, Any], error: RuleError) -> int:
        """The row of the set-up that holds the natural key already. AssertionError for any other refusal."""
        fields = [fields_of(model)[name] for name in model.natural_key]
        same = [getattr(model, each.column) == values.get(each.name) for each in fields]
        found = session().scalars(sa.select(model.id).where(*same)).first() if same else None
        said = {name: str(problem) for name, problem in error.problems.items()}
        assert found is not None, f"ASKED_BY_RULES lacks something for {model.entity_name()}: {said}"
        return found

    def values(self, model: type[Entity], side: str) -> dict[str, Any]:
        """Typed values by outer field name for a row of the side that passes every check."""
        owner = SIDES[side][0]
        found: dict[str, Any] = {}
        for name, each in fields_of(model).items():
            if name not in ("id", "owner", "team", "created_at", "updated_at") and self._is_wanted(model, each):
                found[name] = self._value(model, each, side)
        found |= ASKED_BY_RULES.get(model.entity_name(), lambda side: {})(side)
        if not model.reference:
            found["owner"] = self.users[owner] if owner else None
        return found

    def _is_wanted(self, model: type[Entity], each: Field) -> bool:
        if each.name in (model.through, *model.hangs_on) or each.name in PERSONAL.get(model.entity_name(), ()):
            return True
        if each.kind == "long_text" and not each.readonly:
            return True
        column = getattr(model, each.column).property
        has_default = each.kind != "many" and column.columns[0].default is not None
        is_needed = each.required and (not has_default or each.kind == "pointer")
        return is_needed or (each.name in (model.title_field, *model.lookup_keys) and not each.readonly
                             and not has_default)

    def _value(self, model: type[Entity], each: Field, side: str) -> Any:
        self.count += 1
        parents = SIDES[side][1]
        if each.kind == "pointer":
            return self.make(each.target, parents)
        if each.kind == "user":
            return self.users[SIDES[side][0] or "admin"]
        if each.kind == "about":
            return f"customer:{self.make('customer', parents)}"
        if each.kind == "personal":
            return self._private(model, each)
        if each.choices:
            place = list(SIDES).index(side) if each.name in model.natural_key else 0
            return list(each.choices)[place % len(each.choices)]
        if each.kind in ("text", "long_text"):
            return self._mark(model, each)
        number = self.count % 300 if each.name in model.natural_key else max(1, int(each.least or 0))
        plain = {"integer": number, "decimal": 1, "money": 100, "boolean": True, "moment": clock.now(),
                 "date": FIRST_DAY + dt.timedelta(days=self.count)}
        return plain[each.kind]

    def _mark(self, model: type[Entity], each: Field) -> str:
        if each.max_length and each.max_length < LEAST_MARK:
            return "CNY"
        text = f"Zq{self.count}q"
        self.pending.append((self.made.marks, text, each.name, model.entity_name()))
        return text

    def _private(self, model: type[Entity], each: Field) -> str:
        kind = getattr(model, each.column).property.columns[0].type.normal
        shown = {"phone": f"139{self.count:08d}", "email": f"zq{self.count}p@", "text": f"wx{self.count}w",
                 "date": (FIRST_BIRTH + dt.timedelta(days=self.count)).isoformat()}[kind]
        self.pending.append((self.made.private, shown, each.name, model.entity_name()))
        return f"{shown}example.com" if kind == "email" else shown
