"""Forms from fields: WTForms inputs that keep what was typed and show each problem beside it."""

from collections.abc import Iterable, Mapping
from typing import Any

import wtforms
from flask import url_for
from flask_babel import gettext
from markupsafe import Markup
from wtforms import widgets
from wtforms.utils import unset_value

from app.kernel import clock, money
from app.kernel.actor import Actor
from app.kernel.entity import Entity, scoped_by_table
from app.kernel.fields import Field, fields_of
from app.kernel.judge import judge_field
from app.kernel.language import say_problem
from app.kernel.problems import Problem
from app.kernel.typed import is_problem, typed
from app.kernel.views.lens import Lens, Shown
from app.kernel.views.titles import record_name
from app.kernel.views.wording import DEFAULT_CURRENCY


class TypedField(wtforms.Field):
    """An input whose text becomes a typed value; text and problem survive a refusal."""

    widget = widgets.TextInput()

    def __init__(self, field: Field, actor: Actor, currency: str, **kwargs: Any) -> None:
        super().__init__(label=field.label, description=field.help, **kwargs)
        self.stated, self.actor, self.currency = field, actor, currency
        self.typed: Any = None
        self.raw = ""

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        self.errors = []
        given = formdata.getlist(self.name) if formdata is not None else None
        if given is None:
            self.raw = self.text_of(None if data is unset_value else data)
            return
        self.raw = given[0] if given else ""
        self.typed = typed(self.stated, self.given(given), zone=self.actor.zone, currency=self.currency)

    def given(self, texts: list[str]) -> Any:
        """What the browser sent, as one value."""
        return texts[0] if texts else ("false" if self.stated.kind == "boolean" else "")

    def text_of(self, data: Any) -> str:
        """A stored value as the input shows it."""
        if data is None:
            return ""
        if self.stated.kind == "money":
            return money.plain(data, self.currency)
        if self.stated.kind == "moment":
            return clock.seen_from(self.actor.zone, data).replace(tzinfo=None).isoformat(timespec="minutes")
        return data.isoformat() if self.stated.kind == "date" else str(data)

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        found = self.typed if is_problem(self.typed) else judge_field(self.stated, self.typed)
        self.errors = [say_problem(found)] if isinstance(found, Problem) else []
        return not self.errors

    def _value(self) -> str:
        return self.raw


class _Input(widgets.Input):
    validation_attrs = ("required", "disabled")

    def __init__(self, kind: str, **attributes: Any) -> None:
        super().__init__(kind)
        self.attributes = attributes

    def __call__(self, field: Any, **kwargs: Any) -> Markup:
        if field.stated.max_length:
            kwargs.setdefault("maxlength", field.stated.max_length)
        return super().__call__(field, **{"class": "form-control", **self.attributes, **kwargs})


class _LongText(widgets.TextArea):
    def __call__(self, field: Any, **kwargs: Any) -> Markup:
        return super().__call__(field, **{"class": "form-control", "rows": 4, **kwargs})


class _Check(widgets.Input):
    validation_attrs = ("disabled",)
    input_type = "checkbox"

    def __call__(self, field: Any, **kwargs: Any) -> Markup:
        if str(field.raw).lower() in ("true", "1", "on", "yes"):
            kwargs["checked"] = True
        return super().__call__(field, **{"class": "form-check-input", **kwargs, "value": "true"})


def _option(value: str, label: Any, *, selected: bool) -> Markup:
    chosen = Markup(" selected") if selected else Markup("")
    return Markup('<option value="{}"{}>{}</option>').format(value, chosen, label)


class _Select:
    """A select over few choices; a pointer offers only what is chosen now and looks the rest up while typing."""

    def __call__(self, field: Any, **kwargs: Any) -> Markup:
        attributes = {"class": "form-select", "id": field.id, "name": field.name, **kwargs, **field.attributes()}
        options = Markup("").join(_option(value, label, selected=value in field.chosen())
                                  for value, label in field.options())
        written = Markup(widgets.html_params(**attributes))  # noqa: S704 - html_params escapes every value itself
        return Markup("<select {}>{}</select>").format(written, options)


class ChoiceField(TypedField):
    """One of the declared choices."""

    widget = _Select()

    def attributes(self) -> dict[str, Any]:
        return {}

    def chosen(self) -> set[str]:
        return {self.raw}

    def options(self) -> list[tuple[str, Any]]:
        return [("", "—"), *[(value, label) for value, label in (self.stated.choices or {}).items()]]


