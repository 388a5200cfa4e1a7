"""Which view shows which entity: filled while the site map is registered, asked by links, look-ups and tests."""

from typing import Any

from flask import current_app, has_request_context, request


def views() -> dict[str, Any]:
    """The registered entity views of the current application by entity name."""
    return current_app.extensions.setdefault("entity_views", {})


def view_of(entity: str) -> Any:
    """The view of an entity, or None if it has no screens of its own."""
    return views().get(entity)


def quick() -> list[str]:
    """The entities that "New" at the top of every page offers, in order."""
    return current_app.extensions.setdefault("quick_entities", [])


def folded() -> set[str]:
    """The icons of the menu's sections that are closed until somebody opens them."""
    return current_app.extensions.setdefault("folded_sections", set())


def record_url(entity: str, record_id: int | None) -> str:
    """The address of a record's page, "" if it has none."""
    base = record_base(entity)
    return f"{base}{record_id}" if base and record_id is not None else ""


def record_base(entity: str) -> str:
    """What the addresses of the pages of an entity's records begin with, before the id; "" if there are none."""
    view = view_of(entity)
    if view is None:
        return ""
    return f"{request.script_root if has_request_context() else ''}{view.route_base}/show/"
