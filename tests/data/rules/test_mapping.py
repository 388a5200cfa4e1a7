import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.data.rules.dates import DateFormat
from app.data.rules.mapping import NO_MAPPING, MappingFile
from app.kernel.problems import Problem

unhurried = settings(deadline=None)  # a busy machine is no fault of the product


def parse(**parts):
    return MappingFile.parse(json.dumps(parts))


def refusal(text):
    found = MappingFile.parse(text)
    assert isinstance(found, Problem)
    return str(found)


def test_headers_lead_to_fields_whatever_their_case_and_marks():
    mapping = parse(headers={"Account Name*": "name", "客户级别：": "level"})
    assert mapping.headers == {"accountname": "name", "客户级别": "level"}


def test_a_header_that_leads_to_null_is_left_out_like_one_to_ignore():
    mapping = parse(headers={"subsidiary_of": None, "account": "name"}, ignore=["Old ID"])
    assert mapping.ignore == {"subsidiaryof", "oldid"}
    assert mapping.headers == {"account": "name"}


def test_values_lead_to_values_by_word():
    mapping = parse(values={"industry": {"Technolgy ": "technology"}, "product": {"GTXPro": "GTX Pro"}})
    assert mapping.values == {"industry": {"technolgy": "technology"}, "product": {"gtxpro": "GTX Pro"}}


def test_constants_and_defaults_are_texts_however_json_writes_them():
    mapping = parse(constants={"source": "expo", "active": True},
                    defaults={"probability": 10, "currency": "USD", "rate": 1.50})
    assert mapping.constants == {"source": "expo", "active": "true"}
    assert mapping.defaults == {"probability": "10", "currency": "USD", "rate": "1.5"}


def test_the_digits_of_a_number_stay_as_they_are_written():
    mapping = MappingFile.parse(
        '{"constants": {"code": 1.50, "other": 12345678901234567890123}, "defaults": {"paid": false}}')
    assert isinstance(mapping, MappingFile)
    assert mapping.constants == {"code": "1.50", "other": "12345678901234567890123"}
    assert mapping.defaults == {"paid": "false"}


def test_a_format_is_of_dates_or_of_numbers():
    mapping = parse(formats={"closed_at": "dd/mm/yyyy", "amount": "1.234,56"})
    assert mapping.date_format("closed_at") == DateFormat("dmy")
    assert mapping.date_format("amount") is None
    assert mapping.date_format("other") is None
    assert mapping.decimal_mark("amount") == ","
    assert mapping.decimal_mark("closed_at") == "."
    assert mapping.decimal_mark("other") == "."


def test_blank_words_hold_for_one_field_or_for_all():
    mapping = parse(blanks={"phone": ["-"], "*": ["Select", "?"]})
    assert mapping.blanks_of("phone") == {"-", "select", "?"}
    assert mapping.blanks_of("name") == {"select", "?"}


def test_a_bare_list_of_blank_words_holds_for_all_fields():
    assert parse(blanks=["-"]).blanks_of("anything") == {"-"}


def test_the_fields_that_are_spoken_of_are_known():
    mapping = parse(headers={"a": "name"}, values={"level": {}}, constants={"source": "x"},
                    defaults={"currency": "USD"},
                    formats={"amount": "1,234.56"}, blanks={"phone": ["-"], "*": ["?"]})
    assert mapping.fields_named() == {"name", "level", "source", "currency", "amount", "phone"}


def test_an_empty_mapping_says_nothing():
    assert parse() == NO_MAPPING
    assert NO_MAPPING.fields_named() == frozenset()
    assert MappingFile.parse("\ufeff{}") == NO_MAPPING


def test_broken_json_is_refused_with_its_place():
    assert "line 2, column 3" in refusal('{"headers":\n  x}')


@pytest.mark.parametrize("text", ["[]", '"headers"', "null", "5"])
def test_anything_but_an_object_is_refused(text):
    assert "must be a JSON object" in refusal(text)


def test_an_unknown_part_is_refused_by_name():
    assert "“header” is not a part" in refusal('{"header": {}}')


