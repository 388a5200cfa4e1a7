"""Lines of opportunities and orders: adding them, and keeping sum, owner and currency in step with their head."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app.customers.operations import follow_on, hold
from app.customers.operations.consequences import ROW, UNSCOPED
from app.kernel.bulk import add_rows
from app.kernel.database import session
from app.kernel.entity import Entity
from app.kernel.errors import NotAllowed, RuleError
from app.kernel.events import Change
from app.kernel.fields import fields_of
from app.kernel.problems import N_, Problem, problem
from app.kernel.typed import is_problem, typed
from app.sales.models import OpportunityLine

FIELDS = ("product", "quantity", "unit_price", "discount")


def typed_lines(given: Any, currency: str) -> list[dict[str, Any]]:
    """Lines as a JSON body gives them, typed; prices in major units of `currency`. RuleError under the field lines."""
    if not isinstance(given, list) or not all(isinstance(line, Mapping) for line in given):
        raise RuleError(problems={"lines": problem(N_("Give the lines as a list."))})
    known, made = fields_of(OpportunityLine), []
    for number, line in enumerate(given, start=1):
        values = {name: typed(known[name], line[name], currency=currency) for name in FIELDS if name in line}
        for name, value in values.items():
            if is_problem(value):
                raise _line_error(number, known[name].label, value)
        made.append(values)
    return made


def add_lines(opportunity_id: int, lines: Sequence[Mapping[str, Any]]) -> None:
    """Add typed lines (product, quantity, unit_price, discount) to an opportunity. RuleError under the field lines."""
    rows = [{"quantity": 1, "discount": 0, **line, "opportunity": opportunity_id} for line in lines]
    outcome = add_rows(OpportunityLine, rows)
    for position, problems in sorted(outcome.refused.items()):
        if ROW in problems:
            raise NotAllowed(problems[ROW])
        name, said = next(iter(problems.items()))
        raise _line_error(position + 1, fields_of(OpportunityLine)[name].label, said)


def _line_error(number: int, label: Any, said: Problem) -> RuleError:
    sentence = N_("Line %(number)s, %(label)s: %(said)s")
    return RuleError(problems={"lines": problem(sentence, number=number, label=label, said=said)})


def recount(head: type[Entity], line: type[Any], pointer: str, ids: Iterable[int]) -> None:
    """Count and add up the living lines of heads; the head's amount follows. Without any line left it is nothing."""
    rows = hold(head, ids, "line_count")
    column = getattr(line, f"{pointer}_id")
    statement = sa.select(column, sa.func.count(), sa.func.sum(line.amount)).where(
        column.in_(list(rows)), line.deleted_at.is_(None)).group_by(column)
    counted = {head_id: (count, int(total)) for head_id, count, total in
               session().execute(statement, execution_options=UNSCOPED)}
    changes = {}
    for head_id, row in rows.items():
        count, total = counted.get(head_id, (0, 0))
        changes[head_id] = {"line_count": count, "lines_total": total}
        if row.line_count and not count:
            changes[head_id]["amount"] = 0
    follow_on(head, changes, "lines")


def heads_of(changes: Iterable[Change], line: type[Any], pointer: str) -> set[int]:
    """The heads at which changed lines point, or pointed before."""
    changes = list(changes)
    column = getattr(line, f"{pointer}_id")
    statement = sa.select(column).where(line.id.in_([change.record_id for change in changes]))
    heads = set(session().scalars(statement, execution_options=UNSCOPED))
    return heads | {each for change in changes for each in change.net().get(pointer, ()) if each is not None}


def lines_follow(head: type[Any], line: type[Any], pointer: str, changes: Iterable[Change]) -> None:
    """Owner, team and currency of lines are those of their head."""
    moved = [change.record_id for change in changes
             if change.kind == "update" and change.changed("owner", "team", "currency")]
    if not moved:
        return
    column = getattr(line, f"{pointer}_id")
    statement = sa.select(line.id, head.owner_id, head.team_id, head.currency).join(head, column == head.id).where(
        column.in_(moved), line.deleted_at.is_(None))
    rows = session().execute(statement, execution_options=UNSCOPED)
    follow_on(line, {row.id: {"owner": row.owner_id, "team": row.team_id, "currency": row.currency} for row in rows},
              pointer)
