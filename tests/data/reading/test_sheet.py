import pytest
from openpyxl.utils.datetime import MAC_EPOCH

from app.data.reading import open_table
from app.data.reading.sheet import CellFault, NumberFormat, SharedStrings, number_text, unescaped
from tests.data.reading.books import MAIN, book, row, strings, styles, text_cell

GENERAL = NumberFormat.of("General")
ENTITY = "客"


def read(*cells, **parts):
    """The cells of the one row below a header as wide as the row, or the reason why it is refused."""
    header = row(*(f"h{place}" for place in range(len(cells))))
    refused = []
    rows = list(open_table(book(header + row(*cells), **parts), "a.xlsx").rows(refused.append))
    return str(refused[0].problem) if refused else rows[0][1]


@pytest.mark.parametrize(("raw", "text"), [
    ("13800138000", "13800138000"), ("1.3800138E10", "13800138000"), ("1.3800138E+10", "13800138000"), ("0", "0"),
    ("-5", "-5"),
    ("0.30000000000000004", "0.3"), ("1.1", "1.1"), ("2.5000000000000001E-3", "0.0025"), ("1E-7", "0.0000001"),
    ("100", "100"),
    ("110105199003078515", "110105199003078515"), ("1200.0", "1200"), ("123456789012345", "123456789012345"),
    ("-0.5", "-0.5"), ("1E2", "100"),
])
def test_a_number_is_the_text_that_a_person_sees(raw, text):
    assert number_text(raw, GENERAL) == text


@pytest.mark.parametrize("raw", ["1.10105199003078E+17", "1E15", "1e400", "-1E300"])
def test_a_number_whose_digits_are_lost_is_refused(raw):
    with pytest.raises(CellFault, match="more digits than a spreadsheet keeps"):
        number_text(raw, GENERAL)


@pytest.mark.parametrize(("raw", "code"),
                         [("abc", "General"), ("", "General"), ("1,5", "General"), ("soon", "yyyy-mm-dd"),
                          ("9999999999", "yyyy-mm-dd")])
def test_what_is_no_number_or_date_is_refused(raw, code):
    with pytest.raises(CellFault, match="not a number or date"):
        number_text(raw, NumberFormat.of(code))


@pytest.mark.parametrize(("raw", "code", "text"), [
    ("46086", "yyyy-mm-dd", "2026-03-05"), ("46086", 'yyyy"年"m"月"d"日"', "2026-03-05"),
    ("46086", "[$-804]dddd", "2026-03-05"),
    ("46086.604166666664", "yyyy-mm-dd hh:mm", "2026-03-05T14:30:00"), ("46086.5", "m/d/yy", "2026-03-05T12:00:00"),
    ("0.604166666666667", "hh:mm", "14:30:00"), ("1.1041666666666667", "[h]:mm", "26:30:00"),
    ("46086.0", "dd.mm.yyyy", "2026-03-05"),
    ("15.5", "General", "15.5"), ("0.155", "0.0%", "15.5%"), ("0.15625", "0%", "15.625%"), ("1", "0%", "100%"),
    ("0.5", "[Red]0%", "50%"),
    ("123", "00000", "00123"), ("1234567", "00000", "1234567"), ("123", "0", "123"), ("1.5", "00", "1.5"),
    ("3.7", "0", "3.7"),
    ("1234.5", "#,##0.00", "1234.5"), ("1234.5", '"¥"#,##0.00', "1234.5"), ("5", '0"%"', "5"), ("5", '"d"0', "5"),
])
def test_the_number_format_decides_what_is_seen(raw, code, text):
    assert number_text(raw, NumberFormat.of(code)) == text


def test_the_calendar_of_1904_is_known():
    assert number_text("44624", NumberFormat.of("yyyy-mm-dd"), MAC_EPOCH) == "2026-03-05"


@pytest.mark.parametrize(("text", "plain"),
                         [("a_x000D_b", "a\rb"), ("_x005F_x000D_", "_x000D_"), ("_x00e9_", "é"),
                          ("x_x_0041_", "x_x_0041_"), ("plain", "plain")])
def test_escaped_characters_are_read(text, plain):
    assert unescaped(text) == plain


def test_shared_texts_are_kept_by_place():
    texts = SharedStrings()
    for text in ("甲", "", "b\ud800"):
        texts.add(text)
    assert [texts[place] for place in range(3)] == ["甲", "", "b\ud800"]
    for place in (-1, 3):
        with pytest.raises(IndexError):
            texts[place]


def test_text_cells_keep_leading_zeros_and_spaces():
    assert read("007", " a ", "NA", "1e5") == ["007", " a ", "NA", "1e5"]


