import datetime as dt
import json
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.data.rules.dates import ISO, DateFormat
from app.data.rules.mapping import MappingFile
from app.data.rules.values import Context, Reference, choice_words, column_context, parse_value, show_value
from app.kernel.fields import Field
from app.kernel.problems import Problem

unhurried = settings(deadline=None)  # a busy machine is no fault of the product

STATUS = {"open": "Open", "waiting_customer": "Waiting for customer", "closed": "Closed"}
CHINESE = {"open": "打开", "waiting_customer": "等待客户", "closed": "关闭"}
KINDS = ["text", "long_text", "integer", "decimal", "money", "boolean", "date", "moment", "choice", "pointer", "user",
         "many", "json",
         "personal", "about"]


def field(kind, **more):
    return Field("it", "it", kind, "It", choices=STATUS if kind == "choice" else None, **more)


def labels(field, stored):
    return [STATUS[stored], CHINESE[stored]]


def parse(kind, text, **context):
    return parse_value(field(kind), text, Context(**context))


@pytest.mark.parametrize("text", ["013800138000", "NA", "N/A", "null", "None", "nan", "1e5", "TRUE", "0", "-", "?",
                                  "#N/A", "'x"])
@pytest.mark.parametrize("kind", ["text", "long_text", "personal"])
def test_text_is_taken_as_it_stands(kind, text):
    assert parse(kind, text) == text


def test_text_is_trimmed_and_composed_as_the_form_does_it():
    assert parse("text", "  Cafe\u0301 \n") == "Café"
    assert parse("long_text", "a\r\nb\rc") == "a\nb\rc"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "many"])
@pytest.mark.parametrize("text", ["", "  ", "\u00a0", "\t\n"])
def test_no_text_is_no_value_for_every_kind(kind, text):
    assert parse(kind, text) is None


def test_no_text_is_no_records_for_many():
    assert parse("many", " ") == ()


@pytest.mark.parametrize("word", ["-", "Select", "SELECT", " ? "])
def test_a_blank_word_is_no_value_only_where_the_mapping_says_so(word):
    blanks = frozenset({"-", "select", "?"})
    assert parse("text", word, blanks=blanks) is None
    assert parse("many", word, blanks=blanks) == ()
    assert parse("text", word) == word.strip()
    assert parse("text", "--", blanks=blanks) == "--"


@pytest.mark.parametrize("text", ["是", "yes", "Y", "TRUE", "True", "1", "√", "ｙｅｓ", " y ", "on", "t"])
def test_a_word_for_yes_is_yes(text):
    assert parse("boolean", text) is True


@pytest.mark.parametrize("text", ["否", "no", "N", "FALSE", "0", "×", "off", "f"])
def test_a_word_for_no_is_no(text):
    assert parse("boolean", text) is False


@pytest.mark.parametrize("text", ["maybe", "2", "不", "yes no", "是否"])
def test_what_is_neither_is_refused(text):
    assert "neither yes nor no" in str(parse("boolean", text))


@pytest.mark.parametrize("text", ["waiting_customer", "Waiting customer", "WAITING-CUSTOMER", "Waiting for customer",
                                  "等待客户", "等待 客户"])
def test_a_choice_is_known_by_value_or_label_in_either_language(text):
    assert parse_value(field("choice"), text, column_context(field("choice"), labels=labels)) == "waiting_customer"


def test_an_unknown_choice_is_refused_and_the_known_ones_named():
    refused = str(parse("choice", "resolved"))
    assert "“resolved”" in refused
    assert "open, waiting_customer, closed" in refused


def test_labels_are_unknown_where_nobody_gives_them():
    assert isinstance(parse("choice", "等待客户"), Problem)
    assert parse("choice", "OPEN") == "open"


def test_an_unknown_choice_is_accepted_when_the_mapping_leads_to_a_known_one():
    mapping = MappingFile.parse('{"values": {"it": {"Resolved": "closed", "offen": "打开"}}}')
    context = column_context(field("choice"), mapping, labels)
    assert parse_value(field("choice"), "RESOLVED", context) == "closed"
    assert parse_value(field("choice"), " offen ", context) == "open"


def test_a_label_of_two_choices_is_ambiguous():
    twins = Field("it", "it", "choice", "It", choices={"a": "Same", "b": "same"})
    words = choice_words(twins, lambda field, stored: [field.choices[stored]])
    assert words == {"same": None, "a": "a", "b": "b"}
    assert "more than one choice" in str(parse_value(twins, "Same", Context(choices=words)))
    assert parse_value(twins, "b", Context(choices=words)) == "b"


