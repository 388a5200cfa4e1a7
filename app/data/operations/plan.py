"""How a file is read into an entity: which column fills which field, what the texts mean, how records are found."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from flask import current_app

from app.data.operations.externals import FIELD, system_of, systems_in
from app.data.reading import Record
from app.data.rules import (
    ISO,
    NO_MAPPING,
    Column,
    Context,
    DateFormat,
    HeaderMap,
    MappingFile,
    column_context,
    decide_date_order,
    header_key,
    map_headers,
)
from app.kernel.actor import Actor
from app.kernel.entity import Entity
from app.kernel.errors import RuleError
from app.kernel.fields import Field, fields_of
from app.kernel.language import LANGUAGES, in_language, labels_of
from app.kernel.problems import N_, Problem, problem
from app.kernel.rights import columns

ID = "id"
UPDATE, SKIP, ERROR = "update", "skip", "error"
ON_MATCH = (UPDATE, SKIP, ERROR)
_MOST_DATES = 100_000


@dataclass
class Plan:
    """The reading of one file. `contexts` are by field name; `match` names the identifying fields, `id` among them.

    `own_id` is the column in which one of our exports carries the id of the record, `places` are all columns by
    header key, `externals` the columns with ids of other systems by system; `by_external` names the one of them by
    which records are found.
    """

    model: type[Entity]
    columns: tuple[Column, ...]
    mapping: MappingFile
    match: tuple[str, ...]
    on_match: str
    contexts: dict[str, Context]
    currency: str
    own_id: int | None = None
    places: dict[str, int] = field(default_factory=dict)
    warnings: list[Problem] = field(default_factory=list)
    externals: dict[str, int] = field(default_factory=dict)
    by_external: str = ""

    def context(self, name: str, currency: str) -> Context:
        """The context of a field for a record in `currency`."""
        known = self.contexts[name]
        return known if known.currency == currency else replace(known, currency=currency)


def importable_fields(model: type[Entity], actor: Actor) -> dict[str, Field]:
    """The fields that exist for the actor; those that he may not write are marked as kept by the system."""
    return {name: known if known.readonly or columns.may_write(actor, model, name) else replace(known, readonly=True)
            for name, known in columns.visible_fields(actor, model).items()}


def header_labels(known: Field) -> list[str]:
    """Every word for a field in a header: its labels, and each with the name behind it as exports write shared ones."""
    labels = labels_of(known)
    return [*labels, *(f"{label} ({known.name})" for label in labels)]


def choice_texts(known: Field, stored: str) -> list[str]:
    """The label of a choice in every language."""
    return [in_language((known.choices or {})[stored], language) for language in LANGUAGES]


def read_mapping(text: str | None) -> MappingFile:
    """The parsed mapping file, an empty one for no text. RuleError for what is wrong with it."""
    found = MappingFile.parse(text) if text else NO_MAPPING
    if isinstance(found, Problem):
        raise RuleError(found, {"mapping": found})
    return found


def header_map(model: type[Entity], headers: Sequence[str], mapping: MappingFile, actor: Actor) -> HeaderMap:
    """What the headers of a file mean for the actor."""
    return map_headers(headers, importable_fields(model, actor), header_labels, mapping)


def make_plan(model: type[Entity], headers: Sequence[str], records: Callable[[], Iterator[Record]],
              mapping: MappingFile, actor: Actor, match: Sequence[str] = (), on_match: str = UPDATE, *,
              lenient: bool = False) -> Plan:
    """The plan for a file. RuleError if a header is ambiguous, the mapping is wrong, or `match` is not in the file.

    `lenient` leaves ambiguous columns out with a warning, for a person who is asked about them next.
    """
    if on_match not in ON_MATCH:
        raise RuleError(problems={"on_match": problem(N_("Choose update, skip or error."))})
    found = header_map(model, headers, mapping, actor)
    _insist_on_certainty(found, lenient=lenient)
    currency = current_app.config.get("CRM_CURRENCY", "CNY")
    dates = _date_orders(found.columns, mapping, records)
    names = {column.field.name for column in found.columns} | set(mapping.constants) | set(mapping.defaults)
    filled = [known for name, known in importable_fields(model, actor).items() if name in names]
    contexts = {known.name: column_context(known, mapping, choice_texts, currency, actor.zone,
                                           dates.get(known.name, ISO))
                for known in filled}
    own_id = next((column.index for column in found.readonly if column.field.name == ID
                   and (ID in match or header_key(column.header).endswith("(id)"))), None)
    externals = systems_in(headers) if FIELD in importable_fields(model, actor) else {}
    by_external = _external_match(match, externals)
    matched = () if by_external else _match_fields(model, contexts, match, own_id)
    places = {header_key(header): place for place, header in enumerate(headers)}
    return Plan(model, found.columns, mapping, matched, on_match, contexts, currency, own_id, places,
                _warnings(found, set(externals.values())), externals, by_external)


def _external_match(match: Sequence[str], externals: Mapping[str, int]) -> str:
    """The system whose ids identify the records, "" if it is fields that do. RuleError for a mixture."""
    systems = [system for name in match if (system := system_of(name)) is not None]
    if not systems:
        return ""
    if len(match) > 1 or systems[0] not in externals:
        raise RuleError(problems={"match": problem(N_("Records cannot be found by “%(name)s”: it is no column of "
                                                      "the file."), name=match[0])})
    return systems[0]


def _insist_on_certainty(found: HeaderMap, *, lenient: bool) -> None:
    filled = {column.field.name for column in (*found.columns, *found.readonly)}
    unclear = {each.header: each.reason for each in found.ambiguous if each.reason.params.get("field") not in filled}
    unclear = {} if lenient else unclear
    if found.problems or unclear:
        raise RuleError(problem(N_("The columns of the file are not clear. Say in a mapping what they mean.")),
                        {**({"mapping": found.problems[0]} if found.problems else {}), **unclear})
    if not found.columns:
        raise RuleError(problem(N_("No column of the file is a field of this entity.")))


def _warnings(found: HeaderMap, read_otherwise: set[int]) -> list[Problem]:
    said = [problem(N_("The column “%(header)s” is left out. %(reason)s"), header=each.header, reason=each.reason)
            for each in (*found.unknown, *found.ambiguous) if each.index not in read_otherwise]
    kept = [column.header for column in found.readonly if column.field.name != ID]
    if kept:
        said.append(problem(N_("Kept by the system and left out: %(headers)s."), headers=", ".join(kept[:20])))
    return said


def _match_fields(model: type[Entity], contexts: Mapping[str, Context], match: Sequence[str],
                  own_id: int | None) -> tuple[str, ...]:
    known = fields_of(model)
    if not match:
        return model.natural_key if all(name in contexts for name in model.natural_key) else ()
    for name in match:
        if name == ID and own_id is not None:
            continue
        if name not in known or name not in contexts or known[name].kind in ("many", "json", "long_text", "money"):
            raise RuleError(problems={"match": problem(N_("Records cannot be found by “%(name)s”: it is no column of "
                                                          "the file."), name=name)})
    return tuple(name for name in match if name != ID)


def _date_orders(found: Sequence[Column], mapping: MappingFile,
                 records: Callable[[], Iterator[Record]]) -> dict[str, DateFormat]:
    """How the dates of each column are written, decided for the column as a whole. RuleError where nothing tells."""
    wanted = [column for column in found if column.field.kind in ("date", "moment")
              and mapping.date_format(column.field.name) is None]
    if not wanted:
        return {}
    seen: dict[str, set[str]] = {column.field.name: set() for column in wanted}
    for record in records():
        for column in wanted:
            if record.problem is None and len(seen[column.field.name]) < _MOST_DATES:
                seen[column.field.name].add(record.cells[column.index])
    orders = {name: decide_date_order(sorted(texts)) for name, texts in seen.items()}
    problems = {name: order for name, order in orders.items() if isinstance(order, Problem)}
    if problems:
        raise RuleError(problems=problems)
    return {name: order for name, order in orders.items() if isinstance(order, DateFormat)}

