"""Case-insensitive text: one rule for Python and both databases."""

import sqlite3
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql

from app.kernel.filters import fold, folded, install_functions
from app.kernel.filters.text import is_caseless, like

CHARACTERS = st.characters(exclude_categories=["Cs", "Cn"], exclude_characters="\x00")
TEXTS = st.text(alphabet=st.one_of(CHARACTERS, st.sampled_from("aAäÄ%_/\\İıiIσΣς客😀")), max_size=8)
CALM = settings(max_examples=300, deadline=None, derandomize=True,
                suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def connection(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection to each database in turn."""
    with engine.connect() as opened:
        yield opened


@pytest.mark.parametrize(("text", "lower"), [
    ("ÄPFEL", "äpfel"), ("İstanbul", "istanbul"), ("ΟΔΟΣ", "οδοσ"), ("οδος", "οδος"), ("Straße", "straße"),
    ("\u212aELVIN", "kelvin"), ("客户", "客户"), ("", ""),
])
def test_lower_case_is_one_character_for_one(text: str, lower: str) -> None:
    assert fold(text) == lower
    assert len(fold(text)) == len(text)


def test_folding_twice_changes_nothing_more() -> None:
    every = "".join(map(chr, [*range(1, 0xD800), *range(0xE000, 0x110000)]))
    assert fold(fold(every)) == fold(every)
    assert len(fold(every)) == len(every)


def test_every_letter_is_folded_alike_by_the_database(connection: sa.Connection) -> None:
    known = [chr(code) for code in range(0x20, 0x110000) if unicodedata.category(chr(code)) not in ("Cs", "Cn", "Co")]
    for start in range(0, len(known), 20_000):
        text = "".join(known[start:start + 20_000])
        assert connection.scalar(sa.select(folded(sa.literal(text)))) == fold(text)


@given(text=TEXTS, needle=TEXTS)
@example(text="100%", needle="%")
@example(text="a_b", needle="_")
@example(text="axb", needle="a_b")
@example(text="c:\\d", needle="\\")
@example(text="a/b", needle="/")
@example(text="a/b", needle="a//b")
@example(text="ΟΔΟΣ", needle="οδοσ")
@example(text="İ", needle="i")
@CALM
def test_the_database_finds_what_python_finds(connection: sa.Connection, text: str, needle: str) -> None:
    column = sa.literal(text)
    found = connection.execute(sa.select(like(column, needle, True, True), like(column, needle, False, True),
                                         like(column, needle, True, False))).one()
    assert tuple(map(bool, found)) == (fold(needle) in fold(text), fold(text).startswith(fold(needle)),
                                       fold(text).endswith(fold(needle)))


@given(text=TEXTS.filter(bool), data=st.data())
@CALM
def test_every_piece_of_a_text_is_found_in_any_case(connection: sa.Connection, text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    piece = text[start:data.draw(st.integers(start + 1, len(text)))]
    upper = "".join(one.upper() if fold(one.upper()) == fold(one) else one for one in piece)
    assert connection.scalar(sa.select(like(sa.literal(text), upper, True, True)))


def test_what_is_compared_without_folding_is_what_nothing_is_folded_into() -> None:
    """Digits and Chinese signs: neither they nor what folds to them may be any other sign."""
    plain = [chr(code) for code in [*range(0x20, 0xD800), *range(0xE000, 0x110000)] if is_caseless(chr(code))]
    kept = set(plain)
    every = map(chr, [*range(1, 0xD800), *range(0xE000, 0x110000)])
    assert all(fold(sign) == sign for sign in plain)
    assert not any(fold(sign) in kept for sign in every if fold(sign) != sign)
    assert {"0", "9", "客", "户"} <= kept
    assert not {"a", "Z", "é", "ı", "Σ", "%", " "} & kept


def test_a_text_of_digits_and_chinese_signs_is_compared_as_it_stands() -> None:
    assert "crm_fold" not in str(like(sa.column("name"), "客户 7".replace(" ", ""), True, True))
    assert "crm_fold" in str(like(sa.column("name"), "客a", True, True))


def test_an_unknown_text_stays_unknown(connection: sa.Connection) -> None:
    assert connection.scalar(sa.select(folded(sa.null()))) is None


def test_sqlite_folds_whatever_lies_in_a_text_column() -> None:
    raw = sqlite3.connect(":memory:")
    install_functions(raw)
    assert raw.execute("SELECT crm_fold('ÄB'), crm_fold(NULL), crm_fold(5), crm_fold(x'41')").fetchone() == (
        "äb", None, 5, b"A")
    raw.execute("CREATE TABLE deal (name TEXT)")
    raw.execute("CREATE INDEX by_name ON deal (crm_fold(name))")  # refused unless it is deterministic
    raw.close()


class _Old(postgresql.dialect):  # type: ignore[misc]
    server_version_info = (16, 3)


class _New(postgresql.dialect):  # type: ignore[misc]
    server_version_info = (18, 0)


@pytest.mark.parametrize(("dialect", "sql"), [
    (_New(), "lower((flt.name) COLLATE \"pg_c_utf8\")"),
    (postgresql.dialect(), "lower((flt.name) COLLATE \"pg_c_utf8\")"),
    (_Old(), "lower(translate(flt.name, 'İΣ', 'iσ') COLLATE \"und-x-icu\")"),
])
def test_an_older_server_is_asked_in_its_own_words(dialect: Any, sql: str) -> None:
    assert str(folded(sa.column("name", _selectable=sa.table("flt"))).compile(dialect=dialect)) == sql
