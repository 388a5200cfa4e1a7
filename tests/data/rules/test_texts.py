import pytest

from app.data.rules.texts import clean_header, half_width, header_key, listed, loose_key, short, trimmed, word_key


@pytest.mark.parametrize(("written", "read"), [
    ("客户名称*", "客户名称"), ("*客户名称", "客户名称"), ("＊客户名称", "客户名称"), ("联系人(选填)", "联系人"),
    ("联系人（选填）", "联系人"),
    ("Phone (required)", "Phone"), ("Phone (Optional) *", "Phone"), ("\ufeffname", "name"),
    ("\u00a0name\u00a0", "name"),
    ("na\u200bme", "name"), ("first\u00a0name", "first name"), ("\u3000姓名\u3000", "姓名"), ("name", "name"), ("", ""),
])
def test_a_header_loses_marks_hints_and_invisible_characters(written, read):
    assert clean_header(written) == read


def test_a_unit_in_brackets_is_no_hint():
    assert clean_header("金额（万元）") == "金额（万元）"


@pytest.mark.parametrize(("one", "other"), [
    ("Expected close on", "expected_close_on"), ("E-Mail", "email"), ("ＰＨＯＮＥ", "phone"),
    ("客户名称：", "客户名称"),
    ("Name :", "name"), ("客户 名称", "客户名称"), ("STRASSE", "straße"), ("名称*：", "名称"),
    ("手机（选填）：", "手机"),
])
def test_headers_are_equal_beyond_case_space_width_and_marks(one, other):
    assert header_key(one) == header_key(other)


@pytest.mark.parametrize(("one", "other"),
                         [("phone", "phone (2)"), ("金额", "金额（万元）"), ("name", "names"), ("-", "")])
def test_headers_that_differ_in_substance_stay_different(one, other):
    assert header_key(one) != header_key(other)


def test_a_word_keeps_its_hyphens_so_that_a_dash_is_not_nothing():
    assert word_key("-") == "-"
    assert word_key(" Select ") == "select"
    assert word_key("A  B") == "a b"
    assert word_key("－") == "-"


def test_a_loose_key_drops_separators_unless_nothing_else_is_there():
    assert loose_key("waiting-customer") == loose_key("Waiting Customer") == loose_key("waiting_customer")
    assert loose_key("--") == "--"


def test_full_width_becomes_half_width_but_a_superscript_stays():
    assert half_width("１２３，ＡＢ（￥）") == "123,AB(¥)"
    assert half_width("−5　5²") == "-5 5²"


def test_text_is_trimmed_of_invisible_characters_at_its_ends_only():
    assert trimmed("\ufeff \u200bA\u200bB\u00a0") == "A\u200bB"
    assert trimmed("") == ""


def test_a_long_text_is_cut_for_a_sentence():
    assert short("a" * 60) == "a" * 60
    assert short("a" * 61) == "a" * 59 + "…"
    assert len(short("a" * 1000, 10)) == 10


def test_a_long_list_says_that_there_is_more():
    assert listed(["a", "b"]) == "a, b"
    assert listed("abcdefghijkl") == "a, b, c, d, e, f, g, h, i, j, …"
