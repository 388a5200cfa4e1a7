"""From what was typed to what is compared."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import g

from app.kernel import clock
from app.kernel.fields import Field, fields_of
from app.kernel.filters import Context, Minor
from app.kernel.filters.bound import Ref
from app.kernel.filters.paths import column_of
from app.kernel.filters.times import Span
from app.kernel.filters.values import Unreadable, hashes, typed
from tests.kernel.filters.schema import Deal, Sealed

NOW = dt.datetime(2026, 3, 29, 0, 30, tzinfo=dt.UTC)


def read(name: str, value: Any, **context: Any) -> Any:
    field = fields_of(Deal)[name]
    with clock.at(NOW):
        return typed(value, field, column_of(Deal, field), Context(**context))


def refused(name: str, value: Any, **context: Any) -> str:
    with pytest.raises(Unreadable) as refusal:
        read(name, value, **context)
    return str(refusal.value.problem)


@pytest.mark.parametrize("name", list(fields_of(Deal)))
def test_none_is_a_missing_value_of_every_field(name: str) -> None:
    assert read(name, None) is None


def test_a_text_is_taken_as_it_is() -> None:
    for given, kept in ((" ä ", " ä "), ("007", "007"), (100, "100"), (True, "true"), (False, "false"), ("", "")):
        assert read("name", given) == read("notes", given) == read("about", given) == read("phone", given) == kept


@pytest.mark.parametrize(("given", "number"), [(5, 5), ("5", 5), (" -7 ", -7), ("+3", 3), ("１００", 100), ("007", 7),
                                               (2**31 - 1, 2**31 - 1), (1 - 2**31, 1 - 2**31)])
def test_a_whole_number_is_read_in_any_width(given: Any, number: int) -> None:
    assert read("seats", given) == number


@pytest.mark.parametrize("given", ["", "1.0", "1e3", "1_000", "1,000", "x", "--1", True, "٣a", "9" * 21])
def test_what_is_no_whole_number_is_refused(given: Any) -> None:
    assert refused("seats", given).endswith("is not a whole number.")


@pytest.mark.parametrize(("name", "given"), [("seats", 2**31), ("seats", -(2**31)), ("rank", 2**15), ("id", 2**40),
                                             ("amount", Minor(2**63)), ("shop", 2**31), ("owner", "9999999999")])
def test_a_number_beyond_its_column_is_refused_before_the_driver_raises(name: str, given: Any) -> None:
    assert refused(name, given) == "This number is too large."


def test_without_a_column_a_number_may_have_sixty_four_bits() -> None:
    assert typed(2**63 - 1, Field("x", "x", "integer", "X"), None, Context()) == 2**63 - 1


@pytest.mark.parametrize(("given", "number"), [("0.1", "0.1"), (5, "5"), ("-2.50", "-2.5"), ("1e2", "100"), ("1.", "1"),
                                               ("1E-4", "0.0001"), ("０．５", "0.5"), ("0e99", "0"), ("-0", "0"),
                                               ("99999999999.9999", "99999999999.9999")])
def test_a_decimal_is_exact(given: Any, number: str) -> None:
    assert read("rate", given) == Decimal(number)


@pytest.mark.parametrize("given", ["", ".", ".5", "x", "1,5", "NaN", "inf", "1e100", True, "1__0"])
def test_what_is_no_number_is_refused(given: Any) -> None:
    assert refused("rate", given).endswith("is not a number.")


def test_a_decimal_keeps_to_what_every_database_holds_exactly() -> None:
    assert refused("rate", "0.00001") == "At most 4 decimal places are possible."
    assert refused("rate", "1e11") == refused("rate", "-1e99") == "This number is too large."


@pytest.mark.parametrize(("given", "minor"), [("100", 10_000), (100, 10_000), ("100.50", 10_050), ("0.01", 1),
                                              ("-5", -500), (Minor(10_000), 10_000), (Minor(-1), -1), ("1e3", 100_000)])
def test_money_is_given_in_major_units_unless_it_says_otherwise(given: Any, minor: int) -> None:
    assert read("amount", given) == minor


def test_money_has_the_places_of_its_currency() -> None:
    assert read("amount", "100", money_places=0) == 100
    assert read("amount", "1.005", money_places=3) == 1_005
    assert refused("amount", "1.005") == "At most 2 decimal places are possible."
    assert refused("amount", "0.5", money_places=0) == "At most 0 decimal places are possible."
    assert refused("amount", "1e99") == refused("amount", 10**17) == "This number is too large."
    assert refused("amount", "abc") == "abc is not a number."


def test_only_money_has_minor_units() -> None:
    for name in ("seats", "rate", "name", "shop", "phone", "closes_on"):
        assert refused(name, Minor(1)) == "Only an amount of money has minor units."


@pytest.mark.parametrize("word", ["true", "1", "yes", "Y", "ON", "是", " True ", 1, True])
def test_yes_is_said_in_many_ways(word: Any) -> None:
    assert read("active", word) is True


@pytest.mark.parametrize("word", ["false", "0", "no", "N", "off", "否", 0, False])
def test_no_is_said_in_many_ways(word: Any) -> None:
    assert read("active", word) is False


@pytest.mark.parametrize("word", ["", "2", "maybe", "null"])
def test_anything_else_is_neither(word: str) -> None:
    assert refused("active", word) == f"{word} is neither yes nor no."


def test_a_day_is_iso_or_a_word() -> None:
    assert read("closes_on", "2026-03-31") == dt.date(2026, 3, 31)
    assert read("closes_on", "２０２６-03-31") == dt.date(2026, 3, 31)
    assert read("closes_on", "this_month") == Span(dt.date(2026, 3, 1), dt.date(2026, 4, 1), word="this_month")
    assert read("closes_on", "today", zone="America/Havana").start == dt.date(2026, 3, 28)
    assert read("closes_on", "today", zone="Asia/Shanghai").start == dt.date(2026, 3, 29)


@pytest.mark.parametrize("given", ["", "31.03.2026", "2026-3-1", "2026-02-30", "2026-03-31T10:00", "20260331",
                                   "soon", 5])
def test_what_is_no_day_is_refused_with_an_example(given: Any) -> None:
    assert refused("closes_on", given) == f"{given} is no day: write 2026-03-31, or a word such as this_month."


@pytest.mark.parametrize("given", ["0999-12-31", "9999-01-01"])
def test_days_that_a_zone_or_a_database_would_choke_on_are_refused(given: str) -> None:
    assert refused("closes_on", given) == refused("happened_at", given) == "This day is too far away."
    assert refused("happened_at", f"{given}T00:00") == "This day is too far away."


@pytest.mark.parametrize("given", ["1000-01-01", "9998-12-31"])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Shanghai"])
def test_the_first_and_the_last_day_are_days_everywhere(given: str, zone: str) -> None:
    assert read("closes_on", given, zone=zone) == dt.date.fromisoformat(given)
    assert read("happened_at", given, zone=zone).start.tzinfo is dt.UTC


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(("given", "moment"), [
    ("2026-03-31T10:00", "2026-03-31T02:00"), ("2026-03-31 10:00:30.5", "2026-03-31T02:00:30.500000"),
    ("2026-03-31T10:00Z", "2026-03-31T10:00"), ("2026-03-31T10:00-05:00", "2026-03-31T15:00"),
    ("2026-03-31T10:00+08:00", "2026-03-31T02:00"), ("2026-03-31T10:00 08:00", "2026-03-31T02:00"),
    ("2026-03-31T10:00:01.25 08:00", "2026-03-31T02:00:01.250000"),
])
def test_a_moment_without_a_zone_is_in_the_asker_s(given: str, moment: str) -> None:
    assert read("happened_at", given, zone="Asia/Shanghai") == utc(moment)


def test_a_moment_that_comes_twice_is_the_first_and_one_that_never_comes_is_after_the_jump() -> None:
    assert read("happened_at", "2026-10-25T02:30", zone="Europe/Berlin") == utc("2026-10-25T00:30")
    assert read("happened_at", "2026-03-29T02:30", zone="Europe/Berlin") == utc("2026-03-29T01:30")


def test_a_day_as_a_moment_is_the_whole_day_of_the_asker() -> None:
    assert read("happened_at", "2026-03-29", zone="Europe/Berlin") == Span(
        utc("2026-03-28T23:00"), utc("2026-03-29T22:00"), word="2026-03-29")
    assert read("happened_at", "overdue") == Span(None, NOW, word="overdue")


@pytest.mark.parametrize("given", ["", "10:00", "2026-02-30", "2026-03-31T25:00", "yesterday morning", 5])
def test_what_is_no_moment_is_refused_with_an_example(given: Any) -> None:
    assert refused("happened_at", given) == (
        f"{given} is no moment: write 2026-03-31 or 2026-03-31T14:30, or a word such as today.")


def test_a_choice_is_its_stored_value_or_its_label_in_either_language(speaking: None) -> None:
    for given in ("won", "Won", " WON ", "赢单"):
        assert read("stage", given) == "won"
    g.language = "zh"
    assert read("stage", "Won") == read("stage", "赢单") == "won"
    assert read("stage", "Lost") == "lost"


def test_without_an_application_the_written_labels_count() -> None:
    assert read("stage", "won") == read("stage", "Won") == "won"
    assert refused("stage", "赢单") == "赢单 is not one of the choices."


def test_a_choice_without_a_list_takes_any_text() -> None:
    assert read("colour", "青") == "青"


def test_a_related_row_is_named_by_number_by_name_or_as_oneself() -> None:
    for name in ("shop", "owner"):
        assert read(name, 5) == read(name, "5") == read(name, " 5") == Ref(id=5)
        assert read(name, "null") is None
        assert read(name, "ACME") == Ref(name="ACME")
    assert read("owner", "me", user_id=7) == Ref(id=7, word="me")
    assert read("shop", "me", user_id=7) == Ref(name="me")
    assert read("tags", True) == Ref(name="true")


def test_nobody_cannot_ask_for_himself() -> None:
    assert refused("owner", "me") == "Nobody is logged in, so that \"me\" means nobody."


def test_a_blank_names_no_row() -> None:
    assert refused("shop", " ") == refused("tags", "") == "A value is missing."


def test_an_encrypted_value_is_compared_by_its_hash_under_every_key() -> None:
    column = column_of(Deal, fields_of(Deal)["phone"])
    assert isinstance(column, sa.Column)
    assert hashes("138 00", column) == Sealed().index_values("13800")
    assert len(hashes("138 00", column)) == 2
    assert hashes(" ", column) == ()
