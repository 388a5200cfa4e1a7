"""Values in the words of a reader: what depends on field, language and zone is found out once, not for every value."""

import decimal
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from flask_babel import gettext

from app.kernel import clock, money
from app.kernel.actor import Actor
from app.kernel.fields import Field

DEFAULT_CURRENCY = "CNY"


def spoken(field: Field, value: Any, currency: str, actor: Actor) -> str:
    """A value in the reader's language and zone."""
    return speaker(field, actor)(value, currency)


def speaker(field: Field, actor: Actor) -> Callable[[Any, str], str]:
    """What says values of a field, each with its currency, in the reader's language and zone."""
    if field.kind == "choice":
        return partial(_choice, field.choices or {}, {})
    if field.kind == "money":
        return lambda value, currency: money.spoken(value, currency, actor.locale or "zh")
    # Days and moments are written in digits alone, the same in every language.
    if field.kind == "moment":
        return lambda value, _: clock.seen_from(actor.zone, value).replace(tzinfo=None).isoformat(" ", "minutes")
    if field.kind == "date":
        return lambda value, _: value.isoformat()[:10]
    return lambda value, _: _said(field.kind, value)


def _choice(labels: Mapping[str, Any], said: dict[Any, str], value: Any, _currency: str) -> str:
    if value not in said:
        said[value] = str(labels.get(value, value))
    return said[value]


def _said(kind: str, value: Any) -> str:
    if kind == "boolean":
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, decimal.Decimal):
        return format(value.normalize(), "f")
    return str(value)
