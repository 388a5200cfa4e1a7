"""The opportunity as every way of writing meets it."""

import datetime as dt

import pytest
import sqlalchemy as sa

from app.kernel import clock
from app.kernel.bulk import add_rows
from app.kernel.collaborators import Collaborator
from app.kernel.database import session
from app.kernel.fields import fields_of
from app.sales.models import Opportunity, OpportunityLine, Pipeline, Stage, StageChange

OF_INTERFACE = """name customer pipeline stage amount currency expected_close_on closed_at probability score source need
competitor loss_reason lesson""".split()
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def test_an_opportunity_has_the_fields_that_others_rely_on():
    fields = fields_of(Opportunity)
    assert set(OF_INTERFACE) <= set(fields)
    assert {"stage_category", "probability", "line_count", "furthest_stage", "stage_changed_at"} <= {
        name for name, field in fields.items() if field.readonly}
    assert not fields["closed_at"].readonly


@pytest.mark.parametrize(("field", "value"), [
    ("amount", -1), ("currency", "yuan"), ("stage", 999), ("customer", 999), ("score", 101), ("loss_reason", 999),
    ("name", ""), ("source", 999)])
def test_a_bad_opportunity_is_refused_with_its_field(shop, field, value):
    assert set(shop.as_("sales1", add_rows, Opportunity, [{"name": "Tills", field: value}]).refused[0]) == {field}


def test_the_stage_decides_the_pipeline_whatever_was_typed(shop):
    other = shop.add(Pipeline, name="Renewals", order=2)
    begin = shop.add(Stage, pipeline=other, key="begin", label="Begin")
    deal = shop.deal(pipeline=shop.pipeline, stage=begin)
    assert shop.of(Opportunity, deal, "pipeline_id") == other
    shop.edit(Opportunity, deal, stage=shop.stages["engaging"])
    assert shop.of(Opportunity, deal, "pipeline_id", "furthest_stage_id") == (shop.pipeline, shop.stages["engaging"])


def test_without_any_stage_an_opportunity_cannot_begin(office):
    assert set(office.as_("sales1", add_rows, Opportunity, [{"name": "Tills"}]).refused[0]) == {"stage"}


def test_the_stage_may_be_set_by_its_record(shop):
    def save():
        stage = session().scalars(sa.select(Stage).where(Stage.key == "closing")).one()
        session().add(Opportunity(name="Tills", stage=stage))
        session().flush()

    shop.as_("sales1", save)
    assert shop.rows(Opportunity, "stage_category", "probability", "pipeline_id") == [("open", 75, shop.pipeline)]
    assert shop.rows(StageChange, "to_stage_id") == [(shop.stages["closing"],)]


def test_a_closing_time_may_be_corrected_but_an_open_deal_has_none(shop):
    deal = shop.deal(closed_at=NOON)
    assert shop.of(Opportunity, deal, "closed_at") is None
    won = shop.deal(stage=shop.stages["won"], closed_at=NOON)
    shop.edit(Opportunity, won, closed_at=NOON - dt.timedelta(days=3))
    assert shop.of(Opportunity, won, "closed_at") == NOON - dt.timedelta(days=3)


def test_the_time_in_a_stage_is_kept_through_other_edits(shop):
    with clock.at(NOON):
        deal = shop.deal()
    shop.edit(Opportunity, deal, amount=5_00, by="sales1")
    assert shop.of(Opportunity, deal, "stage_changed_at") == NOON


def test_a_code_is_taken_once_and_an_empty_one_is_none(shop):
    shop.deal(code="D-1")
    assert set(shop.as_("sales1", add_rows, Opportunity, [{"name": "x", "code": "D-1"}]).refused[0]) == {"code"}
    for _time in range(2):
        shop.deal(code="")


@pytest.mark.parametrize(("name", "sees"), [("sales1", True), ("sales2", False), ("sales1b", False), ("manager", True),
                                            ("support1", True), ("marketing", False), ("analyst", True), ("viewer",
                                                                                                          True)])
def test_who_sees_an_opportunity_of_a_customer(shop, name, sees):
    shop.deal(customer=shop.customer())
    assert len(shop.as_(name, lambda: list(session().scalars(sa.select(Opportunity.id))))) == int(sees)


def test_a_colleague_who_helps_reads_and_edits_it(shop):
    deal = shop.deal()
    shop.as_("system", lambda: session().add(
        Collaborator(entity="opportunity", record_id=deal, user_id=shop.ids["sales2"])))
    shop.edit(Opportunity, deal, need="Two more tills", by="sales2")
    assert shop.of(Opportunity, deal, "need", "owner_id") == ("Two more tills", shop.ids["sales1"])


def test_a_line_belongs_to_the_owner_of_its_opportunity(shop):
    line = shop.add(OpportunityLine, **shop.line(opportunity=shop.deal()), by="manager")
    assert shop.of(OpportunityLine, line, "owner_id", "team_id", "currency") == (
        shop.ids["sales1"], shop.teams["East"], "CNY")


@pytest.mark.parametrize(("values", "field"), [
    ({"quantity": 0}, "quantity"), ({"discount": 101_00}, "discount"), ({"product": None}, "product"),
    ({"opportunity": None}, "opportunity"), ({"unit_price": -1}, "unit_price")])
def test_a_bad_line_is_refused_with_its_field(shop, values, field):
    given = {"unit_price": 100_00, **shop.line(opportunity=shop.deal()), **values}
    assert set(shop.as_("sales1", add_rows, OpportunityLine, [given]).refused[0]) == {field}
