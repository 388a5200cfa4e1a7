"""What the index holds of a text: every sign and every pair of neighbours, without regard to case."""

from collections.abc import Iterable

from app.kernel.filters.text import fold


def grams_of(texts: Iterable[str | None]) -> list[str]:
    """The signs and pairs of `texts`, each once, sorted. Pairs never reach from one text into the next."""
    found: set[str] = set()
    for text in texts:
        folded = fold(text or "")
        found.update(folded)
        found.update(_pairs(folded))
    return sorted(found)


def wanted(needle: str) -> list[str]:
    """The grams that every text with `needle` in it holds; empty for an empty needle."""
    folded = fold(needle)
    return sorted(set(_pairs(folded) if len(folded) > 1 else folded))


def cleaned(text: str) -> str:
    """What was typed without the space around it, and without the sign that PostgreSQL keeps in no text."""
    return text.replace("\x00", "").strip()


def as_words(grams: Iterable[str]) -> str:
    """The grams as words of letters and digits, so that no tokenizer takes a sign for a gap or folds it once more."""
    return " ".join(gram.encode("utf-8", "surrogatepass").hex() for gram in grams)


def _pairs(text: str) -> list[str]:
    return [text[start:start + 2] for start in range(len(text) - 1)]
