"""The second step, when nothing was found: records whose title is much like what was typed, or sounds like it.

A wrong sign spoils two pairs of neighbours, a missing one a single pair. Half of the pairs must be there: that forgives
one wrong sign among five, and one of three at an end, while words that merely share an ending stay out. A Chinese name
typed with the wrong signs mostly sounds right, because it was typed by its sound: that is asked first.
"""

from collections.abc import Sequence
from math import ceil
from typing import Any

import sqlalchemy as sa

from app.kernel.actor import Actor
from app.kernel.database import session
from app.kernel.dialects import united
from app.kernel.entity import Entity
from app.kernel.fields import fields_of
from app.kernel.filters.text import like
from app.kernel.rights import columns
from app.kernel.rights.hook import UNSCOPED
from app.kernel.rights.predicates import visible
from app.kernel.search.content import indexed
from app.kernel.search.entries import counts, entries_holding
from app.kernel.search.everywhere import ELSEWHERE, Hit
from app.kernel.search.grams import cleaned, wanted
from app.kernel.search.narrow import may_hear
from app.kernel.search.spoken import spellings, wanted_spoken

SHARE = 0.5
# Of a longer text the beginning decides.
LONGEST = 25
# A pair that so many records hold, such as those of "limited company", tells none of them from the others.
TOO_MANY = 2_000


def similar(actor: Actor, models: Sequence[type[Entity]], text: str, most: int) -> list[Hit]:
    """Up to `most` records of `models` within the actor's rights, the most similar first. At most two statements."""
    text = cleaned(text)[:LONGEST]
    models = [model for model in models if _has_title(actor, model)]
    pairs = [gram for gram in wanted(text) if len(gram) == 2]
    words = spellings(text)
    ways = [wanted_spoken(word) for word in words]
    if models and len(pairs) > 1:
        ways += [[pair] for pair in _telling(pairs)]
    if not models or not ways:
        return []
    near = entries_holding(*ways).cte("near")
    branches = [_branch(actor, model, near, pairs, words, most) for model in models]
    together = united(branches).subquery()
    found = sa.select(together).order_by(together.c.score.desc(), together.c.at.desc(), together.c.id.desc())
    # Each branch carries the rights of its entity itself.
    rows = session().execute(found.limit(most), execution_options={UNSCOPED: True})
    return [Hit(row.entity, row.id, ELSEWHERE, "", "") for row in rows]


def _has_title(actor: Actor, model: type[Entity]) -> bool:
    return model.title_field in indexed(model.entity_name()) and columns.may_use(actor, model, model.title_field)


def _telling(pairs: list[str]) -> list[str]:
    """Those of the pairs by one of which every similar record is known, without the pairs that half the records hold.

    Who shares half of the pairs shares one of any larger half: of the rarest.
    """
    held = counts(pairs, TOO_MANY)
    rarest = sorted(pairs, key=lambda pair: held[pair])[:len(pairs) - ceil(SHARE * len(pairs)) + 1]
    return [pair for pair in rarest if 0 < held[pair] < TOO_MANY]


def _branch(actor: Actor, model: Any, near: Any, pairs: list[str], words: list[str], most: int) -> Any:
    title = getattr(model, fields_of(model)[model.title_field].column)
    shared = sum((sa.case((like(title, pair, True, True), 1), else_=0) for pair in pairs), start=sa.literal(0))
    sounds = [near.c.spoken.like(f"%^ {word}{end}%") for word in words for end in "^ "] if may_hear(model) else []
    alike = sa.or_(sa.false(), *sounds)
    # What sounds the same comes before what shares every pair.
    score = sa.case((alike, len(pairs) + 1), else_=shared)
    enough = sa.and_(sa.literal(len(pairs)) > 1, shared >= ceil(SHARE * len(pairs)))
    found = sa.select(sa.literal(model.entity_name()).label("entity"), model.id.label("id"), score.label("score"),
                      model.updated_at.label("at"))
    found = found.join(near, sa.and_(near.c.entity == model.entity_name(), near.c.record_id == model.id))
    found = found.where(visible(model, actor), sa.or_(alike, enough))
    return found.order_by(score.desc(), model.updated_at.desc(), model.id.desc()).limit(most)