class PointerField(TypedField):
    """A record or several, found by typing; `shown` is what the record points at now."""

    widget = _Select()

    def __init__(self, *args: Any, entity: str = "", shown: Shown | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entity, self.shown = entity, shown
        self.sent: list[str] = []

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(formdata, data)
        self.sent = formdata.getlist(self.name) if formdata is not None else []

    def given(self, texts: list[str]) -> Any:
        return [text for text in texts if text] if self.stated.kind == "many" else (texts[0] if texts else "")

    def attributes(self) -> dict[str, Any]:
        address = url_for(f"{self.entity}.lookup", field=self.stated.name) if self.entity else ""
        marks = {"data-lookup": address}
        return {**marks, "multiple": True} if self.stated.kind == "many" else marks

    def chosen(self) -> set[str]:
        return set(self.sent) if self.sent else {value for value, _label in self._current()}

    def options(self) -> list[tuple[str, Any]]:
        blank = [] if self.stated.kind == "many" else [("", "—")]
        known = dict(self._current())
        sent = [(value, known.get(value, f"#{value}")) for value in self.sent if value and value not in known]
        return [*blank, *known.items(), *sent]

    def _current(self) -> list[tuple[str, str]]:
        if self.shown is None or self.shown.value is None:
            return []
        if self.stated.kind == "many":
            return [(str(each.id), record_name(self.actor, each)) for each in self.shown.value]
        return [(str(self.shown.value), self.shown.text)]


class LongTextField(TypedField):
    """Text of several lines."""

    widget = _LongText()


class CheckField(TypedField):
    """A box to tick; a box that is not sent is not ticked."""

    widget = _Check()


class _Locked:
    """An input without a name: no browser sends it."""

    def __call__(self, field: Any, **kwargs: Any) -> Markup:
        attributes = {"class": "form-control", "id": field.id, "value": field.text, **kwargs, "disabled": True}
        written = Markup(widgets.html_params(**attributes))  # noqa: S704 - html_params escapes every value itself
        return Markup("<input {}>").format(written)


class LockedField(wtforms.Field):
    """What the reader may not know, told as locked: it is never sent, so that every save leaves it as it stands."""

    widget = _Locked()

    def __init__(self, field: Field, text: str, **kwargs: Any) -> None:
        super().__init__(label=field.label, description=field.help, **kwargs)
        self.stated, self.text = field, text

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        self.errors = []

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        return True


_INPUTS = {"date": _Input("date"), "moment": _Input("datetime-local"), "integer": _Input("number", step="1"),
           "secret": _Input("password", autocomplete="new-password"), "decimal": _Input("text", inputmode="decimal"),
           "money": _Input("text", inputmode="decimal")}


def _input(field: Field, actor: Actor, currency: str, entity: str, shown: Shown | None) -> Any:
    if field.kind == "choice":
        return wtforms.fields.core.UnboundField(ChoiceField, field, actor, currency)
    if field.kind in ("pointer", "user", "many", "about"):
        return wtforms.fields.core.UnboundField(PointerField, field, actor, currency, entity=entity, shown=shown)
    if field.kind == "long_text":
        return wtforms.fields.core.UnboundField(LongTextField, field, actor, currency)
    if field.kind == "boolean":
        return wtforms.fields.core.UnboundField(CheckField, field, actor, currency)
    widget = _INPUTS.get(field.kind, _Input("text"))
    return wtforms.fields.core.UnboundField(TypedField, field, actor, currency, widget=widget)


class EntityForm(wtforms.Form):
    """The form of one record; `asked` is what may be saved."""

    def asked(self) -> dict[str, Any]:
        """The raw values by field, for the one way of saving."""
        return {field.name: field.given(_sent(field)) for field in self if isinstance(field, TypedField)}

    def add_problems(self, problems: Mapping[str, Problem]) -> list[str]:
        """Put each problem beside its field; what belongs to no field of the form is returned as sentences."""
        rest = []
        for name, found in problems.items():
            sentence = say_problem(found)
            if name in self:
                self[name].errors = [*self[name].errors, sentence]
            else:
                rest.append(sentence if not name else f"{name}: {sentence}")
        return rest


def _sent(field: Any) -> list[str]:
    if isinstance(field, PointerField):
        return field.sent
    if isinstance(field, CheckField):
        return [field.raw] if field.raw else []
    return [field.raw]


def form_for(model: type[Entity], names: Iterable[str], actor: Actor, *, entity: str, formdata: Any = None,
             record: Entity | None = None, initial: Mapping[str, Any] | None = None,
             extra: Mapping[str, Field] | None = None) -> EntityForm:
    """A form over the fields `names` (of `model` or `extra`), filled from `formdata`, else `record`, else `initial`.

    What is locked for the reader is shown as locked and cannot be sent, so that saving the rest never touches it.
    """
    known = {**fields_of(model), **(extra or {})}
    currency = getattr(record, "currency", None) or (initial or {}).get("currency") or DEFAULT_CURRENCY
    names = list(names)
    lens = Lens(actor, model, [record] if record is not None else [], names)
    inputs, data = {}, dict(initial or {})
    for name in names:
        field = known[name]
        shown = lens.show(record, name) if record is not None and name in fields_of(model) else None
        if shown is not None and shown.state:
            if shown.state != "hidden":
                inputs[name] = wtforms.fields.core.UnboundField(LockedField, field, shown.text)
            continue
        if shown is None and field.kind in ("pointer", "user", "many", "about"):
            shown = _initial_pointer(field, data.get(name))
        inputs[name] = _input(field, actor, currency, entity, shown)
        if record is not None and field.kind != "many" and name in fields_of(model):
            data[name] = getattr(record, field.column)
    form_class = type("Form", (EntityForm,), inputs)
    return form_class(formdata=formdata, data=data)


def _initial_pointer(field: Field, value: Any) -> Shown | None:
    is_known = field.kind == "about" or scoped_by_table().get(field.target or "") is not None
    if not value or not is_known or field.kind == "many":
        return None
    return Shown("pointer", value, gettext("chosen"))
