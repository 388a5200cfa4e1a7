"""Why the engine decided as it did: kept with every decision and shown to whoever asks."""

from dataclasses import dataclass

from app.kernel.problems import Problem, problem


@dataclass(frozen=True)
class Explanation:
    """Why: `code` for machines (``assigned``, ``all_full``, ``fired`` ...), `sentence` for people."""

    code: str
    sentence: Problem


def explain(code: str, text: str, **params: object) -> Explanation:
    """An Explanation in one call: ``explain("all_full", N_("Everybody is at capacity."))``."""
    return Explanation(code, problem(text, **params))
