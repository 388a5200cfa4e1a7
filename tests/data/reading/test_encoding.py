import codecs
import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.data.reading.basis import DEFAULT_LIMITS, Source, UnreadableFile
from app.data.reading.encoding import UNDECODED, find_encoding, open_text

unhurried = settings(deadline=None)  # a busy machine is no fault of the product

CHINESE = "客户名称,电话\r\n上海云帆科技有限公司,013800138000\r\n北京远山贸易有限公司,13900139000\r\n"
LATIN = "name,city\r\nJosé Núñez,Málaga\r\nFrançois Lefèvre,Orléans\r\n"


def source(content):
    return Source(content, DEFAULT_LIMITS)


def found(content, wanted=None):
    return find_encoding(source(content), wanted)


def text(content, wanted=None):
    with open_text(source(content), found(content, wanted).name) as stream:
        return stream.read()


@pytest.mark.parametrize(("encoding", "mark", "name"), [
    ("utf-8", codecs.BOM_UTF8, "utf-8-sig"), ("utf-16-le", codecs.BOM_UTF16_LE, "utf-16"),
    ("utf-16-be", codecs.BOM_UTF16_BE, "utf-16"),
    ("utf-32-le", codecs.BOM_UTF32_LE, "utf-32"), ("utf-32-be", codecs.BOM_UTF32_BE, "utf-32"),
    ("utf-8", b"", "utf-8"), ("utf-16-le", b"", "utf-16-le"), ("utf-16-be", b"", "utf-16-be"),
    ("gb18030", b"", "gb18030"), ("gbk", b"", "gb18030"),
])
def test_a_chinese_file_is_read_in_every_usual_encoding(encoding, mark, name):
    content = mark + CHINESE.encode(encoding)
    assert found(content).name == name
    assert text(content) == CHINESE


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("plain", ["a,b\r\n1,2\r\n", LATIN])
def test_a_latin_file_is_read_with_and_without_high_bytes(encoding, plain):
    assert text(plain.encode(encoding)) == plain


def test_rare_characters_of_gb18030_beside_common_ones_are_read():
    rare = "姓名,地址\n张喆,𠮷林市㐂路\n李镕,上海\n"
    assert text(rare.encode("gb18030")) == rare


def test_a_file_read_as_gb18030_says_so():
    assert "GB18030" in str(found(CHINESE.encode("gbk")).warnings[0])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_a_file_of_certain_encoding_needs_no_warning(encoding):
    assert found(CHINESE.encode(encoding)).warnings == ()


def test_latin_letters_of_an_unknown_code_page_are_refused_and_not_read_as_rare_characters():
    with pytest.raises(UnreadableFile, match="encoding of the file could not be recognised"):
        found(LATIN.encode("latin-1"))
    with pytest.raises(UnreadableFile):
        found("Müller,Köln\n".encode("cp1252"))


def test_a_stated_encoding_is_believed():
    assert text(LATIN.encode("latin-1"), "latin-1") == LATIN
    assert text(CHINESE.encode("big5", "replace"), "Big5") == CHINESE.encode("big5", "replace").decode("big5")


@pytest.mark.parametrize(("wanted", "name"),
                         [("GBK", "gb18030"), ("gb2312", "gb18030"), ("ASCII", "utf-8"), ("UTF8", "utf-8"),
                          ("cp1252", "cp1252"),
                                              ("utf-16", "utf-16-le"), ("utf-32", "utf-32-le")])
def test_a_stated_encoding_is_widened_to_the_one_that_programs_really_write(wanted, name):
    assert found(b"a,b", wanted).name == name


def test_a_byte_order_mark_is_not_read_as_text_although_the_encoding_is_stated():
    assert text(codecs.BOM_UTF8 + b"a", "utf-8") == "a"
    assert text(codecs.BOM_UTF16_BE + "客".encode("utf-16-be"), "utf-16-le") == "客"


@pytest.mark.parametrize("wanted", ["klingon", "base64", "rot13", "idna", "unicode_escape", "a\x00b", "x" * 100,
                                    "punycode"])
def test_an_unknown_encoding_is_refused_by_name(wanted):
    with pytest.raises(UnreadableFile, match="is not an encoding"):
        found(b"a,b", wanted)


def test_one_damaged_byte_leaves_a_utf8_file_utf8():
    content = CHINESE.encode().replace("北".encode(), "北".encode()[:2] + b"\xff")
    encoding = found(content)
    assert encoding.name == "utf-8"
    assert "damaged" in str(encoding.warnings[0])
    read = text(content)
    assert "上海云帆科技有限公司" in read
    assert UNDECODED in read


def test_one_damaged_byte_leaves_a_gbk_file_gbk():
    content = CHINESE.encode("gbk").replace("贸易,".encode("gbk"), "贸易".encode("gbk") + b"\xff,")
    assert found(content).name == "gb18030"
    assert text(content) == CHINESE.replace("贸易,", f"贸易{UNDECODED},")


def test_a_gbk_file_of_letters_with_marks_only_is_read():
    assert text("nǐ hǎo,xièxie\n".encode("gb18030")) == "nǐ hǎo,xièxie\n"


def test_a_few_zero_bytes_do_not_make_utf16():
    for content in (b"a,b\n1,\x002\n3,4\n", CHINESE.encode() + b"\x00\x00\x00", b"a\x00,b\n\x001,2\x00\n"):
        assert found(content).name == "utf-8"


def test_zero_bytes_in_a_gbk_file_do_not_make_utf16():
    content = CHINESE.encode("gbk") + "张三,1\x002\n".encode("gbk")
    assert found(content).name == "gb18030"


def test_utf16_with_an_odd_byte_at_its_end_marks_the_end():
    content = "a,b\n1,2\n".encode("utf-16-le") + b"x"
    assert text(content) == "a,b\n1,2\n" + UNDECODED


def test_a_damaged_byte_far_behind_the_sample_is_found():
    content = CHINESE.encode() * 30_000 + b"\xff"
    assert found(content).warnings
    assert text(content).endswith(UNDECODED)


def test_a_sequence_across_two_chunks_is_one_character():
    content = b"a" * 1_048_575 + "客".encode()
    assert found(content).warnings == ()
    assert text(content).endswith("客")


def test_line_ends_are_kept_as_they_are():
    assert text(b"a\rb\nc\r\nd") == "a\rb\nc\r\nd"


@unhurried
@given(st.binary(min_size=1, max_size=200))
def test_any_bytes_are_read_or_refused_in_words(content):
    with contextlib.suppress(UnreadableFile):
        assert isinstance(text(content), str)


@unhurried
@given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2),
       st.sampled_from(["utf-8", "utf-16"]))
def test_any_chinese_text_survives_utf8_and_marked_utf16(words, encoding):
    assert text(words.encode(encoding)) == words


@unhurried
@given(st.binary(min_size=1, max_size=100),
       st.sampled_from(["utf-8", "utf-16", "utf-16-le", "gb18030", "big5", "shift_jis", "cp1252", "utf-32", "hz",
                        "gb2312"]))
def test_no_bytes_raise_under_a_stated_encoding(content, wanted):
    assert isinstance(text(content, wanted), str)
