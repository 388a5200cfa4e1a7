import pytest

from app.data.reading.basis import DEFAULT_LIMITS, Limits, Source, UnreadableFile
from app.kernel.errors import RuleError


def test_an_empty_file_gets_a_sentence(tmp_path):
    path = tmp_path / "empty.csv"
    path.touch()
    for given in (b"", path, str(path)):
        with pytest.raises(UnreadableFile, match="The file is empty"):
            Source(given, DEFAULT_LIMITS)


def test_a_file_over_the_limit_of_bytes_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "large.csv"
    with path.open("wb") as stream:
        stream.truncate(200_000_001)
    with pytest.raises(UnreadableFile, match="200000001 bytes; at most 200000000"):
        Source(path, DEFAULT_LIMITS)


def test_a_file_at_the_limit_is_read():
    assert Source(b"12345", Limits(bytes=5)).size == 5


def test_bytes_and_path_are_opened_anew_for_each_pass(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"abc")
    for given in (b"abc", path, str(path)):
        source = Source(given, DEFAULT_LIMITS)
        assert source.head(2) == b"ab"
        assert source.head(9) == b"abc"


def test_a_missing_path_is_not_hidden(tmp_path):
    with pytest.raises(FileNotFoundError):
        Source(tmp_path / "none.csv", DEFAULT_LIMITS)


def test_a_refused_file_is_a_refusal_in_words():
    refused = UnreadableFile()
    assert isinstance(refused, RuleError)
    assert refused.status == 422
    assert str(refused) == "This file cannot be read."


def test_the_default_limits_are_those_that_are_promised():
    assert (DEFAULT_LIMITS.bytes, DEFAULT_LIMITS.rows, DEFAULT_LIMITS.columns, DEFAULT_LIMITS.field) == (200_000_000,
                                                                                                         1_000_000,
                                                                                                         200, 100_000)
