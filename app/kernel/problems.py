"""What a judgement answers: one sentence per field, translated only where a person reads it.

Pure: no Flask, no SQLAlchemy, so that every ``rules.py`` may use it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


def N_(text: str) -> str:
    """Mark `text` for the translation catalogue without translating it here."""
    return text


@dataclass(frozen=True)
class Problem:
    """One reason why a value is refused.

    `text` is an English sentence (the catalogue's key) with ``%(name)s`` places, `params` what goes into them.
    Parameters that are themselves a Problem or another translatable text are translated when spoken.
    """

    text: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text % self.params if self.params else self.text

    def __hash__(self) -> int:
        return hash((self.text, tuple(sorted((key, str(value)) for key, value in self.params.items()))))


def problem(text: str, **params: Any) -> Problem:
    """A Problem in one call: ``problem(N_("At least %(least)s."), least=3)``."""
    return Problem(text, params)


Problems = dict[str, Problem]