@pytest.mark.parametrize(("text", "words"), [
    ('{"headers": []}', "“headers” in the mapping file must be an object"),
    ('{"values": {"level": []}}', "“level” in the mapping file must be an object"),
    ('{"values": {"level": {"a": 1.5, "b": []}}}', "“level” in the mapping file must lead to texts"),
    ('{"headers": {"a": ["b"]}}', "“headers” in the mapping file must lead to texts"),
    ('{"constants": {"a": null}}', "“constants” in the mapping file must lead to texts"),
    ('{"constants": {"a": NaN}}', "“constants” in the mapping file must lead to texts"),
    ('{"ignore": "a"}', "“ignore” in the mapping file must be a list"),
    ('{"ignore": [null]}', "“ignore” in the mapping file must lead to texts"),
    ('{"blanks": {"a": "-"}}', "“blanks” in the mapping file must be a list"),
    ('{"blanks": 5}', "“blanks” in the mapping file must be an object"),
    ('{"formats": {"a": "soon"}}', "“soon” is not a date format"),
    ('{"headers": {"a": "x", "a": "y"}}', "says “a” twice"),
    ('{"headers": {"Name": "x", "name": "y"}}', "says “name” twice"),
    ('{"values": {"f": {"A": "x", "a": "y"}}}', "says “a” twice"),
])
def test_every_fault_is_named(text, words):
    assert words in refusal(text)


def test_two_spellings_that_mean_the_same_are_no_fault():
    assert parse(headers={"Name": "x", "name*": "x"}).headers == {"name": "x"}


def test_deep_nesting_is_refused():
    assert "nested too deeply" in refusal('{"headers": ' + "[" * 200_000)


@unhurried
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5),
                    lambda inner: st.lists(inner, max_size=3)
                    | st.dictionaries(st.sampled_from(["headers", "values", "blanks", "ignore", "formats", "a"]),
                                      inner, max_size=4)))
def test_no_json_whatever_raises(given):
    assert isinstance(MappingFile.parse(json.dumps(given)), MappingFile | Problem)


@unhurried
@given(st.text(max_size=20))
def test_no_text_whatever_raises(text):
    assert isinstance(MappingFile.parse(text), MappingFile | Problem)


@pytest.mark.parametrize("text", [
    "null", "5", '"x"', "[]", "true", '{"headers": []}', '{"headers": {"a": 5.5, "a ": "name"}}',
    '{"ignore": {"a": 1}}', '{"ignore": [{}]}', '{"values": {"level": 5}}', '{"values": {"level": {"a": []}}}',
    '{"constants": {"a": null}}',
    '{"defaults": {"a": {}}}', '{"formats": {"a": "nonsense"}}', '{"formats": {"a": ["dd.mm.yyyy"]}}',
    '{"blanks": {"a": "x"}}', '{"blanks": 5}', '{"blanks": [null]}', '{"mapping": {}}', '{"headers": {"a": "b"}, }',
    '{"a": 1, "a": 2}', '{"headers": {"x": "name", "X ": "code"}}', "{" * 100_000, "\x00", "NaN", ""])
def test_whatever_is_no_mapping_is_told_in_one_sentence_and_is_no_error(text):
    said = refusal(text)
    assert said
    assert "\n" not in said
    assert len(said) < 200


@pytest.mark.parametrize("name", ["headers", "values", "constants", "defaults", "formats", "blanks", "ignore"])
def test_an_empty_part_says_nothing(name):
    assert parse(**{name: [] if name == "ignore" else {}}) == NO_MAPPING


@pytest.mark.parametrize(("field", "blank"), [("phone", {"-", "?"}), ("city", {"?"}), ("", {"?"}), ("*", {"?"})])
def test_what_is_blank_everywhere_is_blank_in_every_field_too(field, blank):
    mapping = parse(blanks={"phone": ["-"], "*": ["?"]})
    assert mapping.blanks_of(field) == blank


@pytest.mark.parametrize(("pattern", "order", "mark"), [
    ("dd.mm.yyyy", DateFormat("dmy"), "."), ("1.234,56", None, ","), ("1,234.56", None, "."), ("excel",
                                                                                             DateFormat("excel"), "."),
    ("MM/DD/YY", DateFormat("mdy", short_year=True), ".")])
def test_a_format_is_that_of_a_date_or_that_of_a_number(pattern, order, mark):
    mapping = parse(formats={"a": pattern})
    assert mapping.date_format("a") == order
    assert mapping.decimal_mark("a") == mark
    assert mapping.date_format("b") is None
    assert mapping.decimal_mark("b") == "."


def test_every_field_that_a_mapping_speaks_of_is_named_once():
    mapping = parse(headers={"x": "name", "y": None}, values={"level": {}}, constants={"a": "1"}, defaults={"b": "2"},
                    formats={"c": "dd.mm.yyyy"}, blanks={"d": [], "*": []})
    assert mapping.fields_named() == {"name", "level", "a", "b", "c", "d"}


@unhurried
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(
    inner, max_size=3) | st.dictionaries(st.sampled_from(["headers", "values", "ignore", "blanks", "a", ""]), inner,
                                         max_size=3), max_leaves=8))
def test_any_json_is_a_mapping_or_a_reason(given_json):
    assert isinstance(MappingFile.parse(json.dumps(given_json)), MappingFile | Problem)
