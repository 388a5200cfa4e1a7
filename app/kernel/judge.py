"""The judgement of a whole record: what follows from its columns, then what its class says. Pure but for the model."""

import datetime as dt
import decimal
import re
from typing import Any

from app.kernel import about
from app.kernel.entity import Entity, Values
from app.kernel.fields import Field, fields_of
from app.kernel.problems import N_, Problem, Problems, problem

# A pointer whose target is created in the same flush has no id yet, but is set.
PENDING = object()

TYPES: dict[str, tuple[type, ...]] = {
    "text": (str,), "secret": (str,), "long_text": (str,), "personal": (str,), "choice": (str,), "about": (str,),
    "integer": (int,), "money": (int,),
    "pointer": (int,), "user": (int,), "boolean": (bool,), "decimal": (int, decimal.Decimal), "date": (dt.date,),
    "moment": (dt.datetime,),
}

# What a column can hold on both databases; of money, whose sums must fit into 64 bits too, a thousandth of it.
LIMITS = {"integer": 2**31 - 1, "pointer": 2**31 - 1, "user": 2**31 - 1, "money": 10**16 - 1, "decimal": 10**14}

# Control characters but tab and line ends, and halves of surrogate pairs.
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
NOT_STORABLE = N_("This text has characters that cannot be stored.")


def is_storable(text: str) -> bool:
    """Whether both databases can hold every character."""
    return _UNSTORABLE.search(text) is None


def is_id(value: Any) -> bool:
    """Whether a row may have this number; another one must not even be asked for, the databases refuse to read it."""
    return type(value) is int and 0 < value <= LIMITS["pointer"]


def judge(model: type[Entity], values: Values, before: Values | None = None) -> Problems:
    """Every problem of the record by field; an empty answer lets it pass."""
    problems = {}
    for field in fields_of(model).values():
        value = values.get(field.name)
        # Most fields of most records are empty: nothing to judge unless they are required.
        found = judge_field(field, value) if value is not None or field.required else None
        if found is not None:
            problems[field.name] = found
    if not problems:
        problems.update(model.check(values, before))
    return problems


def judge_field(field: Field, value: Any) -> Problem | None:
    """What is wrong with one value by its column alone."""
    if value is PENDING or field.kind in ("json", "many"):
        return None
    if value is None or value == "":
        return problem(N_("This field is required.")) if field.required and field.name != "id" else None
    if not _is_typed(field, value):
        return problem(N_("This value has the wrong type."))
    return _text_problem(field, value) if isinstance(value, str) else _range_problem(field, value)


def _is_typed(field: Field, value: Any) -> bool:
    if isinstance(value, bool) and field.kind != "boolean":
        return False
    if field.kind == "moment":
        return isinstance(value, dt.datetime) and value.tzinfo is not None
    if field.kind == "date":
        return isinstance(value, dt.date) and not isinstance(value, dt.datetime)
    return isinstance(value, TYPES[field.kind])


def _text_problem(field: Field, value: str) -> Problem | None:
    if field.kind == "about" and about.split(value) is None:
        return problem(N_("“%(value)s” names no record: write its entity and number, such as customer:5."),
                       value=value[:40])
    if field.choices is not None and value not in field.choices:
        return problem(N_("“%(value)s” is not one of the choices."), value=value[:40])
    if field.max_length is not None and len(value) > field.max_length:
        return problem(N_("At most %(most)d characters, this has %(count)d."), most=field.max_length, count=len(value))
    return None if is_storable(value) else problem(NOT_STORABLE)


def _range_problem(field: Field, value: Any) -> Problem | None:
    if field.least is not None and value < field.least:
        return problem(N_("At least %(least)s."), least=field.least)
    if field.most is not None and value > field.most:
        return problem(N_("At most %(most)s."), most=field.most)
    if field.kind in LIMITS and abs(value) > LIMITS[field.kind]:
        return problem(N_("This number is too large."))
    return None
