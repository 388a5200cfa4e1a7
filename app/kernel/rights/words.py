"""The vocabulary of rights: verbs, scope words, column modes."""

from flask_babel import lazy_gettext as _l

VERBS = {
    "read": _l("Read"),
    "create": _l("Create"),
    "edit": _l("Edit"),
    "delete": _l("Delete"),
    "assign": _l("Assign"),
    "mass_edit": _l("Mass edit"),
    "export": _l("Export"),
    "import": _l("Import"),
}

# `own` includes records on which the actor is a collaborator; `through` is: readable because the parent is readable.
SCOPES = {
    "own": _l("Own"),
    "pool": _l("Public pool"),
    "team": _l("Own team"),
    "tree": _l("Own team and those below"),
    "through": _l("Through the record it hangs on"),
    "all": _l("All"),
}

# From most to least open; with several roles the most open one counts.
COLUMN_MODES = {
    "write": _l("Write"),
    "read": _l("Read only"),
    "mask": _l("Masked"),
    "hide": _l("Hidden"),
}

MASK = "•••"
