import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.data.rules.formulas import check_formula, defuse, restore

unhurried = settings(deadline=None)  # a busy machine is no fault of the product


@pytest.mark.parametrize("text", [
    "=1+1", "=cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "+cmd|x", "-2+3+cmd|x", "-1+1", "+A1", "-A1",
    "--1",
    "＝1+1", "＠SUM(1)", "＋cmd", "－1+1", "-", "+", "+1-1", "+()", "-1 000", "+86 138 0013 8000 ext 5", "-(1)",
    "+1" * 30, "+.",
    '=HYPERLINK("http://x")',
])
def test_what_a_spreadsheet_would_run_is_defused(text):
    assert check_formula(text)
    assert defuse(text) == "'" + text


@pytest.mark.parametrize("text", [
    "", "plain", "1+1", "a=b", "+86 138-0013-8000", "+8613800138000", "+86-138-0013-8000", "+1 (415) 555-2671",
    "+(86)13800138000",
    "-5", "+5", "-1,234.50", "-.5", "+1.5E+10", "-15%", "007", "'tis", "'", "客户", " =1+1", "a@b.example", "(-5)",
])
def test_numbers_phones_and_plain_text_are_left_alone(text):
    assert not check_formula(text)
    assert defuse(text) == text
    assert restore(text) == text


def test_other_digits_than_ascii_make_no_number():
    assert check_formula("-٣")


def test_a_text_with_an_apostrophe_before_a_formula_gets_a_second_one():
    assert defuse("'=1") == "''=1"
    assert restore("''=1") == "'=1"


def test_a_foreign_files_own_apostrophe_stays():
    assert restore("'s-Hertogenbosch") == "'s-Hertogenbosch"
    assert restore("''") == "''"


@unhurried
@given(st.text())
def test_import_undoes_export_for_any_text(text):
    assert restore(defuse(text)) == text


@unhurried
@given(st.text(alphabet="'=+-@\t\r\n＝＋1a ", max_size=8))
def test_import_undoes_export_for_the_worst_texts(text):
    assert restore(defuse(text)) == text


@unhurried
@given(st.text(alphabet="'=+-@\t\r\n＝＋1a ", max_size=8))
def test_no_exported_cell_is_run(text):
    assert not check_formula(defuse(text))
