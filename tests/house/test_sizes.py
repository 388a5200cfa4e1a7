"""Sizes and names: what grows beyond them is split by meaning."""

import ast
from textwrap import dedent

import pytest

from tests.house import inspection, tree

LONGEST_FUNCTION = 50
USUAL_FUNCTION = 30
LONGEST_FILE = 400
TEST_LINES_PER_LINE = 1.3
ALL_CODE = (*tree.rooms_code(), *tree.started_code(), *tree.tests_code())


def function_of(lines):
    return ast.parse("def long():\n" + "    step()\n" * (lines - 1))


def test_no_function_has_more_than_fifty_lines():
    tree.expect_faultless(lambda path: inspection.long_functions(tree.parsed(path), LONGEST_FUNCTION), ALL_CODE)


def test_nineteen_of_twenty_functions_have_at_most_thirty_lines():
    lengths = [inspection.length(function) for path in (*tree.rooms_code(), *tree.started_code())
               for function in inspection.functions(tree.parsed(path))]
    assert inspection.percentile(lengths, 0.95) <= USUAL_FUNCTION


def test_no_file_of_a_room_has_more_than_four_hundred_lines():
    counts = {tree.name(path): inspection.line_count(path.read_text(encoding="utf-8")) for path in tree.rooms_code()}
    tree.expect_none(f"{name} has {count} lines" for name, count in counts.items() if count > LONGEST_FILE)


def test_there_are_thirteen_lines_of_test_for_ten_of_source():
    def lines(paths):
        return sum(inspection.line_count(path.read_text(encoding="utf-8")) for path in paths)

    source, tests = lines((*tree.rooms_code(), *tree.started_code())), lines(tree.tests_code())
    assert tests >= TEST_LINES_PER_LINE * source, f"{tests} lines of test for {source} of source: {tests / source:.2f}"


def test_no_file_or_folder_is_a_rummage_box():
    tree.expect_faultless(lambda path: inspection.rummage_names(tree.name(path)), ALL_CODE)


def test_a_function_of_fifty_one_lines_is_found():
    (fault,) = inspection.long_functions(function_of(51), LONGEST_FUNCTION)
    assert fault.line == 1
    assert fault.text.startswith("long has 51 lines")


def test_a_function_of_fifty_lines_passes():
    assert inspection.long_functions(function_of(50), LONGEST_FUNCTION) == []


def test_methods_and_nested_functions_are_measured_too():
    planted = ast.parse(dedent("""\
        class Room:
            def enter(self):
                def door():
                    pass
            async def leave(self):
                pass
        """))
    measured = {function.name: inspection.length(function) for function in inspection.functions(planted)}
    assert measured == {"enter": 3, "door": 2, "leave": 2}


@pytest.mark.parametrize(("numbers", "expected"), [
    ([], 0), ([7], 7), ([1] * 95 + [99] * 5, 1), ([1] * 94 + [99] * 6, 99), (list(range(1, 101)), 95),
])
def test_the_percentile_counts_how_many_stay_below(numbers, expected):
    assert inspection.percentile(numbers, 0.95) == expected


@pytest.mark.parametrize(("text", "lines"), [("", 0), ("a", 1), ("a\n", 1), ("a\nb", 2), ("\n\n", 2)])
def test_lines_are_counted_with_or_without_a_last_line_end(text, lines):
    assert inspection.line_count(text) == lines


@pytest.mark.parametrize("path", ["app/sales/utils.py", "app/helpers/money.py", "app/common/__init__.py",
                                  "app/kernel/_utils.py", "tests/sales/test_helpers.py", "tests/util.py"])
def test_a_rummage_box_is_found_wherever_it_stands(path):
    assert len(inspection.rummage_names(path)) == 1


@pytest.mark.parametrize("path", ["app/sales/rules.py", "app/kernel/commonality.py", "app/support/helpline.py"])
def test_a_name_that_only_resembles_one_passes(path):
    assert inspection.rummage_names(path) == []
