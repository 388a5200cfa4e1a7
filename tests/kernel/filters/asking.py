"""What a random asker may ask of a Deal: leaves that bind, and trees of them, for hypothesis."""

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from app.kernel.filters import And, Minor, Not, Or, Where
from tests.kernel.filters import schema

ZONES = ["UTC", "Europe/Berlin", "Asia/Shanghai", "America/Havana", "Pacific/Kiritimati", "America/St_Johns"]
NOWS = [dt.datetime(2026, 3, 29, 0, 59, 59, tzinfo=dt.UTC), dt.datetime(2026, 3, 29, 1, 0, tzinfo=dt.UTC),
        dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC), dt.datetime(2025, 12, 31, 16, 0, 0, 1, dt.UTC),
        dt.datetime(2026, 3, 31, 23, 30, tzinfo=dt.UTC)]
WORDS = ["today", "yesterday", "tomorrow", "this_week", "last_week", "next_week", "this_month", "last_month",
         "next_month", "this_quarter", "last_quarter", "next_quarter", "this_year", "last_year", "last_1_days",
         "last_30_days", "next_7_days"]
OPEN_WORDS = ["overdue", "older_than_1_days", "older_than_300_days"]

_BARE = ["is_empty", "is_not_empty"]
_EQUAL, _LISTS = ["eq", "ne"], ["in", "not_in"]
_ORDER = ["lt", "lte", "gt", "gte"]
_TEXTUAL = ["contains", "not_contains", "starts_with", "ends_with"]


def _asks(field: str, operators: list[str], values: Any) -> st.SearchStrategy[Where]:
    return st.builds(Where, st.just(field), st.sampled_from(operators), values)


def _compared(field: str, values: st.SearchStrategy[Any], ordered: bool = True) -> st.SearchStrategy[Where]:
    """Equality, lists and emptiness over `values`, and order over those that are not None."""
    known = values.filter(lambda value: value is not None)
    asks = [_asks(field, _BARE, st.none()), _asks(field, _EQUAL, values),
            _asks(field, _LISTS, st.lists(values, max_size=4))]
    if ordered:
        asks += [_asks(field, _ORDER, known), _asks(field, ["between"], st.lists(known, min_size=2, max_size=2))]
    return st.one_of(asks)


_SOME = [text for text in schema.TEXTS if text is not None]
_PIECES = sorted({text[start:start + size] for text in _SOME for start in range(len(text)) for size in (1, 2, 3)})
_FRAGMENTS = st.one_of(st.sampled_from([text for text in _SOME if text]), st.sampled_from(_PIECES),
                       st.text(alphabet="aÄä%_\\/İıiσςΣ客😀' \u0301\u212aK", min_size=1, max_size=3))


def _texts(field: str) -> st.SearchStrategy[Where]:
    return st.one_of(_compared(field, st.sampled_from(schema.TEXTS), ordered=False),
                     _asks(field, _TEXTUAL, _FRAGMENTS))


def _named(values: list[Any]) -> st.SearchStrategy[Any]:
    return st.sampled_from([*values, None, "null"])


_DAYS = st.sampled_from([*schema.DAYS, *WORDS])
_MOMENTS = st.sampled_from([*schema.MOMENTS, *WORDS, *(day for day in schema.DAYS if day), "2026-03-29T02:30",
                            "2026-10-25T02:30", "2026-03-29T10:00+08:00"])
_TAGS = st.sampled_from([1, 2, 5, 99, "vip", "new", "客户_脉", "nobody"])

QUESTIONS = st.one_of(
    _texts("name"), _texts("notes"), _texts("shop.name"), _texts("shop.region.name"), _texts("parent.name"),
    _texts("tags.word"), _texts("like.shop.name"), _texts("parent.parent.notes"), _texts("region.name"),
    _compared("seats", st.sampled_from([*schema.INTEGERS, 50])), _compared("id", st.integers(-1, 61)),
    _compared("rank", st.sampled_from([None, 1, 2, 32_767])), _compared("tags.rank", st.sampled_from([None, 1, 2])),
    _compared("parent.seats", st.sampled_from(schema.INTEGERS)),
    _compared("rate", st.sampled_from([*schema.RATES, "0.2", "0.3000"])),
    _compared("amount", st.sampled_from([None, 0, "100", "100.50", "-100", Minor(2**53 + 1), Minor(2**53)])),
    _compared("active", st.sampled_from([None, True, False, "yes", "否"]), ordered=False),
    _compared("closes_on", _DAYS), _compared("happened_at", _MOMENTS),
    _asks("closes_on", _EQUAL + _LISTS, st.sampled_from(OPEN_WORDS)),
    _asks("happened_at", _EQUAL + _LISTS, st.sampled_from(OPEN_WORDS)), _compared("parent.closes_on", _DAYS),
    _compared("stage", st.sampled_from([None, "open", "won", "Lost"]), ordered=False),
    _compared("shop.kind", st.sampled_from([None, "person", "Organisation"]), ordered=False),
    _compared("colour", st.sampled_from([None, "red", "蓝", "green"]), ordered=False),
    _compared("about", st.sampled_from([None, "shop:1", "no:1"]), ordered=False),
    _asks("extra", _BARE, st.none()), _asks("secret", _BARE, st.none()),
    _compared("phone", st.sampled_from([None, "13800138000", "+86138", "1", " "]), ordered=False),
    _compared("shop", _named([1, 2, "3", "S1", "S2", "42", "person", "nothing"]), ordered=False),
    _compared("parent", _named([1, 2, 30, "a_b"]), ordered=False),
    _compared("owner", _named([1, 2, "me", "ada", "客服"]), ordered=False),
    _compared("shop.owner", _named([1, "me", "bo"]), ordered=False),
    _compared("region", _named([1, 3, "华东"]), ordered=False),
    _compared("ledger", _named([1, 5]), ordered=False),
    _asks("tags", [*_BARE, *_EQUAL], st.one_of(_TAGS, st.just("null"))),
    _asks("tags", ["has", "has_not", "has_any", *_LISTS], st.lists(_TAGS, max_size=3)),
    _asks("like", ["has", "has_not", "has_any", "is_empty"], st.lists(st.integers(1, 60), max_size=3)),
)


def _grouped(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    lists = st.lists(parts, max_size=4)
    return st.one_of(st.builds(And, lists), st.builds(Or, lists), st.builds(Not, parts))


TREES = st.recursive(QUESTIONS, _grouped, max_leaves=8)


# How many different names stand in QUESTIONS.
FIELDS_ASKED = 35