def test_every_type_of_cell_is_read():
    cells = ['<c t="s"><v>1</v></c>', '<c t="b"><v>1</v></c>', '<c t="b"><v>0</v></c>', "<c><v>5</v></c>",
             '<c t="n"><v>6</v></c>',
             '<c t="d"><v>2026-03-05T00:00:00</v></c>', '<c t="str"><v>x</v></c>', '<c s="1"><v>46086</v></c>',
             '<c s="99"><v>7</v></c>', '<c s="x"><v>8</v></c>']
    found = read(*cells, strings=strings("<t>zero</t>", "<t>one</t>"), styles=styles("General", "yyyy-mm-dd"))
    assert found == ["one", "TRUE", "FALSE", "5", "6", "2026-03-05", "x", "2026-03-05", "7", "8"]


def test_rich_text_is_read_without_its_phonetic_guide():
    rich = "<r><t>东</t></r><rPh sb=\"0\" eb=\"1\"><t>dong</t></rPh><r><rPr/><t>京</t></r>"
    assert read('<c t="s"><v>0</v></c>', f'<c t="inlineStr"><is>{rich}</is></c>', strings=strings(rich)) == ["东京",
                                                                                                             "东京"]


def test_a_formula_gives_its_stored_result():
    assert read("<c><f>1+1</f><v>2</v></c>", '<c t="str"><f>A1</f><v>x</v></c>') == ["2", "x"]


def test_a_formula_whose_stored_result_is_no_text_is_an_empty_cell():
    assert read("a", '<c t="str"><f>IF(1,"")</f><v></v></c>') == ["a", ""]


@pytest.mark.parametrize("cell", ["<c><f>1+1</f></c>", "<c><f>1+1</f><v></v></c>", "<c><f>1+1</f><v/></c>"])
def test_a_formula_without_a_stored_result_is_refused_and_not_blank(cell):
    assert "no stored result" in read("a", cell)


def test_an_error_is_refused_by_its_name():
    assert read("a", '<c t="e"><v>#REF!</v></c>') == "A cell holds the error #REF!."
    assert "#DIV/0!" in read("a", '<c t="e"><f>1/0</f><v>#DIV/0!</v></c>')


@pytest.mark.parametrize("place", ["7", "-1", "x"])
def test_a_pointer_to_a_text_that_is_not_there_is_refused(place):
    assert "a text that the workbook does not have" in read(f'<c t="s"><v>{place}</v></c>', strings=strings("<t>a</t>"))


def test_the_first_fault_of_a_row_is_told_and_its_cells_are_kept():
    table = open_table(book(row("h1", "h2") + row('<c t="e"><v>#REF!</v></c>', "<c><f>1</f></c>")), "a.xlsx")
    refused = []
    list(table.rows(refused.append))
    assert "#REF!" in str(refused[0].problem)
    assert refused[0].cells == ["#REF!"]


def test_cells_stand_where_their_address_says():
    rows = row("a", "b", "c", "d") + '<row r="5"><c r="B5"><v>1</v></c><c><v>2</v></c></row>'
    assert list(open_table(book(rows), "a").rows()) == [(5, ["", "1", "2", ""])]


def test_a_cell_at_the_far_end_of_the_sheet_costs_nothing():
    far = '<row r="2"><c r="A2"><v>1</v></c><c r="XFD2"><v>9</v></c></row><row r="1048576"><c><v>3</v></c></row>'
    rows = row("a", "b") + far
    refused = []
    assert list(open_table(book(rows), "a").rows(refused.append)) == [(1048576, ["3", ""])]
    assert "beyond column 200" in str(refused[0].problem)


def test_an_empty_cell_at_the_far_end_is_nothing():
    rows = row("a", "b") + '<row r="2"><c r="A2"><v>1</v></c><c r="XFD2" s="0"/></row>'
    assert list(open_table(book(rows), "a").rows()) == [(2, ["1", ""])]


def test_an_endless_cell_is_cut_and_refused():
    found = read("a", text_cell("x" * 300_000))
    assert found == "A cell is longer than 100000 characters."


def test_rows_without_numbers_follow_one_another():
    rows = row("h") + row("1", number=4) + row("2")
    assert list(open_table(book(rows), "a").rows()) == [(4, ["1"]), (5, ["2"])]


def test_prefixed_elements_are_read():
    sheet = (f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>h</x:t></x:is></x:c>'
             "</x:row><x:row><x:c><x:v>5</x:v></x:c></x:row></x:sheetData></x:worksheet>")
    assert list(open_table(book(sheet=sheet), "a").rows()) == [(2, ["5"])]


def test_escaped_characters_in_cells_are_read():
    assert read("a_x000D_b", '<c t="s"><v>0</v></c>', strings=strings("<t>x_x005F_x000D_</t>")) == ["a\rb", "x_x000D_"]
