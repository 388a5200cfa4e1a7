"""Thresholds and switches that an admin edits as rows: declared in code, changed without it."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from app.kernel import fields
from app.kernel.database import session
from app.kernel.entity import Entity, Values, living_key
from app.kernel.fields import Field
from app.kernel.judge import judge_field
from app.kernel.problems import N_, Problem, problem
from app.kernel.rights.hook import UNSCOPED
from app.kernel.typed import is_problem, typed


@dataclass(frozen=True)
class Declared:
    """A setting as code states it. `kind` is integer, decimal, boolean or text."""

    name: str
    default: Any
    kind: str
    label: Any
    help: Any = ""
    least: float | None = None
    most: float | None = None

    def field(self) -> Field:
        return Field(name="value", column="value", kind=self.kind, label=self.label, least=self.least, most=self.most,
                     max_length=500)


_declared: dict[str, Declared] = {}


def declare(name: str, *, default: Any, kind: str, label: Any, help: Any = "", least: float | None = None,
            most: float | None = None) -> None:
    """State a setting; its row is made by ``crm init`` and edited in the settings screen."""
    _declared[name] = Declared(name, default, kind, label, help, least, most)


def declared() -> dict[str, Declared]:
    """All settings by name."""
    return dict(_declared)


class Setting(Entity):
    """The chosen value of one declared setting, as text."""

    __tablename__ = "setting"
    __table_args__ = (living_key("setting", "name"),)
    entity_label, entity_label_plural = _l("Setting"), _l("Settings")
    natural_key = ("name",)
    lookup_keys = ("name",)
    reference = True

    name = fields.text(_l("Name"), 80, required=True)
    value = fields.text(_l("Value"), 500)

    @classmethod
    def check(cls, values: Values, before: Values | None = None) -> dict[str, Problem]:
        known = _declared.get(values["name"])
        if known is None:
            return {"name": problem(N_("There is no setting of this name."))}
        value = typed(known.field(), values.get("value"))
        found = value if is_problem(value) else judge_field(known.field(), value)
        return {"value": found} if found else {}


def read_setting(name: str) -> Any:
    """The typed value in force: the row's, else the declared default. KeyError for an undeclared name."""
    known = _declared[name]
    cache = session().info.setdefault("found", {})
    if "settings" not in cache:
        rows = session().execute(sa.select(Setting.name, Setting.value).where(Setting.deleted_at.is_(None)),
                                 execution_options={UNSCOPED: True})
        cache["settings"] = {row.name: row.value for row in rows}
    stored = cache["settings"].get(name)
    return known.default if stored in (None, "") else typed(known.field(), stored)
