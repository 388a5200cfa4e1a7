"""What rights are called on the screen, and the order in which entities stand there: that of the menu."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.kernel.entity import scoped_by_table
from app.kernel.rights.states import named_verbs_of
from app.kernel.rights.words import SCOPES, VERBS
from app.kernel.views import shell, site

SPECIALS = {
    "security": _l("Change users, roles and rights"), "audit": _l("Read the whole audit"),
    "jobs": _l("See and start jobs"), "settings": _l("Change settings"), "import": _l("Import files"),
    "undo": _l("Take batches back"), "charts": _l("See charts"),
}

# The templates' roles; what an administrator adds is called as he calls it.
ROLES = {"Admin": _l("Administrator"), "Manager": _l("Sales manager"), "Sales": _l("Salesperson"),
         "Support": _l("Customer service"), "Marketing": _l("Marketing"), "Analyst": _l("Analyst"),
         "Viewer": _l("Viewer")}


def role_label(name: str) -> str:
    """What a role is called: the name in the reader's language, and the name by which it is given."""
    return f"{ROLES[name]} ({name})" if name in ROLES and str(ROLES[name]) != name else name


def verbs_of(entity: str) -> list[str]:
    """The verbs that may be granted on an entity."""
    return [*VERBS, *named_verbs_of(entity)]


def verb_label(entity: str, verb: str) -> Any:
    """What a verb is called: a named one as its action on the entity's screens."""
    actions = {action.right: action.label for action in getattr(site.view_of(entity), "declared_actions", {}).values()}
    return VERBS.get(verb) or actions.get(verb, verb)


def scope_label(model: Any, word: str) -> Any:
    """What a scope word is called."""
    return SCOPES.get(word) or model.scope_labels.get(word, word)


def all_scopes() -> dict[str, Any]:
    """Every scope word with its label, those that only one entity knows last."""
    named = {word: label for model in scoped_by_table().values() for word, label in model.scope_labels.items()}
    return {**SCOPES, **named}


def matrix() -> list[tuple[str, list[dict[str, Any]]]]:
    """Every entity in the sections of the menu: {name, model, verbs: {verb: label}, named: the same, words}."""
    placed, sections = set(), []
    for section in shell.menu_sections():
        names = [name for item in section.items if (name := getattr(item, "entity", "")) in scoped_by_table()]
        placed |= set(names)
        sections.append((section.label, [_row(name) for name in names]))
    others = [_row(name) for name in sorted(scoped_by_table()) if name not in placed]
    return [(label, rows) for label, rows in [*sections, (gettext("Without screens"), others)] if rows]


def _row(name: str) -> dict[str, Any]:
    model = scoped_by_table()[name]
    named = {verb: verb_label(name, verb) for verb in named_verbs_of(name)}
    return {"name": name, "model": model, "verbs": VERBS, "named": named,
            "words": " ".join([*SCOPES, *model.named_scopes])}
