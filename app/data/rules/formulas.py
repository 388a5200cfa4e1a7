"""Cells that a spreadsheet would run as a formula: marked on the way out, unmarked on the way in.

``restore(defuse(text)) == text`` for every text: a mark is added only to text that runs, or that runs once such marks
are taken away, and it is taken away only from text that would have been given it.
"""

import re

MARK = "'"
_RUNS = ("=", "@", "\t", "\r", "\n", "＝", "＠")
_SIGNS = ("+", "-", "＋", "－")
_NUMBER = re.compile(r"[+-](?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:[eE][+-]?\d{1,3})?%?", re.ASCII)
_PHONE = re.compile(r"\+[\d(][\d ().\-]*\d", re.ASCII)


def _is_number(text: str) -> bool:
    return bool(_NUMBER.fullmatch(text)) and any(sign.isdigit() for sign in text)


def _is_phone(text: str) -> bool:
    return bool(_PHONE.fullmatch(text)) and 5 <= sum(sign.isdigit() for sign in text) <= 20


def check_formula(text: str) -> bool:
    """Whether a spreadsheet would run `text`: ``=``, ``@``, a tab, a line break or a sign stands first.

    A signed number and a phone number such as ``+86 138-0013-8000`` are not run.
    """
    if text.startswith(_RUNS):
        return True
    return text.startswith(_SIGNS) and not _is_number(text) and not _is_phone(text)


def _needs_mark(text: str) -> bool:
    return check_formula(text.lstrip(MARK))


def defuse(text: str) -> str:
    """`text` as it may stand in an exported cell: one apostrophe in front of what would run."""
    return MARK + text if _needs_mark(text) else text


def restore(text: str) -> str:
    """The text that `defuse` was given; every other text as it is."""
    return text[1:] if text.startswith(MARK) and _needs_mark(text) else text
