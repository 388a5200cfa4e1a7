"""The vocabulary of declarations."""

import pytest

from app.kernel import filters
from app.kernel.views import Action, Chart, View, average_of, count, sum_of


def test_a_chart_counts_unless_it_says_otherwise():
    assert Chart("by_owner", "By owner", group="owner").measure == count()
    assert (sum_of("amount").kind, sum_of("amount").field) == ("sum", "amount")
    assert (average_of("score").kind, average_of("score").field) == ("average", "score")


def test_what_a_chart_is_narrowed_to_reads_like_an_address():
    chart = Chart("won", "Won", where={"stage.category": "won", "amount__gte": 100})
    assert chart.tree() == filters.parse("stage.category=won&amount__gte=100")


def test_a_chart_without_narrowing_holds_everything():
    assert Chart("all", "All").tree() == filters.EVERYTHING


def test_a_saved_view_keeps_its_filters_as_keywords():
    view = View("Mine", owner="me", next_contact_at="overdue")
    assert view.label == "Mine"
    assert view.tree() == filters.parse("owner=me&next_contact_at=overdue")


@pytest.mark.parametrize(("verb", "right"), [("", "claim"), ("edit", "edit")])
def test_an_action_needs_the_right_of_its_name_unless_it_names_another(verb, right):
    action = Action("claim", "Claim", lambda ids, values: None, verb=verb)
    assert action.right == right
    assert not action.many
