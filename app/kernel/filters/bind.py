"""The one place where a filter meets an entity: names become columns, texts become values, rights are asked."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from app.kernel.errors import RuleError
from app.kernel.fields import Field
from app.kernel.filters import operators, paths, values
from app.kernel.filters.bound import Bound, Leaf, Ref, Step
from app.kernel.filters.times import Span
from app.kernel.filters.tree import BARE_OPERATORS, LIST_OPERATORS, And, Not, Or, Tree, Where, check
from app.kernel.filters.values import Context, Unreadable
from app.kernel.problems import N_, Problem, Problems, problem

_ORDERED = ("lt", "lte", "gt", "gte")


def everything_may_be_used(dotted: str) -> bool:
    """The `may_use` of the system itself."""
    return True


def bind(tree: Tree, model: type, may_use: Callable[[str], bool] = everything_may_be_used,
         context: Context | None = None) -> Bound:
    """`tree` over the fields of `model`, typed, its words of time and ``me`` resolved for `context` at this moment.

    `may_use` judges each dotted name on the way (``customer``, then ``customer.name``); what it refuses is refused in
    the same words as a field that does not exist. Raises RuleError with one problem per field as the tree names it,
    Malformed if the tree passes a limit.
    """
    check(tree)
    binder = _Binder(model, may_use, context or Context())
    bound = binder.part(tree)
    if binder.problems:
        raise RuleError(problems=binder.problems)
    return bound


class _Binder:
    def __init__(self, model: type, may_use: Callable[[str], bool], context: Context) -> None:
        self.model, self.may_use, self.context = model, may_use, context
        self.problems: Problems = {}

    def part(self, tree: Tree) -> Bound:
        if isinstance(tree, Where):
            return self.leaf(tree)
        if isinstance(tree, Not):
            return Not(self.part(tree.part))
        group = And if isinstance(tree, And) else Or
        return group(tuple(self.part(part) for part in tree.parts))

    def leaf(self, where: Where) -> Bound:
        """The bound question; every problem is noted before any is raised, hence a stand-in where it has one."""
        found = paths.find(self.model, where.field, self.may_use)
        if found is None:
            return self.refuse(where, problem(N_("There is no field %(field)s to filter by."), field=where.field))
        steps, model, field = found
        if where.operator not in operators.operators_for(field):
            return self.refuse(where, problem(N_("%(field)s cannot be asked with \"%(operator)s\"."),
                                              field=field.label, operator=where.operator))
        try:
            return self.question(where, steps, model, field)
        except Unreadable as unreadable:
            return self.refuse(where, unreadable.problem)

    def refuse(self, where: Where, reason: Problem) -> Bound:
        self.problems.setdefault(where.field, reason)
        return And(())

    def question(self, where: Where, steps: tuple[Step, ...], model: type, field: Field) -> Leaf:
        step = self.nameable(where.field, paths.step_of(model, field))
        test, denied = operators.meaning_of(field, where.operator)
        said = self.said(where, model, field, step)
        if field.kind == "many" and said == (None,) and where.operator in ("eq", "ne"):
            test, denied = "filled", not denied
        test, compared = _compared(where, test, said)
        if operators.kind_of(field) == "personal":
            column = paths.column_of(model, field)
            compared = tuple(kept for value in compared for kept in _hashed(value, column))
        return Leaf(where, steps, model, field, test, denied, compared, said, step)

    def said(self, where: Where, model: type, field: Field, step: Any) -> tuple[Any, ...]:
        """The values as they were given, typed one by one."""
        if where.operator in BARE_OPERATORS:
            return ()
        if where.operator not in LIST_OPERATORS and isinstance(where.value, tuple):
            raise Unreadable(problem(N_("Give one value.")))
        given = where.value if isinstance(where.value, tuple) else (where.value,)
        # A many-to-many relation has no column of its own: its values are ids of the other side.
        column = sa.inspect(step.target).primary_key[0] if step is not None and step.many else paths.column_of(
            model, field)
        said = tuple(values.typed(value, field, column, self.context) for value in given)
        for ref in said:
            if isinstance(ref, Ref) and ref.name is not None and not step.keys:
                raise Unreadable(problem(N_("%(value)s is not the number of a record."), value=ref.name))
        return said

    def nameable(self, dotted: str, step: Step | None) -> Step | None:
        """Asking by name reads the name: only keys that are open to the asker like any other field are looked at."""
        if step is None:
            return None
        return replace(step, keys=tuple(key for key in step.keys if self.may_use(f"{dotted}.{key}")))


def _hashed(value: Any, column: Any) -> tuple[Any, ...]:
    if value is None:
        return (None,)
    if not column.info.get("blind_index"):
        raise Unreadable(problem(N_("This value cannot be searched for.")))
    return values.hashes(value, column)


def _compared(where: Where, test: str, said: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
    """The test and what it compares with: spans taken to their bounds, missing values refused if they say nothing."""
    if test == "filled":
        return test, ()
    if where.operator == "between":
        return test, (_between(said),)
    if test == "among":
        return test, said
    if any(value is None or value == "" for value in said):
        raise _missing()
    if test in _ORDERED and isinstance(said[0], Span):
        return _bounded(test, said[0])
    return test, said


def _missing() -> Unreadable:
    return Unreadable(problem(N_("A value is missing.")))


def _closed_span(span: Any) -> Any:
    if isinstance(span, Span) and span.start is None:
        raise Unreadable(problem(N_("\"%(word)s\" has no beginning: ask for it with eq or ne."), word=span.word))
    return span


def _bounded(test: str, span: Span) -> tuple[str, tuple[Any, ...]]:
    """Before a month is before it begins, after a month is after it ends, and "up to" includes the whole of it."""
    _closed_span(span)
    return {"lt": ("lt", (span.start,)), "gte": ("gte", (span.start,)),
            "lte": ("lt", (span.end,)), "gt": ("gte", (span.end,))}[test]


def _between(said: tuple[Any, ...]) -> Span:
    if len(said) != 2:
        raise Unreadable(problem(N_("Give two values, the lower one first.")))
    if None in said:
        raise _missing()
    low, high = (_closed_span(value) for value in said)
    start = low.start if isinstance(low, Span) else low
    return Span(start, high.end) if isinstance(high, Span) else Span(start, high, closed=True)
