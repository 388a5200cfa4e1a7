"""What a list, chart, export or bulk action is asked for, read from the address and bound to rights."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from app.kernel import filters
from app.kernel.actor import Actor, acting
from app.kernel.entity import Entity, Scoped, scoped_by_table
from app.kernel.errors import RuleError
from app.kernel.fields import Field, fields_of
from app.kernel.filters import EVERYTHING, Context, Or, Tree, Where, all_of
from app.kernel.problems import N_, problem
from app.kernel.rights import columns
from app.kernel.rights.hook import PROBING
from app.kernel.rights.statements import once
from app.kernel.rights.words import MASK
from app.kernel.search import parts
from app.kernel.search.narrow import Search
from app.kernel.views.keyset import Order

PAGE_SIZES = (25, 50, 100)
MAX_SIZE = 100
LONGEST_PLACE = 2_000
SORTED_SIGNS = 100


@dataclass(frozen=True)
class Asked:
    """Filter tree, search text, sort field, page (from 1) and size of one request for rows.

    `after` and `before` name a place (`keyset.Order.token`): the page lies behind or before it, whatever `page` says;
    `exact` asks for the whole count.
    """

    tree: Tree = EVERYTHING
    text: str = ""
    sort: str = ""
    descending: bool = False
    page: int = 1
    size: int = PAGE_SIZES[0]
    columns: tuple[str, ...] = ()
    deleted: bool = False
    after: str = ""
    before: str = ""
    exact: bool = False

    def narrowed(self, tree: Tree) -> "Asked":
        return replace(self, tree=all_of(self.tree, tree))


def _number(text: Any, default: int, most: int) -> int:
    try:
        return min(max(int(text), 1), most)
    except (TypeError, ValueError):
        return default


def _all(args: Any, name: str) -> list[str]:
    """Every value of an argument, as boxes of one name send them."""
    return args.getlist(name) if hasattr(args, "getlist") else [str(args.get(name, ""))]


def from_address(args: Any) -> Asked:
    """Read ``?stage.category=won&q=...&sort=-amount&page_size=50&columns=name,owner``. Malformed if unreadable."""
    sort = str(args.get("sort", ""))[:80]
    names = tuple(name for name in ",".join(_all(args, "columns")).split(",") if name)[:60]
    page, size = _number(args.get("page"), 1, 10_000_000), _number(args.get("page_size"), PAGE_SIZES[0], MAX_SIZE)
    return Asked(filters.parse(args), str(args.get("q", "")).strip()[:200], sort.removeprefix("-"),
                 sort.startswith("-"), page, size, names, after=str(args.get("after", ""))[:LONGEST_PLACE],
                 before=str(args.get("before", ""))[:LONGEST_PLACE], exact=args.get("count") == "exact")


def usable(actor: Actor, model: type[Scoped]) -> Callable[[str], bool]:
    """Whether a dotted field may be filtered, sorted and grouped by: every step readable, no step masked or hidden."""

    def may_use(dotted: str) -> bool:
        at: type[Scoped] | None = model
        for name in dotted.split("."):
            field = fields_of(at).get(name) if at is not None else None
            if field is None or not columns.may_use(actor, at, name):
                return False
            at = scoped_by_table().get(field.target or "")
            if at is not None and field.kind != "user" and not actor.may("read", at.entity_name()):
                return False
        return True

    return may_use


def context_of(actor: Actor) -> Context:
    """How the actor's words in filters are understood."""
    return Context(user_id=actor.id, zone=actor.zone)


def condition(model: type[Scoped], tree: Tree, actor: Actor | None = None, at: Any = None) -> Any:
    """`tree` as SQL for the actor in force, on `at`, an alias of `model`, if one is given.

    RuleError by field where it cannot be asked.
    """
    actor = actor or acting()
    return filters.compile_filter(filters.bind(tree, model, usable(actor, model), context_of(actor)), at or model)


def search_tree(model: type[Scoped], text_columns: list[str], text: str) -> Tree:
    """The one search box: any of the text columns contains the text; personal ones must equal it."""
    may_use = usable(acting(), model)
    return Or(tuple(Where(dotted, "eq" if _is_personal(model, dotted) else "contains", text)
                    for dotted in text_columns if may_use(dotted)))


def _is_personal(model: type[Scoped], dotted: str) -> bool:
    *way, last = dotted.split(".")
    for name in way:
        model = scoped_by_table()[fields_of(model)[name].target]
    return fields_of(model)[last].kind == "personal"


def statement(model: type[Scoped], text_columns: list[str], asked: Asked, search: Search | None = None) -> Any:
    """SELECT of the asked records, unsorted and unpaged; rights are added by the ORM when it runs.

    `search` is that of `searched` where it has one already.
    """
    found, search = filtered(model, asked), search or searched(model, text_columns, asked)
    if search is not None:
        return found.where(*search.conditions())
    return found.where(exactly(asked.text)(model, _open(model, text_columns))) if asked.text else found


def filtered(model: type[Scoped], asked: Asked) -> Any:
    """SELECT of the asked records, whatever text is looked for in them. It probes: few of many rows are looked at."""
    found = sa.select(model).where(condition(model, asked.tree)).execution_options(**{PROBING: True})
    if asked.deleted:
        found = found.where(model.deleted_at.is_not(None)).execution_options(with_deleted=True)
    return found


