"""The refusals and their statuses."""

import pytest

from app.kernel import errors
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