def test_a_label_given_twice_for_one_choice_is_not_ambiguous():
    assert choice_words(field("choice"), lambda field, stored: [stored, stored.upper()])["open"] == "open"


def test_a_choice_without_choices_refuses_everything():
    assert isinstance(parse_value(Field("it", "it", "choice", "It"), "x", Context()), Problem)


def test_a_stored_value_wins_over_a_label_of_another_choice():
    crossed = Field("it", "it", "choice", "It", choices={"high": "low", "low": "high"})
    words = choice_words(crossed, lambda field, stored: [field.choices[stored]])
    assert parse_value(crossed, "high", Context(choices=words)) == "high"


def test_numbers_are_read_by_the_decimal_mark_of_the_column():
    assert parse("decimal", "1.234,5", decimal_mark=",") == Decimal("1234.5")
    assert parse("integer", "1.234", decimal_mark=",") == 1234
    assert parse("money", "1.234,50", decimal_mark=",", currency="EUR") == 123_450


def test_money_is_in_minor_units_of_the_records_currency():
    assert parse("money", "1,234.50") == 123_450
    assert parse("money", "1234", currency="JPY") == 1234
    assert isinstance(parse("money", "1.5", currency="JPY"), Problem)


def test_dates_are_read_by_the_format_of_the_column():
    assert parse("date", "05/03/2026", dates=DateFormat("dmy")) == dt.date(2026, 3, 5)
    assert isinstance(parse("date", "05/03/2026"), Problem)
    assert parse("moment", "05/03/2026 14:30", dates=DateFormat("dmy"), zone="Asia/Shanghai") == dt.datetime(2026, 3,
                                                                                                             5, 6, 30,
                                                                                                             tzinfo=dt.UTC)


def test_a_pointer_is_a_reference_to_be_found_later():
    for kind in ("pointer", "user", "about"):
        assert parse(kind, " Acme Ltd ") == Reference("Acme Ltd", ("Acme Ltd",))


def test_the_parts_of_a_natural_key_are_told_beside_the_whole():
    assert parse("pointer", "Sales / Won") == Reference("Sales / Won", ("Sales", "Won"))
    assert parse("pointer", "A/B Ltd").parts == ("A/B Ltd",)


@pytest.mark.parametrize(("text", "external"), [
    ("salesforce:0015g00000X", ("salesforce", "0015g00000X")), ("hub-spot_2:7:8", ("hub-spot_2", "7:8")),
    ("Acme", None), ("Acme: North", None),
    (":7", None), ("sf:", None), ("sf: 7", None), ("a" * 41 + ":7", None),
])
def test_a_reference_may_be_an_external_id(text, external):
    assert Reference(text).external == external


def test_a_mapped_value_may_name_a_record():
    assert parse("pointer", "GTXPro", values={"gtxpro": "GTX Pro"}) == Reference("GTX Pro", ("GTX Pro",))


@pytest.mark.parametrize("text", ["VIP;Retail", "VIP； Retail", "VIP、Retail", "VIP | Retail", "VIP;;Retail;",
                                  "VIP;Retail;VIP", '["VIP", "Retail"]'])
def test_many_records_are_divided_by_any_usual_sign(text):
    assert [each.text for each in parse("many", text)] == ["VIP", "Retail"]


def test_a_comma_does_not_divide_records():
    assert [each.text for each in parse("many", "Acme, Inc.;B")] == ["Acme, Inc.", "B"]


def test_a_name_with_a_divider_is_given_as_a_json_list():
    assert [each.text for each in parse("many", '["a;b", "c"]')] == ["a;b", "c"]


@pytest.mark.parametrize(("text", "names"), [("[a;b", ["[a", "b"]), ("[1]", ["[1]"]), ('["a", 1]', ['["a", 1]'])])
def test_what_only_looks_like_a_json_list_is_divided_as_text(text, names):
    assert [each.text for each in parse("many", text)] == names


def test_json_is_read_as_json():
    assert parse("json", '{"a": [1, null]}') == {"a": [1, None]}


@pytest.mark.parametrize("text", ["{a}", "NaN", '{"a": Infinity}', "[" * 200_000])
def test_what_is_no_json_is_refused(text):
    assert "not JSON" in str(parse("json", text))


