"""From the cells of a chunk of rows to typed values, the records that they name, and what is to be done with each."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from app.data.models import REJECTED, SKIPPED, STAGED
from app.data.operations import externals
from app.data.operations.plan import ERROR, SKIP, Plan
from app.data.operations.references import References
from app.data.operations.subjects import AMBIGUOUS, UNKNOWN, Subjects
from app.data.reading import Record
from app.data.rules import Reference, header_key, parse_value
from app.kernel import gate
from app.kernel.database import session
from app.kernel.entity import scoped_by_table
from app.kernel.fields import Field, fields_of
from app.kernel.problems import N_, Problem, Problems, problem

_PLACE = re.compile(r"\{([^{}]+)\}")
POINTING = ("pointer", "user")


@dataclass
class Draft:
    """One row on its way. `unclear` holds all records that bear the name which a pointer is given."""

    record: Record
    cells: Sequence[str]
    values: dict[str, Any] = field(default_factory=dict)
    problems: Problems = field(default_factory=dict)
    unclear: dict[str, tuple[int, ...]] = field(default_factory=dict)
    record_id: int | None = None
    status: str = STAGED


class Drafter:
    """Makes drafts, chunk by chunk in the order of the file, since it knows which records earlier rows have named."""

    def __init__(self, plan: Plan, after: "Drafter | None" = None) -> None:
        """`after` is the one that made the drafts up to here under other rights."""
        self.plan, self.known = plan, fields_of(plan.model)
        self._references = References()
        self._subjects = Subjects(plan.model, self._references)
        self._seen: dict[Any, int] = {} if after is None else after._seen  # noqa: SLF001 its like

    def drafts(self, records: Sequence[Record]) -> list[Draft]:
        """One draft for every record, in order."""
        made = [Draft(record, record.cells) for record in records]
        live = [draft for draft in made if not self._refused(draft)]
        for draft in live:
            self._parse(draft)
        self._resolve(live)
        current = self._match(live)
        for draft in live:
            self._settle(draft, current.get(draft.record_id or 0, {}))
            self._decide(draft)
        return made

    def _refused(self, draft: Draft) -> bool:
        if draft.record.problem is not None:
            draft.status, draft.problems = REJECTED, {"": draft.record.problem}
        return draft.status == REJECTED

    def _text(self, draft: Draft, name: str) -> str:
        """The text that a field gets from the file, or from what the mapping says of every record."""
        mapping = self.plan.mapping
        if name in mapping.constants:
            return _PLACE.sub(lambda match: self._cell(draft, match), mapping.constants[name])
        return next((draft.cells[column.index] for column in self.plan.columns if column.field.name == name), "")

    def _cell(self, draft: Draft, match: re.Match[str]) -> str:
        """The cell that a constant such as ``{product} for {account}`` names; what is no header stays as it is."""
        place = self.plan.places.get(header_key(match[1]))
        return match[0] if place is None else draft.cells[place].strip()

    def _parse(self, draft: Draft) -> None:
        """Everything but money, whose currency may be that of the record."""
        for name in self.plan.contexts:
            known = self.known[name]
            if known.kind != "money":
                self._take(draft, name, parse_value(known, self._text(draft, name), self.plan.contexts[name]))

    def _take(self, draft: Draft, name: str, value: Any) -> None:
        if isinstance(value, Problem):
            draft.problems[name] = value
        elif value not in (None, ()):
            draft.values[name] = value

    def _resolve(self, drafts: Sequence[Draft]) -> None:
        for name in self.plan.contexts:
            known = self.known[name]
            if known.kind in (*POINTING, "many"):
                self._references.learn(known, (each for draft in drafts
                                               for each in _named(draft.values.get(name))))
            elif known.kind == "about":
                self._subjects.learn(known, (draft.values[name].text for draft in drafts if name in draft.values),
                                     self.plan.contexts[name])
        for draft in drafts:
            for name in [each for each in draft.values if self.known[each].kind in (*POINTING, "many", "about")]:
                self._point(draft, self.known[name])

    def _point(self, draft: Draft, known: Field) -> None:
        value = draft.values.pop(known.name)
        if known.kind == "about":
            self._take(draft, known.name, self._subjects.text_of(known, value.text, self.plan.contexts[known.name]))
        elif known.kind == "many":
            ids = [self._one(draft, known, each) for each in value]
            draft.values[known.name] = [each for each in ids if each is not None]
        else:
            found = self._one(draft, known, value)
            if found is not None:
                draft.values[known.name] = found

    def _one(self, draft: Draft, known: Field, reference: Reference) -> int | None:
        meant, possible = self._references.ids(known, reference)
        if len(possible) > 1 and known.kind in POINTING:
            draft.unclear[known.name] = possible
        if len(meant) == 1:
            return meant[0]
        draft.problems[known.name] = problem(
            AMBIGUOUS, value=reference.text[:80], count=len(meant)) if meant else problem(
            UNKNOWN, value=reference.text[:80])
        return None

    def _match(self, drafts: Sequence[Draft]) -> dict[int, dict[str, Any]]:
        """Find the record of each draft; what those records hold in the fields that tell unclear things apart."""
        by_number, by_key = self._asked_numbers(drafts), self._asked_keys(drafts)
        by_key |= self._asked_externals(drafts, by_number)
        model = self.plan.model
        found = set(session().scalars(sa.select(model.id).where(model.id.in_(set(by_number.values())))))
        for index, number in by_number.items():
            if number in found:
                drafts[index].record_id = number
            else:
                drafts[index].problems["id"] = problem(UNKNOWN, value=f"#{number}")
        ids = self._ids_by_key(by_key)
        for index, key in by_key.items():
            known = ids.get(key, [])
            if len(known) > 1:
                drafts[index].problems[(*self.plan.match, externals.FIELD)[0]] = problem(
                    N_("%(count)s records have this key; it is not clear which one is meant."), count=len(known))
            drafts[index].record_id = known[0] if len(known) == 1 else None
        return self._current({draft.record_id for draft in drafts if draft.record_id})

    def _asked_numbers(self, drafts: Sequence[Draft]) -> dict[int, int]:
        if self.plan.own_id is None:
            return {}
        texts = {index: draft.cells[self.plan.own_id].strip().removeprefix("#") for index, draft in enumerate(drafts)}
        return {index: int(text) for index, text in texts.items() if text.isdecimal() and len(text) < 19}

    def _asked_keys(self, drafts: Sequence[Draft]) -> dict[int, tuple[Any, ...]]:
        """By position the key of the row as the database holds it, where the row has one and no own number."""
        numbers, model, match = self._asked_numbers(drafts), self.plan.model, self.plan.match
        return {index: tuple(gate.key_value(model, self.known[name], draft.values[name]) for name in match)
                for index, draft in enumerate(drafts)
                if match and index not in numbers and all(name in draft.values for name in match)}

    def _asked_externals(self, drafts: Sequence[Draft], numbers: Mapping[int, int]) -> dict[int, tuple[Any, ...]]:
        """By position the id in the other system, where records are found by it and the row has no own number."""
        system = self.plan.by_external
        stated = {index: externals.ids_in(draft.cells, self.plan.externals).get(system)
                  for index, draft in enumerate(drafts) if system and index not in numbers}
        return {index: (text,) for index, text in stated.items() if text}

    def _ids_by_key(self, by_key: Mapping[int, tuple[Any, ...]]) -> dict[tuple[Any, ...], list[int]]:
        if not by_key:
            return {}
        model = self.plan.model
        if self.plan.by_external:
            known = externals.records_of(model, self.plan.by_external, (text for (text,) in by_key.values()))
            return {(text,): record_ids for text, record_ids in known.items()}
        columns = [gate.key_column(model, self.known[name]) for name in self.plan.match]
        first = {key[0] for key in by_key.values()}
        rows = session().execute(sa.select(model.id, *columns).where(columns[0].in_(first)))
        ids: dict[tuple[Any, ...], list[int]] = {}
        for record_id, *key in rows:
            ids.setdefault(tuple(key), []).append(record_id)
        return ids

    def _current(self, ids: set[int]) -> dict[int, dict[str, Any]]:
        names = [name for name in self.plan.contexts if self.known[name].kind in POINTING]
        names += ["currency"] if "currency" in self.known else []
        names += [externals.FIELD] if self.plan.externals else []
        if not ids or not names:
            return {}
        model = self.plan.model
        rows = session().execute(sa.select(model.id, *(getattr(model, self.known[name].column) for name in names))
                                 .where(model.id.in_(ids)))
        return {record_id: dict(zip(names, values, strict=True)) for record_id, *values in rows}

    def _settle(self, draft: Draft, current: Mapping[str, Any]) -> None:
        """What depends on the record: names that are unclear but for it, money, defaults of new records, other ids."""
        stated = externals.ids_in(draft.cells, self.plan.externals)
        if stated:
            # Ids of systems that this file does not speak of stay.
            draft.values[externals.FIELD] = {**(current.get(externals.FIELD) or {}), **stated}
        for name, ids in draft.unclear.items():
            # A record that has one of these already keeps it: what was exported comes back unchanged.
            chosen = current.get(name) if current.get(name) in ids else draft.values.get(name)
            chosen = chosen or self._narrowed(draft, self.known[name], ids)
            if chosen is not None:
                draft.values[name] = chosen
                draft.problems.pop(name, None)
        if draft.record_id is None:
            for name, text in self.plan.mapping.defaults.items():
                if name not in draft.values and name not in draft.problems:
                    self._take_default(draft, name, text)
        currency = draft.values.get("currency") or current.get("currency") or self.plan.currency
        for name in self.plan.contexts:
            if self.known[name].kind == "money" and name not in draft.values:
                context = self.plan.context(name, str(currency))
                self._take(draft, name, parse_value(self.known[name], self._text(draft, name), context))

    def _take_default(self, draft: Draft, name: str, text: str) -> None:
        known = self.known[name]
        if known.kind == "money" and self._text(draft, name).strip():
            return
        value = parse_value(known, text, self.plan.contexts[name])
        if known.kind in (*POINTING, "many"):
            self._references.learn(known, _named(value))
        elif known.kind == "about":
            self._subjects.learn(known, [each.text for each in _named(value)], self.plan.contexts[name])
        self._take(draft, name, value)
        if name in draft.values and known.kind in (*POINTING, "many", "about"):
            self._point(draft, known)

    def _narrowed(self, draft: Draft, known: Field, ids: Sequence[int]) -> int | None:
        """The one candidate that fits another field of the row: of the stages “Won” that of the row's pipeline."""
        target: Any = scoped_by_table().get(known.target or "")
        shared = [name for name in getattr(target, "natural_key", ()) if name in draft.values]
        if not shared:
            return None
        conditions = [getattr(target, fields_of(target)[name].column) == draft.values[name] for name in shared]
        fitting = list(session().scalars(sa.select(target.id).where(target.id.in_(ids), *conditions).limit(2)))
        return fitting[0] if len(fitting) == 1 else None

    def _decide(self, draft: Draft) -> None:
        if not draft.problems and draft.record_id is not None and self.plan.on_match == ERROR:
            draft.problems[""] = problem(N_("This record exists already."))
        earlier = None if draft.problems else self._earlier(draft)
        if earlier is not None and self.plan.on_match != SKIP:
            # Of two rows that differ nobody could say which one is right.
            draft.problems[""] = problem(N_("The same record stands in row %(row)s already."), row=earlier)
        if draft.problems:
            draft.status, draft.record_id = REJECTED, None
        elif self.plan.on_match == SKIP and (earlier is not None or draft.record_id is not None):
            draft.status = SKIPPED

    def _earlier(self, draft: Draft) -> int | None:
        """The row that named the same record before this one, which is remembered otherwise."""
        keys: list[Any] = [("id", draft.record_id)] if draft.record_id else []
        stated = externals.ids_in(draft.cells, self.plan.externals).get(self.plan.by_external)
        keys += [(externals.FIELD, stated)] if stated else []
        keys += [(names, *(draft.values[name] for name in names))
                 for names in {self.plan.match, self.plan.model.natural_key}
                 if names and all(name in draft.values for name in names)]
        earlier = next((self._seen[key] for key in keys if key in self._seen), None)
        if earlier is None:
            self._seen |= dict.fromkeys(keys, draft.record.row)
        return earlier


def _named(value: Any) -> tuple[Reference, ...]:
    if isinstance(value, Reference):
        return (value,)
    return value if isinstance(value, tuple) else ()
