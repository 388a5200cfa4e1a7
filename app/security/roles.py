"""The seven role templates as data. ``crm init`` writes them once; an admin edits the rows afterwards.

A grant is ``entity: {verb: scope words}``; ``*`` stands for every entity that a template does not name itself.
"""

from collections.abc import Mapping

Grants = Mapping[str, Mapping[str, str]]

FULL = dict.fromkeys(("read", "create", "edit", "delete", "assign", "mass_edit", "export", "import"), "all")
READ_ALL = {"read": "all", "export": "all"}
READ_ONLY = {"read": "all"}

CUSTOMER_SIDE = ("customer", "contact", "interaction")
SALES_SIDE = ("lead", "opportunity", "opportunity_line", "order", "order_line")
# Catalogues and settings that everybody reads and an admin keeps.
CATALOGUES = ("team", "user_profile", "tag", "product", "pipeline", "stage", "competitor", "ticket_category", "queue",
              "loss_reason", "lead_source", "industry", "region", "product_category", "currency_rate", "skill",
              "reminder_step", "win_back_plan")
# Logs that follow the record they are about.
HISTORIES = ("lifecycle_change", "stage_change")
# Nightly pictures: sums that name no record.
SNAPSHOTS = ("pipeline_snapshot", "segment_snapshot")
DESK_SIDE = ("task", "attachment", "notification", "saved_view", "import_batch")
PERSONAL = {"customer": ("phone", "email", "birth_date", "address"),
            "contact": ("phone", "email", "birth_date", "wechat"), "lead": ("phone", "email")}


