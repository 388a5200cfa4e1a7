"""What forms and programs give, as typed values."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.fields import Field
from app.kernel.typed import NOT_A, is_problem, number_in, typed

DAY = dt.date(2026, 3, 29)


def read(kind, given, **options):
    return typed(Field("value", "value", kind, "Value"), given, **options)


@pytest.mark.parametrize(("kind", "given", "expected"), [
    ("text", "  客户 ", "客户"), ("text", "e\u0301", "é"), ("long_text", "a\r\nb", "a\nb"), ("text", "007", "007"),
    ("choice", "won", "won"), ("personal", " 138 ", "138"), ("integer", "12", 12), ("integer", -3, -3),
    ("decimal", "1,234.5", Decimal("1234.5")), ("decimal", 2, Decimal(2)), ("decimal", 0.1, Decimal("0.1")),
    ("money", "1,234.56", 123456), ("money", 7, 700), ("boolean", "On", True), ("boolean", "否", False),
    ("boolean", True, True), ("date", "2026-03-29", DAY), ("pointer", "5", 5), ("pointer", {"id": 5}, 5),
    ("pointer", {"id": 5, "name": "x"}, 5), ("user", 3, 3), ("many", [3, "1", {"id": 2}, 3], [1, 2, 3]),
    ("many", "3,1,", [1, 3]), ("many", 4, [4]), ("json", {"a": 1}, {"a": 1}), ("json", [1], [1])])
def test_each_kind_reads_its_values(kind, given, expected):
    assert read(kind, given) == expected


@pytest.mark.parametrize("kind", ["text", "integer", "money", "date", "moment", "pointer", "json", "boolean"])
@pytest.mark.parametrize("given", [None, "", "   "])
def test_nothing_is_none_for_every_kind_but_many(kind, given):
    assert read(kind, given) is None
    assert read("many", given) == []


@pytest.mark.parametrize(("kind", "given"), [
    ("text", 5), ("text", ["a"]), ("integer", "1.5"), ("integer", 1.0), ("integer", True), ("integer", "x"),
    ("integer", "9" * 5000), ("decimal", "NaN"), ("decimal", "1e400000"), ("decimal", "0.00001"), ("decimal", True),
    ("decimal", "x"), ("money", "1e400000"), ("money", "1e999999"), ("money", "1e-999999"), ("money", "0.001"),
    ("money", "Infinity"), ("money", False), ("money", "12 yuan"),
    ("boolean", "perhaps"), ("date", "29.03.2026"), ("date", 5), ("moment", "yesterday"), ("moment", 5),
    ("pointer", "acme"), ("pointer", {"name": "x"}), ("pointer", {"id": []}), ("many", ["x"]), ("many", {"id": 1}),
    ("json", "text"), ("json", 5)])
def test_a_value_of_the_wrong_kind_is_a_problem_and_never_an_error(kind, given):
    found = read(kind, given)
    assert is_problem(found)
    assert found.text == NOT_A.get(kind, "This value has the wrong type.")


def test_a_problem_quotes_no_more_than_forty_characters():
    assert len(read("integer", "x" * 100).params["value"]) == 40


def test_a_moment_without_zone_is_in_the_readers_zone():
    expected = dt.datetime(2026, 3, 29, 1, tzinfo=dt.UTC)
    assert read("moment", "2026-03-29T09:00", zone="Asia/Shanghai") == expected
    assert read("moment", "2026-03-29T03:00+02:00", zone="Asia/Shanghai") == expected
    assert read("moment", "2026-03-29 01:00") == expected


def test_money_is_read_in_its_currency():
    assert read("money", "12", currency="JPY") == 12
    assert read("money", "0.001", currency="KWD") == 1
    assert is_problem(read("money", "0.5", currency="JPY"))


@given(st.sampled_from(["text", "integer", "decimal", "money", "boolean", "date", "moment", "pointer", "many", "json"]),
       st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(
           inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3), max_leaves=6))
def test_whatever_a_program_sends_is_a_value_or_a_problem(kind, given):
    read(kind, given)


@pytest.mark.parametrize("kind", ["pointer", "user", "many"])
@pytest.mark.parametrize("given", [2**31, -(2**31), 2**63, 2**70, str(2**70), {"id": 2**70}])
def test_a_number_that_no_record_has_is_a_problem_before_a_database_is_asked(kind, given):
    found = read(kind, [given] if kind == "many" else given)
    assert is_problem(found)
    assert found.text == "Choose one of the records offered."


def test_the_highest_number_of_a_record_is_read():
    assert read("pointer", 2**31 - 1) == 2**31 - 1
    assert read("many", f"{2**31 - 1},1") == [1, 2**31 - 1]


@pytest.mark.parametrize("kind", ["text", "long_text", "choice", "personal", "about", "date", "integer", "many"])
@pytest.mark.parametrize("given", ["a\x00b", "\x07", "\ud83d", "fine\udfff", "\x1f"])
def test_signs_that_no_database_stores_are_said_to_be_the_reason(kind, given):
    found = read(kind, given if given.strip() else f"a{given}b")
    assert is_problem(found)
    assert found.text == "This text has characters that cannot be stored."


@pytest.mark.parametrize("given", ["😀", "a\tb", "一行\n两行", "\u200b零宽", "\u202eright to left", "\x7f"])
def test_rare_signs_that_can_be_stored_are_kept(given):
    assert read("long_text", given) == given


@pytest.mark.parametrize(("text", "number"), [
    ("5", 5), ("007", 7), ("0", 0), ("", None), (None, None), (" 5", None), ("-5", None), ("5.0", None), ("²", None),
    ("٣", None), ("五", None), ("1_000", None), ("0x10", None), ("9" * 40, int("9" * 40)), ("9" * 5000, None)])
def test_a_number_in_a_form_is_plain_digits_or_nothing(text, number):
    assert number_in(text) == number


@pytest.mark.parametrize(("zone", "given", "utc"), [
    ("Europe/Berlin", "2026-03-29T01:59", "2026-03-29T00:59"),
    ("Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00"),
    ("Europe/Berlin", "2026-10-25T01:59", "2026-10-24T23:59"),
    ("Europe/Berlin", "2026-10-25T03:00", "2026-10-25T02:00"),
    ("Asia/Kathmandu", "2026-01-01T00:00", "2025-12-31T18:15"),
    ("Pacific/Kiritimati", "2026-01-01", "2025-12-31T10:00"),
    ("Pacific/Niue", "2025-12-31T23:00", "2026-01-01T10:00")])
def test_a_moment_near_the_change_of_clocks_or_of_the_year_is_the_right_one(zone, given, utc):
    assert read("moment", given, zone=zone) == dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize("given", ["0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00"])
def test_a_moment_outside_of_all_time_is_a_problem(given):
    assert is_problem(read("moment", given))


@pytest.mark.parametrize(("given", "text"), [
    ({"entity": "customer", "id": 5}, "customer:5"), ("customer:5", "customer:5"), ("  customer:5 ", "customer:5")])
def test_what_a_record_is_about_may_be_an_object_or_a_text(given, text):
    assert read("about", given) == text


@pytest.mark.parametrize("given", [{"entity": "customer"}, {"id": 5}, {}, 5, ["customer:5"]])
def test_what_names_no_record_is_a_problem(given):
    found = read("about", given)
    assert is_problem(found)
    assert found.text == NOT_A["about"]
