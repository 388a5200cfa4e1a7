"""The parts of a page that depend on the roles of the reader alone: made once for all who hold the same.

They lie with the rights of these roles and are forgotten with them, at the next request after any change of rights.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import current_app, request
from flask_babel import get_locale
from markupsafe import Markup

from app.kernel.actor import NOBODY, acting_or_none
from app.kernel.filters.text import fold
from app.kernel.search.spoken import spoken_of
from app.kernel.views import site

Made = TypeVar("Made")


@dataclass(frozen=True)
class MenuEntry:
    """One line of the menu."""

    label: str
    url: str
    base: str
    icon: str
    entity: str = ""


@dataclass(frozen=True)
class MenuSection:
    """A heading with its lines."""

    label: str
    icon: str
    items: tuple[MenuEntry, ...]
    folded: bool = False


def kept(make: Callable[[], Made], *name: str) -> Made:
    """What `make` answers, once for the roles of the actor and the language; `name` tells it from all else.

    `make` may look at nothing but rights, language and declarations: no record, no address, nothing of the person.
    """
    actor = acting_or_none()
    if actor is None:
        return make()
    key = (*name, get_locale(), request.script_root)
    if key not in actor.shared:
        actor.shared[key] = make()
    return actor.shared[key]


def rendered(template: str, **values: Any) -> Markup:
    """A template of a part of a page."""
    return Markup(current_app.jinja_env.get_template(template).render(**values))  # noqa: S704 - templates escape


def menu() -> Markup:
    """The menu of the actor with the current page marked and its section open."""
    html, marks = kept(_menu, "menu")
    for base, link, closed in marks:
        if request.path.startswith(base):
            html = html.replace(link, f'{link} aria-current="page"', 1)
            html = html.replace(closed, f"{closed} open", 1) if closed else html
    return Markup(html)  # noqa: S704 - rendered by a template


def _menu() -> tuple[str, list[tuple[str, str, str]]]:
    sections = menu_sections()
    marks = [(item.base, f'href="{item.url}"', f'<details data-section="{section.icon}"' if section.folded else "")
             for section in sections for item in section.items]
    return str(rendered("crm/menu.html", sections=sections)), marks


def quick() -> Markup:
    """The links of "New" at the top of every page: what the actor may create, in the order of the site map."""
    return kept(_quick, "quick")


def _quick() -> Markup:
    return rendered("crm/quick.html", views=_quick_views())


def _quick_views() -> list[Any]:
    actor = acting_or_none()
    return [view for entity in site.quick() if (view := site.view_of(entity)) is not None
            and actor is not None and actor.may("create", entity)]


def palette() -> Markup:
    """What the command palette offers before anything is typed: what the actor may make, and the pages of his menu."""
    return kept(_palette, "palette")


def _palette() -> Markup:
    pages = [(section.label, [(item, _words(item.label)) for item in section.items]) for section in menu_sections()]
    makes = [(view, _words(str(view.model.entity_label))) for view in _quick_views()]
    return rendered("crm/palette.html", pages=pages, makes=makes)


def _words(label: str) -> str:
    """What a label is found by: its letters without spaces, and how its Chinese signs may be spelled."""
    return " ".join([fold(label).replace(" ", ""), *(spoken_of([label]) or "").replace("^", "").split()])


def key_sheet() -> Markup:
    """The sheet of the keys, the same for all who read a language."""
    return kept(lambda: rendered("crm/keys.html"), "keys")


def menu_sections() -> list[MenuSection]:
    """The menu of the actor, from Flask-AppBuilder's menu in the order of the site map."""
    sections = []
    for section in current_app.appbuilder.menu.get_list():
        items = tuple(_entry(item) for item in section.childs if item.should_render() and _may_open(item))
        if items:
            sections.append(MenuSection(str(section.label), section.icon, items, section.icon in site.folded()))
    return sections


def _may_open(item: Any) -> bool:
    actor, entity = acting_or_none(), getattr(item.baseview, "entity", None)
    return actor is not None and actor is not NOBODY and (entity is None or actor.may("read", entity))


def _entry(item: Any) -> MenuEntry:
    url = item.get_url()
    entity = getattr(item.baseview, "entity", "")
    return MenuEntry(str(item.label), url, url.removesuffix("list/"), item.icon, entity)