def test_a_context_gathers_what_column_and_mapping_say():
    mapping = MappingFile.parse(json.dumps({"formats": {"it": "dd/mm/yyyy"}, "blanks": {"it": ["-"]},
                                            "values": {"it": {"A": "b"}}}))
    context = column_context(field("date"), mapping, currency="USD", zone="Asia/Shanghai", dates=DateFormat("mdy"))
    assert context == Context("USD", "Asia/Shanghai", DateFormat("dmy"), ".", frozenset({"-"}), {"a": "b"}, {})


def test_without_a_word_of_the_mapping_the_column_itself_decides():
    assert column_context(field("date"), dates=DateFormat("mdy")).dates == DateFormat("mdy")
    assert column_context(field("date")).dates == ISO


@pytest.mark.parametrize(("kind", "value", "text"), [
    ("text", "013", "013"), ("integer", 5, "5"), ("decimal", Decimal("3E+8"), "300000000"),
    ("decimal", Decimal("1.50"), "1.50"),
    ("money", 123_450, "1234.50"), ("money", -5, "-0.05"), ("boolean", True, "yes"), ("boolean", False, "no"),
    ("date", dt.date(2026, 3, 5), "2026-03-05"),
    ("moment", dt.datetime(2026, 3, 5, 6, 30, tzinfo=dt.UTC), "2026-03-05 14:30:00+08:00"), ("choice", "open", "open"),
    ("pointer", Reference("Acme"), "Acme"), ("pointer", "Acme", "Acme"),
    ("many", (Reference("a"), Reference("b")), "a; b"), ("many", (), ""),
    ("many", ["a;b", "c"], '["a;b", "c"]'), ("many", ["[x"], '["[x"]'), ("json", {"名": 1}, '{"名": 1}'),
    ("text", None, ""),
])
def test_a_value_is_shown_as_a_person_would_write_it(kind, value, text):
    assert show_value(field(kind), value, Context(zone="Asia/Shanghai")) == text


def test_a_moment_of_a_time_before_standard_time_is_shown_in_utc():
    old = dt.datetime(1890, 1, 1, tzinfo=dt.UTC)
    shown = show_value(field("moment"), old, Context(zone="Asia/Shanghai"))
    assert shown == "1890-01-01 00:00:00+00:00"


ZONES = ["UTC", "Asia/Shanghai", "America/New_York", "Africa/Monrovia", "Europe/Berlin"]
NAMES = st.text(alphabet="ab;；、|[]\" /:客", min_size=1, max_size=6).filter(lambda name: name == name.strip())
VALUES = {
    "integer": st.integers(-(2**31), 2**31 - 1),
    "decimal": st.decimals(-(10**13), 10**13, places=4),
    "money": st.integers(-(2**63), 2**63 - 1),
    "boolean": st.booleans(),
    "date": st.dates(),
    "moment": st.datetimes(timezones=st.just(dt.UTC)),
    "choice": st.sampled_from(sorted(STATUS)),
    "json": st.recursive(st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False),
                         st.lists, max_leaves=5),
    "text": st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"])).map(lambda text: parse("text", text)),
}


@pytest.mark.parametrize("kind", sorted(VALUES))
@unhurried
@given(data=st.data(), zone=st.sampled_from(ZONES), currency=st.sampled_from(["CNY", "JPY", "KWD"]))
def test_every_value_is_read_back_as_it_was_shown(kind, data, zone, currency):
    context = Context(zone=zone, currency=currency)
    value = data.draw(VALUES[kind])
    assert parse_value(field(kind), show_value(field(kind), value, context), context) == value


@unhurried
@given(st.lists(NAMES, unique=True, max_size=4))
def test_every_list_of_records_is_read_back(names):
    shown = show_value(field("many"), [Reference(name) for name in names], Context())
    assert [each.text for each in parse("many", shown)] == names


@pytest.mark.parametrize("kind", KINDS)
@unhurried
@given(text=st.text(max_size=20))
def test_no_text_raises_and_every_answer_has_the_type_of_its_kind(kind, text):
    types = {"integer": int, "money": int, "decimal": Decimal, "boolean": bool, "date": dt.date, "moment": dt.datetime,
             "many": tuple,
             "pointer": Reference, "user": Reference, "about": Reference, "json": object}
    found = parse(kind, text)
    assert found is None or isinstance(found, (types.get(kind, str), Problem))


def test_the_zone_database_knows_the_zones_of_these_tests():
    assert all(ZoneInfo(zone) for zone in ZONES)
