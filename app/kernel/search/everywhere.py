"""One search over all entities, in one statement: candidates of the index once, then each entity under its rights."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.kernel.actor import Actor
from app.kernel.database import session
from app.kernel.dialects import united
from app.kernel.entity import Entity, scoped_by_table
from app.kernel.fields import Field, fields_of
from app.kernel.filters.text import fold, folded, like
from app.kernel.rights import columns
from app.kernel.rights.hook import UNSCOPED
from app.kernel.rights.predicates import visible
from app.kernel.search.content import entities, hashed, indexed
from app.kernel.search.entries import entries_holding
from app.kernel.search.grams import cleaned, wanted
from app.kernel.search.narrow import asked_hashes, may_hear
from app.kernel.search.spoken import heard, wanted_spoken

LONGEST = 100
EXACT, BEGINS, WORD_BEGINS, CONTAINS, ELSEWHERE = range(5)
# What a word of a title may stand behind.
GAPS = (" ", "-", "(", "（", "·", "/")


class Hit(NamedTuple):
    """One record that was found: how well (`EXACT` is the best), and the text of the `field` that holds it, if any."""

    entity: str
    record_id: int
    rank: int
    field: str
    text: str


def reachable(actor: Actor) -> list[type[Entity]]:
    """The indexed entities of which the actor may read records, in order of name."""
    return [scoped_by_table()[name] for name in entities() if actor.may("read", name)]  # type: ignore[misc]


def find(actor: Actor, models: Sequence[type[Entity]], text: str, most: int) -> list[Hit]:
    """The `most` best records of `models` within the actor's rights, the newer first among equals. One statement."""
    text = cleaned(text)[:LONGEST]
    if not text or not models:
        return []
    letters = heard(text)
    ways = [wanted(text), *([wanted_spoken(letters)] if letters else [])]
    hits = entries_holding(*ways).add_columns(sa.false().label("certain"))
    parts = [hash_ for model in models for hash_ in _hashes(actor, model, text)]
    if parts:
        # Each hash is one of a field that the actor may filter by: who holds it is found.
        certain = entries_holding(*([part] for part in parts)).add_columns(sa.true().label("certain"))
        hits = sa.union_all(hits, certain)
    known = hits.cte("hits")
    branches = [_branch(actor, model, known, text, letters, most) for model in models]
    together = united(branches).subquery()
    found = sa.select(together).order_by(together.c.rank, together.c.at.desc(), together.c.id.desc()).limit(2 * most)
    # Each branch carries the rights of its entity itself.
    rows = session().execute(found, execution_options={UNSCOPED: True})
    made = (Hit(row.entity, row.id, row.rank, row.field, row.text or "") for row in rows)
    return list({(hit.entity, hit.record_id): hit for hit in reversed(list(made))}.values())[::-1][:most]


def _hashes(actor: Actor, model: type[Entity], text: str) -> list[str]:
    return [made for name in sorted(hashed(model.entity_name())) if columns.may_use(actor, model, name)
            for made in asked_hashes(model, name, text)]


def text_fields(actor: Actor, model: type[Entity]) -> dict[str, Field]:
    """The indexed fields of plain text that the actor may filter by, the title first."""
    known = indexed(model.entity_name())
    first = [name for name in (model.title_field, *model.lookup_keys) if name in known]
    return {name: fields_of(model)[name] for name in dict.fromkeys([*first, *sorted(known)])
            if columns.may_use(actor, model, name)}


def _branch(actor: Actor, model: Any, hits: Any, text: str, letters: str, most: int) -> Any:
    """The best records of one entity; an entry may stand in `hits` twice."""
    fields = text_fields(actor, model)
    held = {name: like(getattr(model, field.column), text, True, True) for name, field in fields.items()}
    sound = hits.c.spoken.like(f"% {letters}%") if letters and may_hear(model) else sa.false()
    rank = sa.case((hits.c.certain, EXACT), *_named(model, fields, text), *_sounds(hits, letters, sound),
                   else_=ELSEWHERE)
    other = {name: sa.cast(getattr(model, field.column), sa.Text) for name, field in fields.items()
             if name != model.title_field}
    found = sa.select(
        sa.literal(model.entity_name()).label("entity"), model.id.label("id"), rank.label("rank"),
        _first(held, {name: sa.literal(name) for name in other}).label("field"), _first(held, other).label("text"),
        model.updated_at.label("at"))
    found = found.join(hits, sa.and_(hits.c.entity == model.entity_name(), hits.c.record_id == model.id))
    found = found.where(visible(model, actor), sa.or_(hits.c.certain, sound, *held.values()))
    return found.order_by(sa.text("rank"), model.updated_at.desc(), model.id.desc()).limit(2 * most)


def _named(model: Any, fields: dict[str, Field], text: str) -> list[tuple[Any, int]]:
    """The ranks by title, and by the keys that people name a record by."""
    keys = [getattr(model, fields[name].column) for name in dict.fromkeys([model.title_field, *model.lookup_keys])
            if name in fields]
    title = [getattr(model, fields[model.title_field].column)] if model.title_field in fields else []
    made = [(folded(column) == fold(text), EXACT) for column in keys]
    made += [(like(column, text, False, True), BEGINS) for column in keys]
    made += [(like(column, gap + text, True, True), WORD_BEGINS) for column in title for gap in GAPS]
    return [*made, *((like(column, text, True, True), CONTAINS) for column in title)]


def _sounds(hits: Any, letters: str, sound: Any) -> list[tuple[Any, int]]:
    if not letters:
        return []
    begins = hits.c.spoken.like(f"%^ {letters}%")
    whole = sa.or_(hits.c.spoken.like(f"%^ {letters}^%"), hits.c.spoken.like(f"%^ {letters} %"))
    return [(sa.and_(sound, whole), BEGINS), (sa.and_(sound, begins), WORD_BEGINS), (sound, CONTAINS)]


def _first(held: dict[str, Any], values: dict[str, Any]) -> Any:
    """The one of `values` whose field is the first to hold the text."""
    return sa.case(*((held[name], value) for name, value in values.items()), else_="") if values else sa.literal("")
