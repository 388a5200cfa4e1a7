import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.data.reading.basis import DEFAULT_LIMITS, Limits, Source, UnreadableFile
from app.data.reading.json_lines import JsonLines

unhurried = settings(deadline=None)  # a busy machine is no fault of the product


def reader(text, limits=DEFAULT_LIMITS):
    return JsonLines(Source(text.encode("utf-8", "surrogateescape"), limits), "utf-8", limits)


def records(text, **more):
    return list(reader(text, **more).records())


def one(value):
    """The text that a JSON `value`, as it is written, becomes."""
    return records(f'{{"a": {value}}}')[1].cells[0]


def reasons(text, **more):
    return [str(record.problem) for record in records(text, **more) if record.problem is not None]


def test_every_key_of_the_file_is_a_column_in_order_of_appearance():
    found = records('{"a": "1", "b": "2"}\n{"c": "3", "a": "4"}\n')
    assert [(record.row, record.cells) for record in found] == [(0, ["a", "b", "c"]), (1, ["1", "2", ""]),
                                                                (2, ["4", "", "3"])]


@pytest.mark.parametrize(("value", "text"), [
    ('"013"', "013"), ("13800138000", "13800138000"), ("1.50", "1.50"), ("1e400", "1e400"),
    ("12345678901234567890123", "12345678901234567890123"),
    ("true", "true"), ("false", "false"), ("null", ""), ('""', ""), ('"NA"', "NA"), ('["a", "b"]', '["a", "b"]'),
    ("[1.50, null, true]", "[1.50, null, true]"),
    ('{"x": ["\\u5ba2", {}]}', '{"x": ["客", {}]}'), ('"a\\nb"', "a\nb"), ('{"q\\"": 1}', '{"q\\"": 1}'),
])
def test_a_value_becomes_text_digit_by_digit(value, text):
    assert one(value) == text


def test_a_nested_value_is_still_json():
    assert json.loads(one('{"x": [1, "\\"", null]}')) == {"x": [1, '"', None]}


@pytest.mark.parametrize("line", ["[1]", "5", '"a"', "null", "{", '{"a": NaN}', '{"a": -Infinity}', "a,b",
                                  '{"a": 1} {"a": 2}', "[" * 100_000,
                                  '{"a": ' * 3_000 + "1" + "}" * 3_000 + "x"])
def test_a_line_that_is_no_object_is_refused_alone(line):
    found = records(f'{{"a": 1}}\n{line}\n{{"a": 2}}\n')
    assert [record.problem is None for record in found] == [True, True, False, True]
    assert str(found[2].problem) == "This line is not a JSON object."
    assert found[2].cells == [line]


@pytest.mark.parametrize("depth", [10, 400, 700, 990, 5_000])
def test_no_depth_of_nesting_raises(depth):
    line = '{"a": ' + "[" * depth + "]" * depth + "}"
    found = records(f'{{"a": 1}}\n{line}\n')
    assert found[2].problem is not None or found[2].cells == ["[" * depth + "]" * depth]


def test_one_key_twice_is_refused_instead_of_keeping_the_last():
    assert reasons('{"a": 1}\n{"a": 1, "a": 2}\n') == ["This line gives one key twice."]
    assert reasons('{"a": 1}\n{"a": {"b": 1, "b": 2}}\n') == ["This line gives one key twice."]


def test_a_key_that_is_no_text_is_refused_with_its_line():
    assert len(reasons('{"a": 1}\n{"\\ud800": 1}\n')) == 1


def test_a_line_that_is_too_long_is_refused_and_cut():
    found = records('{"a": 1}\n{"a": "' + "x" * 500 + '"}\n{"a": 2}\n', limits=Limits(record=100, field=50))
    assert [(record.row, record.problem is None) for record in found] == [(0, True), (1, True), (2, False), (3, True)]
    assert str(found[2].problem) == "The row is longer than 100 characters."
    assert len(found[2].cells[0]) == 50


def test_blank_lines_are_blank_records():
    assert [record.cells for record in records('{"a": 1}\n\n  \n')] == [["a"], ["1"], [], []]


@pytest.mark.parametrize("text", ["{}", "[]\n5\n", "\n", "x"])
def test_a_file_without_a_key_is_refused(text):
    with pytest.raises(UnreadableFile, match="holds no JSON object"):
        reader(text)


def test_more_keys_than_columns_are_allowed_are_refused():
    with pytest.raises(UnreadableFile, match="more than 2 columns"):
        reader('{"a": 1, "b": 2}\n{"c": 3}', limits=Limits(columns=2))


@unhurried
@given(st.lists(st.dictionaries(st.text(alphabet="abc", min_size=1, max_size=2),
                                st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=5), min_size=1),
                min_size=1))
def test_objects_of_texts_are_read_back(objects):
    header, *rows = records("".join(json.dumps(each) + "\n" for each in objects))
    assert [dict(zip(header.cells, row.cells, strict=True)) for row in rows] == [
        {key: each.get(key, "") for key in header.cells} for each in objects]


@unhurried
@given(st.text(alphabet='{}[]":,a1\\u \n', max_size=40))
def test_no_text_raises_but_a_refusal(text):
    try:
        found = records("{\"a\": 1}\n" + text)
    except UnreadableFile:
        return
    assert [record.row for record in found] == list(range(len(found)))
