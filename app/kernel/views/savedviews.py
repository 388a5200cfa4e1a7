"""The tabs above a list: the views that the product declares, and those that users keep."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for

from app.kernel import filters
from app.kernel.views import shell

# entity -> (label, query of the address) of each kept view that the actor may read
Kept = Callable[[str], Iterable[tuple[str, str]]]
_sources: dict[str, Kept] = {}
_sharing: dict[str, Any] = {}


def set_kept_views(kept: Kept, sharing: Mapping[str, Any]) -> None:
    """Name where the users' own views come from, and with whom one may be shared, in words; the desk does."""
    _sources["kept"] = kept
    _sharing.update(sharing)


def sharing() -> Mapping[str, Any]:
    """With whom a kept view may be shared, by value."""
    return _sharing


@dataclass(frozen=True)
class Tab:
    """One tab above a list."""

    label: str
    url: str


def saved_views_of(view: Any) -> list[Tab]:
    """The declared views and the kept ones that the actor may read."""
    base = url_for(f"{view.entity}.list")
    tabs = shell.kept(lambda: [Tab(str(each.label), f"{base}?{filters.to_query(each.tree())}")
                               for each in view.saved_views], "tabs", view.entity)
    return tabs + [Tab(label, f"{base}?{query}") for kept in _sources.values() for label, query in kept(view.entity)]
