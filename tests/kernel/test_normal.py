"""Normal forms: what is equal, what is not, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel import normal

MOBILE = ["13800138000", "138 0013 8000", "138-0013-8000", "+86 138 0013 8000", "+8613800138000", "0086 13800138000",
          "0086-138-0013-8000", "86-138-0013-8000", "8613800138000", "(+86)13800138000", " １３８００１３８０００ ",
          "tel:+86-138-0013-8000"]
EXTENDED = ["010-62345678-801", "010-6234-5678-801", "(010)62345678-801", "（010）62345678－801", "010-62345678转801",
            "010-62345678 轉 801", "010-62345678 分机：801", "010-62345678转分机801", "010-62345678 x801",
            "010-62345678 ext. 801", "+86 10 6234 5678;ext=801", "01062345678#801"]


@pytest.mark.parametrize("typed", MOBILE)
def test_a_chinese_mobile_number_is_one_number_however_it_is_typed(typed):
    assert normal.phone(typed) == "+8613800138000"


@pytest.mark.parametrize("typed", EXTENDED)
def test_a_landline_with_area_code_keeps_its_extension(typed):
    assert normal.phone(typed) == "+861062345678;ext=801"


def test_two_extensions_of_one_line_are_two_numbers():
    assert normal.phone("010-62345678-801") != normal.phone("010-62345678-802")
    assert normal.phone("010-62345678") == "+861062345678"


def test_a_forwarding_number_keeps_its_extension():
    assert normal.phone("17012345678-1234") == "+8617012345678;ext=1234"


def test_a_mobile_prefix_that_the_tables_do_not_know_yet_is_a_number():
    assert normal.phone("15400000000") == "+8615400000000"


@pytest.mark.parametrize(("typed", "form"), [
    ("+1 (650) 253-0000", "+16502530000"), ("0044 20 7946 0958", "+442079460958"), ("+852 9123 4567", "+85291234567"),
    ("+44 20 7946 0958 x12", "+442079460958;ext=12"), ("400-800-1234", "+864008001234")])
def test_numbers_of_other_countries_and_services_are_numbers(typed, form):
    assert normal.phone(typed) == form


def test_the_region_says_how_a_number_without_country_is_read():
    assert normal.phone("(650) 253-0000", "US") == "+16502530000"
    assert normal.phone("(650) 253-0000") is None


@pytest.mark.parametrize("typed", [
    "", "hello", "1-800-FLOWERS", "138****8000", "62345678", "12345", "1380013800", "13800138000/13900139000",
    "010-62345678-8011234", "12300138000", "x", "+", "9" * 400, " " * 5000 + "1", "0371-1-2"])
def test_what_is_no_number_has_no_normal_form(typed):
    assert normal.phone(typed) is None


@given(st.text())
def test_any_text_is_answered_with_a_number_or_none(text):
    form = normal.phone(text)
    assert form is None or form.startswith("+")


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_the_normal_form_of_a_normal_form_is_itself(digits):
    form = normal.phone(digits)
    assert form == f"+86{digits}"
    assert normal.phone(form) == form


@pytest.mark.parametrize(("typed", "form"), [
    (" Ann@Example.COM ", "Ann@example.com"), ("ann＠example.com", "ann@example.com"), ("a@localhost", "a@localhost"),
    ("ann@例子。测试", "ann@xn--fsqu00a.xn--0zwm56d"), ("ann@xn--fsqu00a.xn--0zwm56d", "ann@xn--fsqu00a.xn--0zwm56d"),
    ("a@example.cn.", "a@example.cn"), ("e\u0301@x.cn", "\u00e9@x.cn"),
    ("张三@例子.测试", "张三@xn--fsqu00a.xn--0zwm56d")])
def test_an_address_is_trimmed_and_its_domain_made_plain(typed, form):
    assert normal.email(typed) == form


@pytest.mark.parametrize("typed", ["", "ann", "@x.cn", "ann@", "a b@x.cn", "Ann <ann@x.cn>", "a@-b.cn", "a@b..cn",
                                   "a\x00@x.cn", "a@b.cn, c@d.cn", "a;b@x.cn", 'x"y@z.cn', "a@" + "b" * 70 + ".cn"])
def test_what_is_no_address_has_no_normal_form(typed):
    assert normal.email(typed) is None
    assert normal.email_key(typed) is None


def test_addresses_compare_without_case_but_keep_it_for_sending():
    assert normal.email("Ann@x.cn") == "Ann@x.cn"
    assert normal.email_key("Ann@X.cn") == normal.email_key("ann@x.CN") == "ann@x.cn"


@pytest.mark.parametrize("typed", ["1990-01-05", "1990-1-5", "1990/01/05", "1990.1.5", "19900105", "1990年1月5日",
                                   "1990年01月05", " １９９０－１－５ "])
def test_a_day_written_year_first_is_one_day(typed):
    assert normal.day(typed) == "1990-01-05"


@pytest.mark.parametrize("typed", ["", "05/01/1990", "1990-1/5", "1990-13-01", "1990-02-30", "1990125", "199015",
                                   "0000-01-01", "1990", "today"])
def test_an_ambiguous_or_impossible_day_is_none(typed):
    assert normal.day(typed) is None


def test_an_identity_number_is_compared_in_upper_case_without_gaps():
    assert normal.id_number(" 110105 19491231-002x ") == "11010519491231002X"


@pytest.mark.parametrize("number", ["11010519491231002X", "11010519491231002x", "440524188001010014",
                                    "110105 1949 1231 002X"])
def test_the_numbers_in_the_standard_pass(number):
    assert normal.id_number_problem(number) is None


@pytest.mark.parametrize(("number", "words"), [
    ("110105194912310021", "does not fit"), ("110105194913310021", "birth date"), ("11010519490230002X", "birth date"),
    ("1101051949123100", "17 digits"), ("01010519491231002X", "17 digits"), ("1101051949123100X2", "17 digits"),
    ("A1010519491231002X", "17 digits"), ("", "17 digits"), ("11010519491231002XX", "17 digits"),
    ("١١٠١٠٥١٩٤٩١٢٣١٠٠٢X", "17 digits")])
def test_a_wrong_identity_number_is_refused_in_words(number, words):
    assert words in str(normal.id_number_problem(number))


@given(st.integers(0, 17), st.integers(1, 9))
def test_every_single_mistyped_digit_of_an_identity_number_is_found(place, step):
    good = "440524188001010014"
    wrong = good[:place] + str((int(good[place]) + step) % 10) + good[place + 1:]
    assert normal.id_number_problem(wrong) is not None


@given(st.integers(0, 15))
def test_two_neighbouring_digits_that_changed_places_are_found(place):
    good = "44052419880101131"
    check = next(sign for sign in "0123456789X" if normal.id_number_problem(good + sign) is None)
    number = good + check
    if number[place] != number[place + 1]:
        swapped = number[:place] + number[place + 1] + number[place] + number[place + 2:]
        assert normal.id_number_problem(swapped) is not None


@pytest.mark.parametrize("written", ["17900001000", "179 0000 1000", "(179)0000-1000", "+86 17900001000",
                                     "0086 179-0000-1000", "8617900001000"])
def test_a_mobile_number_that_begins_like_a_carriers_code_keeps_all_its_digits(written):
    assert normal.phone(written) == "+8617900001000"


def test_text_compares_without_case_width_and_extra_spaces():
    assert normal.plain("  ＡＢＣ  Straße\u3000公司 ") == "abc strasse 公司"


@pytest.mark.parametrize(("kind", "one", "other"), [
    ("phone", "138 0013 8000", "+8613800138000"), ("phone", "6234-5678", "6234 5678"), ("phone", "ABC 12", "abc-12"),
    ("email", "Ann@X.cn", "ann@x.cn"), ("email", " No Address ", "no address"), ("date", "1990/1/5", "19900105"),
    ("date", "Spring 1990", "spring  1990"), ("id_number", "1101 05x", "110105X"), ("text", "Zhang  San", "zhang san")])
def test_each_kind_has_a_form_for_equality_even_for_odd_values(kind, one, other):
    assert normal.normal_form(kind, one) == normal.normal_form(kind, other) != ""


def test_the_region_reaches_the_form_for_equality():
    assert normal.normal_form("phone", "(650) 253-0000", "US") == "+16502530000"


def test_an_unknown_kind_is_a_mistake_of_the_program():
    with pytest.raises(ValueError, match="colour"):
        normal.normal_form("colour", "red")
