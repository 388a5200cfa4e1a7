"""The board of an entity: a column for each stage of it, its records as cards that are moved from one to the other."""

import dataclasses
from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from flask import flash, jsonify, redirect, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext

from app.kernel import filters
from app.kernel.actor import acting
from app.kernel.database import in_unit, session
from app.kernel.dialects import united
from app.kernel.entity import scoped_by_table
from app.kernel.errors import Missing, RuleError
from app.kernel.fields import Field, fields_of
from app.kernel.language import say_problem
from app.kernel.once import once
from app.kernel.rights import columns
from app.kernel.rights.hook import PROBING
from app.kernel.rights.states import allowed_ids
from app.kernel.typed import number_in
from app.kernel.views import asked as ask
from app.kernel.views import conditions, saving
from app.kernel.views.access import by_verb
from app.kernel.views.asked import Asked
from app.kernel.views.lens import Lens, far_loaders, shown_only
from app.kernel.views.wording import spoken

# Cards of one column; further records are in the list.
FEW = 20
MOST_COLUMNS = 40
MOST_LINES = 4


@dataclass(frozen=True)
class Column:
    """One column: the stored `value` with its label, how many records and what sums, and the first of them."""

    value: Any
    label: str
    query: str
    count: int
    sums: list[str]
    records: list[Any]


@dataclass(frozen=True)
class Board:
    """The columns with what shows their records: `names` are the fields on a card below its title, `movable` the ids of
    the records that the reader may put elsewhere."""

    columns: list[Column]
    lens: Lens
    names: list[str]
    movable: set[int]


def board_of(view: Any, asked: Asked, query: str) -> Board:
    """The board of the asked records. Six statements, and one for each far relation of a card. Missing where the
    column that it goes by is closed to the reader."""
    actor, field = acting(), fields_of(view.model)[view.board_by]
    if not ask.usable(actor, view.model)(field.name):
        raise Missing()
    asked = dataclasses.replace(asked, page=1, after="", before="", sort="")
    stages, totals, names = _stages(field), _totals(view, asked, field), _names(view)
    found = _records(view, asked, field, list(stages), names)
    lens = Lens(actor, view.model, found, names)
    held: dict[Any, list[Any]] = {}
    for record in found:
        held.setdefault(getattr(record, field.column), []).append(record)
    made = [Column(value, label, _query(asked, query, field, value), *totals.get(value, (0, [])), held.get(value, []))
            for value, label in stages.items()]
    return Board(made, lens, names, _movable(view, field, [record.id for record in found]))


def _movable(view: Any, field: Field, ids: list[int]) -> set[int]:
    actor = acting()
    if field.readonly or not columns.may_write(actor, view.model, field.name) or not actor.may("edit", view.entity):
        return set()
    return allowed_ids(session(), view.model, actor, "edit", ids)


def _query(asked: Asked, query: str, field: Field, value: Any) -> str:
    return conditions.tidy(query, filters.all_of(asked.tree, filters.Where(field.name, "eq", value)))


def path_of(view: Any) -> dict[Any, str]:
    """The stages that a record of the view goes through, by stored value; none where the reader may not see them."""
    field = fields_of(view.model).get(view.board_by)
    is_open = field is not None and not view.read_only and columns.may_see(acting(), view.model, field.name)
    return _stages(field) if field is not None and is_open else {}


def _stages(field: Field) -> dict[Any, str]:
    """The values of a choice, or the records of a catalogue in their own order, each with its label."""
    if field.kind == "choice":
        return {value: str(label) for value, label in (field.choices or {}).items()}
    target: Any = scoped_by_table()[field.target or ""]
    order = (target.order, target.id) if hasattr(target, "order") else (target.id,)
    return {each.id: str(each) for each in session().scalars(sa.select(target).order_by(*order).limit(MOST_COLUMNS))}


def _names(view: Any) -> list[str]:
    left_out = {view.board_by, "currency", getattr(view.model, "title_field", "")}
    return [name for name in ask.visible_fields(view.model, view.list_columns) if name not in left_out][:MOST_LINES]


def _totals(view: Any, asked: Asked, field: Field) -> dict[Any, tuple[int, list[str]]]:
    """By value how many records there are, and their money by currency in words."""
    key, model = getattr(view.model, field.column), view.model
    money = next((each for name, each in fields_of(model).items() if each.kind == "money" and name in view.list_columns
                  and ask.usable(acting(), model)(name)), None)
    has_money = money is not None and hasattr(model, "currency")
    parts = [sa.func.sum(getattr(model, money.column)), model.currency] if has_money else []
    found = ask.statement(model, view.text_columns, asked).with_only_columns(key, sa.func.count(), *parts)
    found = found.group_by(key, *parts[1:]).order_by(key, *parts[1:]).execution_options(**{PROBING: False})
    totals: dict[Any, tuple[int, list[str]]] = {}
    for value, count, *sums in session().execute(found):
        before = totals.get(value, (0, []))
        said = [spoken(money, sums[0], sums[1], acting())] if sums and sums[0] else []
        totals[value] = (before[0] + count, before[1] + said)
    return totals


def _records(view: Any, asked: Asked, field: Field, values: list[Any], names: list[str]) -> list[Any]:
    """The first records of every column in the order of the list."""
    model, order = view.model, ask.order_of(view.model, asked, view.base_order)
    base, key = ask.statement(model, view.text_columns, asked), getattr(view.model, field.column)
    parts = [base.with_only_columns(model.id).where(key == value).order_by(*order.sorting(mixed=True)).limit(FEW)
             for value in values]
    if not parts:
        return []
    found = sa.select(model).where(model.id.in_(united(parts))).execution_options(**base.get_execution_options())
    shown = [*names, field.name]
    return list(session().scalars(found.options(*far_loaders(model, shown), shown_only(model, shown))
                                  .order_by(*order.sorting(mixed=True))))


class BoardPages:
    """The board as a part of the screens of an entity that names what it goes by in `board_by`."""

    board_by: ClassVar[str] = ""

    @expose("/board/")
    @by_verb("read")
    def board(self: Any) -> Any:
        """The board, narrowed by the same address as the list."""
        asked, query = ask.from_address(request.args), request.query_string.decode("utf-8", "replace")
        return self.page("crm/board.html", board=board_of(self, asked, query),
                         conditions=conditions.conditions(self, asked, query))

    @expose("/move/<int:pk>", methods=["POST"])
    @by_verb("edit")
    def move(self: Any, pk: int) -> Any:
        """Put a record into another column; refused like any other change, with both versions where it is stale."""
        record = self.find(pk)
        self.check_reach(record, "edit")
        given, version = {self.board_by: request.form.get("value", "")}, number_in(request.form.get("_version"))
        if request.accept_mimetypes.best == "application/json":
            in_unit(once, request.form.get("_once", ""), lambda: saving.update(self.model, pk, given, version).id)
            return jsonify(version=self.find(pk).version)
        try:
            in_unit(once, request.form.get("_once", ""), lambda: saving.update(self.model, pk, given, version).id)
        except RuleError as error:
            flash(" ".join(map(say_problem, error.problems.values())), "danger")
        else:
            flash(gettext("Saved."), "success")
        return redirect(url_for(f"{self.entity}.show", pk=pk))