def searched(model: type[Scoped], text_columns: list[str], asked: Asked) -> Search | None:
    """The search for the asked text by the text index; None without one. What lies in the bin is not in the index."""
    if not asked.text or asked.deleted:
        return None
    return Search(model, _open(model, text_columns), asked.text, exactly(asked.text))


def exactly(text: str) -> Callable[[Any, list[str]], Any]:
    """The plain comparison: the condition on a class, or on an alias of one, that one of its fields contains `text`."""

    def compared(at: Any, names: list[str]) -> Any:
        model = sa.inspect(at).mapper.class_
        return condition(model, search_tree(model, names, text), at=at)

    return compared


def _open(model: type[Scoped], names: list[str]) -> list[str]:
    may_use = usable(acting(), model)
    return [name for name in names if may_use(name)]


def is_sortable(field: Field | None) -> bool:
    """Whether the values of a field have an order that tells something; those of no field have none."""
    return field is not None and field.kind not in ("many", "json", "about") and not field.personal


def order_of(model: type[Scoped], asked: Asked, base_order: tuple[str, str]) -> Order:
    """The asked order, else the declared one; a pointer sorts by the title of the record that it points at.

    RuleError if the field may not be sorted by.
    """
    name, descending = (asked.sort, asked.descending) if asked.sort else (base_order[0], base_order[1] == "desc")
    field = fields_of(model).get(name)
    if not is_sortable(field) or not usable(acting(), model)(name):
        raise RuleError(problems={"sort": problem(N_("There is no field %(field)s to sort by."), field=name)})
    key = _key(model, field)
    stored = sa.inspect(model).column_attrs[field.column].columns[0]
    return Order(name, key, model.id, descending, key is not model.id and (stored.nullable or field.kind == "pointer"))


def _key(model: type[Scoped], field: Field) -> Any:
    column = getattr(model, field.column)
    target = scoped_by_table().get(field.target or "") if field.kind == "pointer" else None
    if target is not None and issubclass(target, Entity) and columns.may_name(acting(), target):
        aliased = orm.aliased(target)
        title = _beginning(getattr(aliased, target.title_field), fields_of(target).get(target.title_field))
        return sa.select(title).where(aliased.id == column).scalar_subquery()
    return model.id if field.name == "id" else _beginning(column, field)


def _beginning(column: Any, field: Field | None) -> Any:
    # A place has to fit into an address: of what has no bound only the beginning sorts.
    return sa.func.substr(column, 1, SORTED_SIGNS) if field is not None and field.kind == "long_text" else column


def ordered(found: Any, model: type[Scoped], asked: Asked, base_order: tuple[str, str]) -> Any:
    """The statement in the asked order, else the declared one; the id makes it total, NULL is the smallest value."""
    return found.order_by(*order_of(model, asked, base_order).sorting(mixed=True))


def declared_fields(model: type[Scoped], names: list[str]) -> dict[str, tuple[type[Scoped], Field]]:
    """Dotted names to the class and field they end at; names that lead nowhere are left out."""
    found = {}
    for dotted in names:
        at: Any = model
        for position, name in enumerate(dotted.split(".")):
            field = fields_of(at).get(name) if at is not None else None
            if field is None:
                break
            if position == dotted.count("."):
                found[dotted] = (at, field)
            at = scoped_by_table().get(field.target or "")
    return found


def visible_fields(model: type[Scoped], names: Iterable[Any]) -> dict[str, Field]:
    """The fields of `names` that exist for the actor in force, dotted ones included, in order."""
    actor, asked = acting(), tuple(name for name in names if isinstance(name, str))
    return dict(once(actor, ("fields", model, asked), lambda: _visible_fields(actor, model, asked)))


def _visible_fields(actor: Actor, model: type[Scoped], names: Iterable[str]) -> dict[str, Field]:
    return {name: field for name, (at, field) in declared_fields(model, list(names)).items()
            if columns.may_see(actor, at, field.name) and columns.may_see(actor, model, name.split(".")[0])}


def as_mapping(model: type[Scoped], asked: Asked) -> Mapping[str, Any]:
    """The asked filter as JSON, for the audit, without the personal values that were asked for: it lies in plain."""
    sort = ("-" if asked.descending else "") + asked.sort
    text = MASK if asked.text and _may_be_personal(asked.text) else asked.text
    return {"filter": _without_personal(model, filters.to_dict(asked.tree)), "q": text, "sort": sort}


def _without_personal(model: type[Scoped], given: Any) -> Any:
    if isinstance(given, list):
        return [_without_personal(model, part) for part in given]
    if not isinstance(given, dict):
        return given
    if "field" not in given:
        return {name: _without_personal(model, part) for name, part in given.items()}
    known = declared_fields(model, [given["field"]]).get(given["field"])
    return given if known is not None and not known[1].personal else {**given, "value": MASK}


def _may_be_personal(text: str) -> bool:
    # The one search box looks for phone numbers, their last digits and addresses of mail too.
    return "@" in text or sum(sign.isdigit() for sign in text) >= parts.FEWEST_DIGITS
