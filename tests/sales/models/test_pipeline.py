"""Pipelines, stages, and the history of moves."""

import pytest
import sqlalchemy as sa

from app.kernel.bulk import add_rows, change_rows
from app.kernel.database import session
from app.kernel.fields import fields_of
from app.sales.models import Opportunity, Pipeline, Stage, StageChange


def test_a_stage_has_the_fields_and_categories_that_others_rely_on():
    fields = fields_of(Stage)
    assert {"key", "label", "category", "order", "expected_days", "pipeline", "probability"} <= set(fields)
    assert set(fields["category"].choices) == {"open", "won", "lost"}


def test_a_key_is_taken_once_in_a_pipeline_and_free_in_another(shop):
    outcome = shop.as_("admin", add_rows, Stage, [{"pipeline": shop.pipeline, "key": "won", "label": "Again"}])
    assert set(outcome.refused[0]) == {"pipeline"}
    other = shop.add(Pipeline, name="Renewals")
    shop.add(Stage, pipeline=other, key="won", label="Won", category="won", by="admin")


@pytest.mark.parametrize(("field", "value"), [
    ("pipeline", None), ("key", None), ("label", None), ("category", "done"), ("probability", 101), ("probability", -1),
    ("expected_days", -1)])
def test_a_bad_stage_is_refused_with_its_field(shop, field, value):
    given = {"pipeline": shop.pipeline, "key": "new", "label": "New", field: value}
    assert set(shop.as_("admin", add_rows, Stage, [given]).refused[0]) == {field}


def test_a_stage_may_be_renamed_and_moved_but_keeps_its_pipeline(shop):
    closing, other = shop.stages["closing"], shop.add(Pipeline, name="Renewals")
    shop.edit(Stage, closing, label="Nearly", order=9, probability=80, by="admin")
    assert shop.of(Stage, closing, "label", "order", "probability") == ("Nearly", 9, 80)
    assert set(shop.as_("admin", change_rows, Stage, {closing: {"pipeline": other}}).refused[closing]) == {"pipeline"}


def test_another_probability_counts_from_the_next_save_on(shop):
    deal = shop.deal()
    shop.edit(Stage, shop.stages["prospecting"], probability=20)
    assert shop.of(Opportunity, deal, "probability") == 10
    shop.edit(Opportunity, deal, remark="Spoken to")
    assert shop.of(Opportunity, deal, "probability") == 20


def test_a_seller_keeps_no_stages(shop):
    assert shop.as_("sales1", add_rows, Stage, [{"pipeline": shop.pipeline, "key": "x", "label": "X"}]).refused


@pytest.mark.parametrize(("name", "sees"), [("sales1", 1), ("sales2", 0), ("manager", 1), ("admin", 1)])
def test_moves_are_read_through_their_opportunity(shop, name, sees):
    shop.deal()
    found = shop.as_(name, lambda: list(session().scalars(sa.select(StageChange.to_stage_id))))
    assert found == [shop.stages["prospecting"]] * sees


def test_nothing_of_a_move_can_be_written_from_outside():
    assert {name for name, field in fields_of(StageChange).items() if not field.readonly} <= {"owner", "team"}
