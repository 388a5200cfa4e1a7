"""What the API says about an entity: ``_info`` and the OpenAPI schemas, from the same fields as every screen."""

from typing import Any

from app.kernel import filters
from app.kernel.actor import acting
from app.kernel.entity import Entity
from app.kernel.fields import Field, fields_of
from app.kernel.language import in_language
from app.kernel.rights import columns

TYPES: dict[str, dict[str, Any]] = {
    "integer": {"type": "integer"}, "decimal": {"type": "string", "format": "decimal"},
    "money": {"type": "string", "format": "decimal"}, "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"}, "moment": {"type": "string", "format": "date-time"},
    "pointer": {"type": "integer"}, "user": {"type": "integer"}, "json": {"type": "object"},
    "many": {"type": "array", "items": {"type": "integer"}},
}


def field_info(field: Field) -> dict[str, Any]:
    """One field for ``_info``; related rows are never listed, only where to look them up."""
    info: dict[str, Any] = {"name": field.name, "label": str(field.label), "type": field.kind,
                            "required": field.required, "description": str(field.help)}
    if field.choices:
        info["choices"] = [{"value": value, "label": str(label)} for value, label in field.choices.items()]
    if field.max_length:
        info["max_length"] = field.max_length
    if field.kind in ("pointer", "user", "many", "about"):
        info["lookup"] = f"lookup?field={field.name}"
    return info


def info(view: Any) -> dict[str, Any]:
    """What ``_info`` answers: verbs, fields that may be written, and filters that may be asked."""
    actor, model = acting(), view.model
    verbs = ("read", "create", "edit", "delete", "assign", "mass_edit", "export", "import")
    writable = [field_info(field) for field in columns.writable_fields(actor, model).values()] \
        if issubclass(model, Entity) and not view.read_only else []
    usable = {name: [{"name": str(filters.operator_word(filters_kind(field), each)), "operator": each}
                     for each in filters.operators_for(field)]
              for name, field in fields_of(model).items() if columns.may_use(actor, model, name)}
    return {"permissions": [f"can_{verb}" for verb in verbs if actor.may(verb, view.entity)],
            "add_columns": writable if actor.may("create", view.entity) else [],
            "edit_columns": writable if actor.may("edit", view.entity) else [],
            "add_title": str(view.add_title), "edit_title": str(view.edit_title), "filters": usable}


def filters_kind(field: Field) -> str:
    """The kind by which operators are worded."""
    return field.kind


def schema(model: type, *, writable: bool) -> dict[str, Any]:
    """The OpenAPI schema of an entity: as it is read, or as it may be written; labels in both languages."""
    properties = {}
    for field in fields_of(model).values():
        if writable and field.readonly:
            continue
        kind = dict(TYPES.get(field.kind, {"type": "string"}))
        if not writable and field.kind in ("pointer", "user"):
            kind = {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}}
        elif not writable and field.kind == "about":
            kind = {"type": "object", "properties": {"entity": {"type": "string"}, "id": {"type": "integer"},
                                                     "name": {"type": "string"}}}
        if field.choices:
            kind["enum"] = list(field.choices)
        if field.max_length:
            kind["maxLength"] = field.max_length
        labels = {language: in_language(field.label, language) for language in ("en", "zh")}
        properties[field.name] = {**kind, "nullable": not field.required, "x-labels": labels,
                                  "title": labels["en"]}
    required = [field.name for field in fields_of(model).values()
                if writable and field.required and not field.readonly]
    return {"type": "object", "properties": properties, **({"required": required} if required else {})}