def spread(entities: tuple[str, ...], grants: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The same grants for each of `entities`."""
    return {entity: dict(grants) for entity in entities}


OWN_DESK = {
    # Anybody may ask a colleague of any team for something: `made` lets him follow it, take it back or pass it on, and
    # create it for another in the first place. He does not edit what he gave away.
    "task": {"read": "own made through", "create": "all", "edit": "own", "delete": "own", "assign": "made",
             "mass_edit": "own", "export": "own"},
    "attachment": {"read": "own through", "create": "own", "edit": "own", "delete": "own"},
    "notification": {"read": "own", "edit": "own", "delete": "own"},
    "saved_view": {"read": "own shared", "create": "own", "edit": "own", "delete": "own"},
    "import_batch": {"read": "own"},
}

TREE = {"read": "tree pool", "create": "tree", "edit": "tree", "delete": "tree", "assign": "tree", "mass_edit": "tree",
        "export": "tree", "import": "tree"}

MANAGER: dict[str, Mapping[str, str]] = {
    **spread(HISTORIES, {"read": "tree through", "export": "tree"}),
    **spread(SNAPSHOTS, {"read": "tree", "export": "tree"}),
    **spread((*CUSTOMER_SIDE, *SALES_SIDE), TREE),
    **spread(("customer", "lead"), {**TREE, "claim": "pool", "release": "tree"}),
    **spread(("ticket", "ticket_message"), {"read": "tree through", "create": "all", "edit": "tree", "delete": "tree",
                                            "assign": "tree", "mass_edit": "tree", "export": "tree"}),
    **spread(CATALOGUES, READ_ALL),
    **OWN_DESK,
    "task": {**OWN_DESK["task"], "read": "own made tree through", "edit": "own tree",
             "assign": "made tree"},
    "churn_alert": {"read": "tree through", "edit": "tree", "assign": "tree", "export": "tree"},
    "rule": {"read": "tree", "create": "tree", "edit": "tree", "delete": "tree"},
    "rule_run": {"read": "tree"},
    "agent": {"read": "tree", "edit": "tree"},
    "audit_entry": {"read": "tree", "export": "tree"},
    "import_batch": {"read": "tree"},
}

SALES: dict[str, Mapping[str, str]] = {
    **spread(HISTORIES, {"read": "own through"}),
    "pipeline_snapshot": {"read": "own"},
    **spread(CUSTOMER_SIDE, {"read": "own pool", "create": "own", "edit": "own", "delete": "own", "mass_edit": "own",
                             "export": "own", "claim": "pool", "release": "own"}),
    "contact": {"read": "own through", "create": "own", "edit": "own", "delete": "own", "mass_edit": "own",
                "export": "own"},
    "interaction": {"read": "own through", "create": "own", "edit": "own", "delete": "own", "export": "own"},
    **spread(("lead",), {"read": "own pool", "create": "own", "edit": "own", "delete": "own", "mass_edit": "own",
                         "export": "own", "claim": "pool", "release": "own"}),
    **spread(SALES_SIDE[1:], {"read": "own", "create": "own", "edit": "own", "delete": "own", "mass_edit": "own",
                              "export": "own"}),
    **spread(("ticket", "ticket_message"), {"read": "through own", "create": "all"}),
    **spread(CATALOGUES, READ_ONLY),
    **OWN_DESK,
    "churn_alert": {"read": "own through", "edit": "own"},
}

SUPPORT: dict[str, Mapping[str, str]] = {
    **spread(HISTORIES, {"read": "through"}),
    **spread(("customer", "contact"), READ_ONLY),
    "interaction": {"read": "all", "create": "own", "edit": "own", "delete": "own"},
    **spread(SALES_SIDE, {"read": "through"}),
    "lead": {},
    "ticket": {"read": "own queue", "create": "all", "edit": "own queue", "mass_edit": "own queue",
               "export": "own queue", "assign": "queue"},
    "ticket_message": {"read": "own through", "create": "own", "edit": "own"},
    **spread(CATALOGUES, READ_ONLY),
    **OWN_DESK,
}

MARKETING: dict[str, Mapping[str, str]] = {
    **spread(CUSTOMER_SIDE, READ_ALL),
    "lead": {"read": "all", "create": "own", "edit": "own", "delete": "own", "export": "all"},
    **spread(SALES_SIDE[1:], {}),
    **spread(CATALOGUES, READ_ALL),
    "tag": {"read": "all", "create": "all", "edit": "all"},
    **OWN_DESK,
}

ANALYST: dict[str, Mapping[str, str]] = {
    **spread((*HISTORIES, *SNAPSHOTS), READ_ALL),
    **spread(CUSTOMER_SIDE, READ_ALL),
    **spread(SALES_SIDE, READ_ALL),
    **spread(("ticket", "ticket_message", "churn_alert"), READ_ALL),
    **spread(CATALOGUES, READ_ALL),
    **OWN_DESK,
}

VIEWER: dict[str, Mapping[str, str]] = {
    **spread((*HISTORIES, *SNAPSHOTS), {"read": "team"}),
    **spread(CUSTOMER_SIDE, {"read": "team"}),
    **spread(SALES_SIDE, {"read": "team"}),
    **spread(("ticket", "ticket_message", "churn_alert"), {"read": "team"}),
    **spread(CATALOGUES, READ_ONLY),
    "task": {"read": "own"},
    "notification": {"read": "own", "edit": "own"},
    "saved_view": {"read": "own shared", "create": "own", "edit": "own", "delete": "own"},
}

TEMPLATES: Mapping[str, Grants] = {
    "Admin": {"*": {**FULL, "claim": "all", "release": "all"}},
    "Manager": MANAGER, "Sales": SALES, "Support": SUPPORT, "Marketing": MARKETING, "Analyst": ANALYST,
    "Viewer": VIEWER,
}

# Rights that belong to no entity.
SPECIALS: Mapping[str, tuple[str, ...]] = {
    "Admin": ("security", "audit", "jobs", "settings", "import", "undo", "charts"),
    "Manager": ("import", "undo", "charts"),
    "Sales": ("charts",), "Support": ("charts",), "Marketing": ("charts",), "Analyst": ("charts",),
    "Viewer": ("charts",),
}

# Roles for which the personal columns of customers, contacts and leads are masked (support: lifted by its tickets).
MASKED = ("Support", "Marketing", "Analyst", "Viewer")


def column_rules(role: str) -> dict[tuple[str, str], str]:
    """The template's column modes by (entity, field)."""
    if role not in MASKED:
        return {}
    return {(entity, field): "mask" for entity, names in PERSONAL.items() for field in names}


# What earlier versions granted where today's templates grant something else; nothing where the text is empty. By it an
# installation is understood that comes from before the sync left a record.
_TASK = {"task": {"read": "own through", "assign": ""}}
EARLIER: Mapping[str, Grants] = {
    "Manager": {"task": {"read": "own tree through", "assign": "tree"},
                **spread(SNAPSHOTS, {"read": "", "export": ""})},
    "Sales": {**_TASK, "pipeline_snapshot": {"read": ""}}, "Support": _TASK, "Marketing": _TASK,
    "Analyst": {**_TASK, **spread(SNAPSHOTS, {"read": "", "export": ""})},
    "Viewer": spread(SNAPSHOTS, {"read": ""}),
}


def followed(held: Mapping[str, str], now: Mapping[str, str], last: Mapping[str, str]) -> list[tuple[str, str]]:
    """What to write as (key, text), an empty text for no right: what stands as at `last` becomes what it is `now`."""
    return [(key, now.get(key, "")) for key in sorted({*now, *last})
            if held.get(key, "") == last.get(key, "") != now.get(key, "")]
