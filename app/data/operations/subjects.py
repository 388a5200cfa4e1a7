"""What a cell says that a record is about: ``customer:5`` as exports write it, or ``客户: Blue River`` as people do."""

import re
from collections.abc import Iterable
from dataclasses import replace

from app.data.operations.references import References
from app.data.rules import Context, Reference, parse_value
from app.kernel import about
from app.kernel.entity import Entity
from app.kernel.fields import Field
from app.kernel.language import LANGUAGES, in_language
from app.kernel.problems import N_, Problem, problem

_SHAPE = re.compile(r"\s*([^:：]{1,60}?)\s*[:：]\s*(\S.*?)\s*")
UNKNOWN = N_("“%(value)s” is not known, or you may not use it.")
AMBIGUOUS = N_("“%(value)s” is the name of %(count)s records; name one by its key.")


class Subjects:
    """Reads the `about` cells of one entity; names are looked up for a whole chunk at a time, under the rights."""

    def __init__(self, model: type[Entity], references: References) -> None:
        self._references = references
        self._words: dict[str, str] = {}
        for target in about.subjects(model):
            labels = (in_language(target.entity_label, language) for language in LANGUAGES)
            self._words |= {word.casefold(): target.entity_name() for word in (target.entity_name(), *labels)}

    def learn(self, known: Field, texts: Iterable[str], context: Context) -> None:
        """Look up every record that the texts name by a word."""
        by_entity: dict[str, list[Reference]] = {}
        for named in filter(None, (self._named(known, text, context) for text in texts)):
            by_entity.setdefault(named[0].target or "", []).append(named[1])
        for entity, references in by_entity.items():
            self._references.learn(_pointer(known, entity), references)

    def text_of(self, known: Field, text: str, context: Context) -> str | Problem:
        """The text as it is stored, or why nothing can be said. What is written with a number is judged when saved."""
        if about.split(text) is not None:
            return text
        named = self._named(known, text, context)
        meant = self._references.ids(*named)[0] if named is not None else ()
        if named is not None and len(meant) == 1:
            return about.text_of(named[0].target, meant[0]) or ""
        return problem(AMBIGUOUS, value=text[:80], count=len(meant)) if meant else problem(UNKNOWN, value=text[:80])

    def _named(self, known: Field, text: str, context: Context) -> tuple[Field, Reference] | None:
        """The entity as what a pointer would have as its target, and the name behind the colon."""
        match = _SHAPE.fullmatch(text)
        entity = self._words.get(match[1].casefold()) if match else None
        if match is None or entity is None or about.split(text) is not None:
            return None
        pointer = _pointer(known, entity)
        reference = parse_value(pointer, match[2], context)
        return (pointer, reference) if isinstance(reference, Reference) else None


def _pointer(known: Field, entity: str) -> Field:
    return replace(known, kind="pointer", target=entity)
