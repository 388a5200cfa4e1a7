"""The rows of a table in their file, as exact as they were."""

import gzip

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.data.operations.backup.rows import read_rows, write_rows

# A busy machine is no fault of the product.
unhurried = settings(deadline=None, max_examples=40, suppress_health_check=[
    HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
VALUES = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | TEXTS


@unhurried
@given(st.lists(st.lists(VALUES, min_size=2, max_size=2), max_size=8))
def test_whatever_is_written_is_read_back(tmp_path, rows):
    path = tmp_path / "t.jsonl.gz"
    assert write_rows(path, ["a", "b"], rows) == len(rows)
    columns, found = read_rows(path)
    assert (columns, list(found)) == (["a", "b"], rows)


@pytest.mark.parametrize("text", ["a\nb", "\u2028", "\r\n", '"', "\\", "\x85", "客户脉 😀", "\x1f"])
def test_a_value_with_an_end_of_line_in_it_stays_one_row(tmp_path, text):
    path = tmp_path / "t.jsonl.gz"
    assert write_rows(path, ["a"], [[text], [text]]) == 2
    assert list(read_rows(path)[1]) == [[text], [text]]


def test_a_table_without_rows_still_says_its_columns(tmp_path):
    path = tmp_path / "t.jsonl.gz"
    assert write_rows(path, ["id", "name"], []) == 0
    columns, found = read_rows(path)
    assert (columns, list(found)) == (["id", "name"], [])


def test_the_rows_are_read_one_by_one(tmp_path):
    path = tmp_path / "t.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as stream:
        stream.write('["id"]\n[1]\nno json\n')
    _columns, found = read_rows(path)
    assert next(found) == [1]
    with pytest.raises(ValueError, match="Expecting value"):
        next(found)


@pytest.mark.parametrize(("content", "fault"), [
    (b"plain", OSError), (gzip.compress(b'["id"]\n[1]\n')[:-12], EOFError), (gzip.compress(b"no json\n"), ValueError),
    (gzip.compress(b'["\xff"]\n'), ValueError)], ids=["plain", "cut", "words", "no utf-8"])
def test_a_damaged_file_is_one_of_the_announced_faults(tmp_path, content, fault):
    path = tmp_path / "t.jsonl.gz"
    path.write_bytes(content)
    with pytest.raises(fault):
        list(read_rows(path)[1])


def test_an_empty_file_has_no_columns(tmp_path):
    path = tmp_path / "t.jsonl.gz"
    path.write_bytes(gzip.compress(b""))
    assert read_rows(path)[0] == []
