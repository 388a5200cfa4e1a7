"""Why the engine decided as it did."""

from app.kernel.problems import problem
from app.workflows.rules.explanation import Explanation, explain


def test_an_explanation_has_a_code_for_machines_and_a_sentence_for_people() -> None:
    why = explain("all_full", "Everybody is at capacity (agents: %(agents)s).", agents=3)
    assert why == Explanation("all_full", problem("Everybody is at capacity (agents: %(agents)s).", agents=3))
    assert str(why.sentence) == "Everybody is at capacity (agents: 3)."
