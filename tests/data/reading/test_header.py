import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.data.reading.basis import DEFAULT_LIMITS, UnreadableFile
from app.data.reading.header import read_header

unhurried = settings(deadline=None)  # a busy machine is no fault of the product


def header(*cells, limits=DEFAULT_LIMITS):
    return read_header(cells, limits)


def warnings(*cells):
    return [str(warning) for warning in header(*cells).warnings]


def test_marks_hints_and_invisible_characters_are_taken_away():
    assert header("\ufeff客户名称*", "联系人(选填)", "\u00a0备注（选填）", "＊手机").names == ("客户名称", "联系人",
                                                                                               "备注", "手机")


def test_repeated_headers_stay_distinct_and_are_warned_of():
    found = header("phone", "name", "phone", "phone")
    assert found.names == ("phone", "name", "phone (2)", "phone (3)")
    assert warnings("phone", "name", "phone",
                    "phone") == ["These headers stand more than once and are read as separate columns: phone."]


def test_a_made_name_never_collides_with_a_given_one():
    assert header("a", "a", "a (2)").names == ("a", "a (3)", "a (2)")
    assert header("column 2", "", "x").names == ("column 2", "column 2 (2)", "x")
    assert header("", "x", "column 1").names == ("column 1 (2)", "x", "column 1")


def test_empty_headers_at_the_end_are_no_columns():
    found = header("a", "b", "", " ")
    assert (found.names, found.places, found.named, found.width) == (("a", "b"), (0, 1), 2, 4)
    assert found.warnings == ()


def test_an_empty_header_in_between_is_a_column_with_a_warning():
    assert header("a", "", "c").names == ("a", "column 2", "c")
    assert warnings("a", "", "c") == ["Column 2 has no header."]


def test_the_columns_of_a_file_of_rejected_rows_are_left_out():
    found = header("_row", "_problem", "name", "phone")
    assert found.names == ("name", "phone")
    assert found.places == (2, 3)
    assert found.width == 4


@pytest.mark.parametrize("cells", [(), ("",), ("", " "), ("_row", "_problem"), ("*",)])
def test_a_row_without_a_name_is_no_header(cells):
    with pytest.raises(UnreadableFile, match="no header row"):
        header(*cells)


def test_too_many_columns_are_refused():
    assert len(header(*map(str, range(200))).names) == 200
    with pytest.raises(UnreadableFile, match="more than 200 columns"):
        header(*map(str, range(201)))


def test_empty_headers_at_the_end_do_not_count_as_columns():
    assert header("a", *[""] * 500).names == ("a",)


@unhurried
@given(st.lists(st.sampled_from(["a", "a (2)", "A", "", "column 2", "b*", "b", " "]),
                min_size=1).filter(lambda cells: any(map(str.strip, cells))))
def test_names_are_always_distinct_and_never_empty(cells):
    found = header(*cells)
    assert len(set(found.names)) == len(found.names) == found.named
    assert all(found.names)
