"""The refusals and their statuses."""

import pytest

from app.kernel import errors
from app.kernel.language import LANGUAGES, say_problem
from app.kernel.problems import Problem, problem

STATUSES = {"CrmError": 500, "Malformed": 400, "Unknown": 401, "NotAllowed": 403, "Missing": 404, "Stale": 409,
            "Conflict": 409, "PreconditionFailed": 412, "RuleError": 422, "TooMany": 429, "Unavailable": 503}
KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.CrmError)]


def test_every_refusal_has_the_status_of_the_interface():
    assert {kind.__name__: kind.status for kind in KINDS} == STATUSES


@pytest.mark.parametrize("kind", KINDS)
def test_every_refusal_says_a_sentence_of_its_own_accord(kind):
    error = kind()
    assert str(error).endswith(".")
    assert error.sentence == Problem(kind.default)
    assert error.problems == {}


def test_a_sentence_may_be_given_as_text_or_as_a_problem():
    assert str(errors.NotAllowed("No.")) == "No."
    assert str(errors.NotAllowed(problem("At most %(most)s.", most=3))) == "At most 3."


def test_problems_are_copied_so_that_the_giver_may_go_on():
    given = {"name": problem("Wrong.")}
    error = errors.RuleError(problems=given)
    given.clear()
    assert list(error.problems) == ["name"]


def test_a_failed_precondition_is_a_kind_of_stale_record():
    assert issubclass(errors.PreconditionFailed, errors.Stale)
    assert str(errors.PreconditionFailed()) == str(errors.Stale())


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_every_refusal_is_said_in_both_languages(app):
    for kind in KINDS:
        said = {}
        for language in LANGUAGES:
            with app.test_request_context(f"/?_l_={language}"):
                said[language] = say_problem(kind().sentence)
        assert said["en"] == kind.default
        assert not said["zh"].isascii(), kind
        assert said["zh"].endswith("。"), kind


@pytest.mark.parametrize("kind", KINDS)
def test_a_refusal_can_be_caught_by_its_kind_and_by_what_all_have_in_common(kind):
    with pytest.raises(errors.CrmError) as raised:
        raise kind("No.", {"name": problem("Wrong.")})
    assert type(raised.value) is kind
    assert (str(raised.value), list(raised.value.problems)) == ("No.", ["name"])


@pytest.mark.parametrize("sentence", ["", None])
def test_no_sentence_is_the_usual_one(sentence):
    assert str(errors.Missing(sentence)) == "This does not exist, or you may not see it."


def test_two_refusals_share_no_problems():
    one, other = errors.RuleError(), errors.RuleError()
    one.problems["name"] = problem("Wrong.")
    assert other.problems == {}
