"""Which view shows which entity: filled while the site map is registered, asked by links, look-ups and tests."""

from typing import Any

from flask import current_app, url_for


def views() -> dict[str, Any]:
    """The registered entity views of the current application by entity name."""
    return current_app.extensions.setdefault("entity_views", {})


def view_of(entity: str) -> Any:
    """The view of an entity, or None if it has no screens of its own."""
    return views().get(entity)


def record_url(entity: str, record_id: int | None) -> str:
    """The address of a record's page, "" if it has none."""
    return url_for(f"{entity}.show", pk=record_id) if entity in views() and record_id is not None else ""
