import io
import struct
import zipfile

import pytest

from app.data.reading import Limits, UnreadableFile, archive, open_table
from app.data.reading.archive import check_archive, damage_refused, local_name
from app.data.reading.basis import DEFAULT_LIMITS, Source
from tests.data.reading.books import book, packed, parts, row, sheet_part


def check(content, limits=DEFAULT_LIMITS):
    check_archive(Source(content, limits), limits)


def test_a_workbook_of_377_kilobytes_that_unpacks_to_94_megabytes_is_refused_before_it_is_unpacked(monkeypatch):
    bomb = packed(parts(sheet=sheet_part("<row><c><v>1</v></c></row>" * 3_600_000)))
    assert len(bomb) < 400_000
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *given: pytest.fail("unpacked"))
    with pytest.raises(UnreadableFile, match=r"would unpack to 9[0-9]{7} bytes"):
        open_table(bomb, "bomb.xlsx")


def test_an_ordinary_workbook_of_equal_cells_is_no_bomb():
    check(book(row(*["equal"] * 10) * 30_000))


def test_a_small_archive_may_have_any_ratio():
    check(packed({"a": b"0" * 19_000_000}))
    with pytest.raises(UnreadableFile, match="would unpack"):
        check(packed({"a": b"0" * 21_000_000}))


def test_more_than_may_be_unpacked_is_refused_at_any_ratio():
    content = packed({"a": b"0" * 2_000}, zipfile.ZIP_STORED)
    check(content, Limits(unpacked=2_000))
    with pytest.raises(UnreadableFile, match="would unpack"):
        check(content, Limits(unpacked=1_999))


def test_many_parts_count_together():
    with pytest.raises(UnreadableFile, match="would unpack"):
        check(packed({str(number): b"0" * 3_000_000 for number in range(10)}))


def test_an_archive_of_absurdly_many_parts_is_refused_before_they_become_objects(monkeypatch):
    content = packed({str(number): b"" for number in range(10_001)}, zipfile.ZIP_STORED)
    monkeypatch.setattr(zipfile, "ZipFile", lambda *given: pytest.fail("opened"))
    with pytest.raises(UnreadableFile, match="too many parts"):
        check(content)


def test_parts_are_counted_across_the_pieces_that_are_read():
    content = b"x" * 1_048_574 + b"PK\x01\x02" * 10_001
    with pytest.raises(UnreadableFile, match="too many parts"):
        check(content)


def test_a_size_that_lies_is_found_while_unpacking():
    content = bytearray(packed(parts(row("a") + row("b"))))
    central = content.index(b"PK\x01\x02")
    while content[central : central + 4] == b"PK\x01\x02":
        name, extra, comment = struct.unpack("<3H", content[central + 28 : central + 34])
        content[central + 24 : central + 28] = struct.pack("<I", 10)
        central += 46 + name + extra + comment
    with pytest.raises(UnreadableFile, match="damaged"):
        open_table(bytes(content), "a.xlsx")


def test_a_part_that_has_to_be_kept_in_memory_has_a_limit_of_its_own(monkeypatch):
    monkeypatch.setattr("app.data.reading.workbook._STRINGS_PART", 100)
    with pytest.raises(UnreadableFile, match=r"“xl/sharedStrings.xml” of the workbook is too large"):
        open_table(book(row("a"), strings="<sst>" + "<si><t>x</t></si>" * 20 + "</sst>"), "a.xlsx")


def test_an_encrypted_part_is_refused():
    content = bytearray(packed(parts(row("a"))))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = -1
        while (start := content.find(mark, start + 1)) >= 0:
            content[start + place] |= 1
    with pytest.raises(UnreadableFile, match="damaged"):
        open_table(bytes(content), "a.xlsx")


def test_a_truncated_archive_is_refused():
    content = book(row("a") + row("b"))
    for size in range(4, len(content), 97):
        with pytest.raises(UnreadableFile):
            open_table(content[:size], "a.xlsx")


def test_a_programming_error_is_not_taken_for_damage():
    with pytest.raises(TypeError), damage_refused():
        raise TypeError("ours")


def test_the_cause_of_a_refusal_is_kept_for_the_log():
    with pytest.raises(UnreadableFile) as refused, damage_refused():
        raise zipfile.BadZipFile("why")
    assert str(refused.value.__cause__) == "why"


def test_prefixes_are_taken_from_names():
    assert [local_name(name) for name in ("c", "x:c", "a:b:c")] == ["c", "c", "c"]


def test_the_xml_is_parsed_piece_by_piece():
    turns = []

    class Once(io.BytesIO):
        def read(self, size=-1):
            turns.append(size)
            return super().read(size)

    handler = archive.ContentHandler()
    assert len(list(archive.parsed(Once(b"<a>" + b" " * 200_000 + b"</a>"), handler))) == 4
    assert max(turns) <= 65_536
