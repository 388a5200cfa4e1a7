"""Reasons in words, which are translated only when they are spoken."""

import pytest

from app.kernel.problems import N_, Problem, problem


def test_marking_a_sentence_for_the_catalogue_leaves_it_as_it_is():
    assert N_("At least %(least)s.") == "At least %(least)s."


def test_a_problem_puts_its_parameters_into_the_sentence():
    assert str(problem("At least %(least)s, not %(given)s.", least=3, given=1)) == "At least 3, not 1."


def test_a_sentence_without_parameters_may_hold_a_percent_sign():
    assert str(problem("100 % is too much.")) == "100 % is too much."


def test_equal_problems_are_equal_and_have_one_hash():
    one, other = problem("At least %(least)s.", least=3), Problem("At least %(least)s.", {"least": 3})
    assert one == other
    assert len({one, other, problem("At least %(least)s.", least=4), problem("Wrong.")}) == 3


def test_a_missing_parameter_is_a_bug():
    with pytest.raises(KeyError):
        str(problem("At least %(least)s.", most=3))


def test_a_problem_may_hold_another_as_parameter():
    outer = problem("Row %(row)s: %(why)s", row=2, why=problem("Wrong."))
    assert str(outer) == "Row 2: Wrong."
    assert hash(outer) == hash(problem("Row %(row)s: %(why)s", row=2, why=problem("Wrong.")))


@pytest.mark.parametrize("value", ["100 %", "%(least)s", "%s", "{least}", "<b>", "客户", "%"])
def test_what_goes_into_a_sentence_is_never_read_as_a_place(value):
    assert str(problem("“%(given)s” is wrong.", given=value)) == f"“{value}” is wrong."


def test_a_problem_cannot_be_changed_after_it_was_said():
    found = problem("At least %(least)s.", least=3)
    with pytest.raises(AttributeError):
        found.text = "Other."
    assert str(found) == "At least 3."


@pytest.mark.parametrize(("one", "other", "equal"), [
    (problem("A."), problem("A."), True), (problem("A."), problem("B."), False),
    (problem("%(a)s", a=1), problem("%(a)s", a=2), False), (problem("%(a)s", a=1), problem("%(a)s", a="1"), False),
    (problem("%(a)s", a=problem("X.")), problem("%(a)s", a=problem("X.")), True)])
def test_problems_are_equal_where_text_and_parameters_are(one, other, equal):
    assert (one == other) is equal
    assert not equal or hash(one) == hash(other)
