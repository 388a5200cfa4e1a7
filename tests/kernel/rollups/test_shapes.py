"""Which sums can be kept, and which cell a record falls into."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from app.desk.models import Task
from app.kernel.fields import fields_of
from app.kernel.filters import from_keywords
from app.kernel.rollups.shapes import Group, Key, Rollup, declared, find, zone_of_house
from app.kernel.rollups.shapes import declare as keep
from app.sales.models import Opportunity
from app.workflows.models import Agent

SHANGHAI = ZoneInfo("Asia/Shanghai")
pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


def group(name, step="", model=Opportunity):
    return Group(fields_of(model)[name], step)


def shape(*groups, measure="", where=None, model=Opportunity):
    field = fields_of(model)[measure] if measure else None
    return Rollup("test", model, groups, field, from_keywords(where or {}))


def test_a_record_falls_into_the_cell_of_its_owner_team_groups_and_currency(company):
    kept = shape(group("stage"), group("closed_at", "month"), measure="amount")
    values = {"owner_id": 3, "team_id": None, "stage_id": 5, "amount": None, "currency": "CNY",
              "closed_at": dt.datetime(2026, 3, 31, 16, tzinfo=dt.UTC)}
    assert kept.key(values, SHANGHAI) == Key(3, None, "5", "2026-04-01", "CNY")
    assert kept.amount(values) == 0
    assert kept.key({**values, "closed_at": None}, SHANGHAI).second is None


def test_a_count_tells_no_currencies_apart(company):
    kept = shape(group("stage_category"))
    values = {"owner_id": 3, "team_id": 1, "stage_category": "won", "currency": "USD"}
    assert kept.key(values, SHANGHAI) == Key(3, 1, "won", None, None)
    assert kept.amount(values) == 0


def test_groups_are_read_back_as_the_values_that_they_were(company):
    assert group("stage").value("5") == 5
    assert group("stage_category").value("won") == "won"
    assert group("closed_at", "month").value("2026-04-01") == dt.date(2026, 4, 1)
    assert group("stage").value(None) is None


@pytest.mark.parametrize(("groups", "more"), [
    (("name",), {}), (("amount",), {}), (("closed_at",), {}), ((), {}), (("stage", "owner", "customer"), {}),
    (("stage:month",), {}), (("stage",), {"measure": "need"}), (("stage",), {"where": {"closed_at": "today"}}),
    (("stage",), {"where": {"closed_at__gte": "today"}}), (("stage",), {"where": {"customer.name": "x"}})])
def test_what_does_not_follow_from_the_record_and_its_events_is_refused(company, groups, more):
    parts = [each.partition(":") for each in groups]
    if more.get("where") == {"closed_at": "today"}:
        # An equation may still ask for a day: its value is one of time.
        more = {"where": {"closed_at__gt": "today"}}
    with pytest.raises(ValueError, match="cannot be kept"):
        keep(shape(*(group(name, step) for name, _, step in parts), **more))
    assert find("test") is None


def test_a_field_that_changes_without_an_event_is_refused(company):
    quiet = next(name for name, field in fields_of(Agent).items() if field.quiet)
    kept = Rollup("test", Agent, (group("user", model=Agent),), None, from_keywords({quiet + "__is_empty": True}))
    with pytest.raises(ValueError, match=f"no event tells of {quiet}"):
        keep(kept)


def test_the_form_tells_declarations_and_zones_apart(company):
    with company.app.app_context():
        by_month, by_stage = shape(group("closed_at", "month")), shape(group("stage"))
        before = by_month.form(), by_stage.form()
        assert before[0] != before[1]
        assert shape(group("stage"), where={"stage_category": "open"}).form() != before[1]
        assert str(zone_of_house()) == "Asia/Shanghai"
        company.app.config["CRM_TIMEZONE"] = "Europe/Berlin"
        assert by_month.form() != before[0]
        assert by_stage.form() == before[1]


def test_the_sums_of_an_entity_are_found_by_its_name(company):
    assert [each.name for each in declared("order")] == ["order.by_month"]
    assert declared(Task.entity_name()) == []
    assert find("order.by_month").measure.name == "amount"
