"""Reminders in steps for those whom nobody has contacted, and reminders at a set moment."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.workflows.rules.follow_up import (
    AUDIENCES,
    DEFAULT_STEPS,
    MANAGER,
    OWNER,
    Planned,
    Step,
    belongs_to,
    check_step,
    check_steps,
    due_moment,
    occurrence_key,
    plan,
    reminder_key,
)
from app.workflows.rules.wall_clock import wall_time

ZONES = ["UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Pacific/Auckland"]
unhurried = settings(deadline=None)  # a busy machine is no fault of the product
bases = st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2040, 1, 1), timezones=st.just(dt.UTC))
zones = st.sampled_from(ZONES)
steps_of_any_kind = st.lists(
    st.builds(Step, st.text("abcdef/:%", min_size=1, max_size=6), st.integers(1, 60), st.sampled_from(AUDIENCES)),
    max_size=6, unique_by=lambda step: step.key)


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)


def told(planned: list[Planned]) -> list[tuple[int, str, str]]:
    return [(one.step.day, one.audience, f"{one.due_at:%m-%d %H:%M}") for one in planned]


def test_day_three_and_five_the_owner_day_seven_the_manager_at_nine_in_the_morning() -> None:
    planned = plan(utc(2026, 6, 1, 4), DEFAULT_STEPS, utc(2026, 6, 1, 4), "Asia/Shanghai")
    assert told(planned) == [(3, OWNER, "06-04 01:00"), (5, OWNER, "06-06 01:00"), (7, MANAGER, "06-08 01:00")]
    assert not any(one.due or one.superseded for one in planned)


def test_days_are_counted_on_the_calendar_of_the_recipient() -> None:
    late_evening = utc(2026, 6, 1, 17)  # already the second of June in Shanghai
    assert due_moment(late_evening, 3, "Asia/Shanghai") == utc(2026, 6, 5, 1)
    assert due_moment(late_evening, 3, "Europe/Berlin") == utc(2026, 6, 4, 7)


def test_owner_and_manager_may_live_in_different_zones() -> None:
    planned = plan(utc(2026, 6, 1, 4), DEFAULT_STEPS, utc(2026, 6, 1, 4),
                   {OWNER: "Asia/Shanghai", MANAGER: "America/New_York"})
    assert told(planned)[1:] == [(5, OWNER, "06-06 01:00"), (7, MANAGER, "06-08 13:00")]


def test_the_hour_can_be_set_and_obeys_the_law_of_the_clock() -> None:
    basis = utc(2026, 3, 26, 12)
    assert due_moment(basis, 3, "Europe/Berlin", dt.time(2, 30)) == utc(2026, 3, 29, 1)
    assert due_moment(basis, 3, "Europe/Berlin") == utc(2026, 3, 29, 7)
    [first, *_] = plan(basis, DEFAULT_STEPS, basis, "UTC", at=dt.time(18, 15))
    assert first.due_at == utc(2026, 3, 29, 18, 15)


def test_a_step_is_due_at_its_very_moment_and_not_before() -> None:
    basis, moment = utc(2026, 6, 1, 4), utc(2026, 6, 4, 1)
    before = plan(basis, DEFAULT_STEPS, moment - dt.timedelta(microseconds=1), "Asia/Shanghai")
    assert [one.due for one in before] == [False, False, False]
    assert [one.due for one in plan(basis, DEFAULT_STEPS, moment, "Asia/Shanghai")] == [True, False, False]


@pytest.mark.parametrize(("day", "due", "superseded"), [
    (2, [], []), (4, ["first"], []), (6, ["first", "second"], ["first"]), (60, ["first", "second", "third"], ["first"]),
])
def test_of_several_due_steps_for_one_person_only_the_last_is_news(
        day: int, due: list[str], superseded: list[str]) -> None:
    planned = plan(utc(2026, 6, 1), DEFAULT_STEPS, utc(2026, 6, 1, 12) + dt.timedelta(days=day), "UTC")
    assert [one.step.key for one in planned if one.due] == due
    assert [one.step.key for one in planned if one.superseded] == superseded


def test_a_step_supersedes_the_one_before_at_its_very_moment() -> None:
    planned = plan(utc(2026, 6, 1, 4), DEFAULT_STEPS, utc(2026, 6, 6, 1), "Asia/Shanghai")
    assert [(one.due, one.superseded) for one in planned] == [(True, True), (True, False), (False, False)]


def test_two_steps_of_one_day_keep_one_order_and_only_one_is_news() -> None:
    twins = [Step("b", 3, OWNER), Step("a", 3, OWNER)]
    planned = plan(utc(2026, 6, 1), twins, utc(2026, 6, 9), "UTC")
    assert [(one.step.key, one.superseded) for one in planned] == [("a", True), ("b", False)]


def test_no_steps_plan_nothing() -> None:
    assert plan(utc(2026, 6, 1), [], utc(2026, 6, 9), "UTC") == []


@unhurried
@given(bases, steps_of_any_kind, bases, zones, zones, st.times())
def test_every_step_is_planned_once_after_the_basis_and_in_order(
        basis: dt.datetime, steps: list[Step], now: dt.datetime, owners: str, managers: str, at: dt.time) -> None:
    planned = plan(basis, steps, now, {OWNER: owners, MANAGER: managers}, at)
    assert sorted(one.step.key for one in planned) == sorted(step.key for step in steps)
    assert [one.due_at for one in planned] == sorted(one.due_at for one in planned)
    for one in planned:
        assert one.due_at > basis
        assert one.due == (one.due_at <= now)
        assert one.audience == one.step.audience
        shown = wall_time(one.due_at, {OWNER: owners, MANAGER: managers}[one.audience])
        start = wall_time(basis, {OWNER: owners, MANAGER: managers}[one.audience]).date()
        assert shown.date() - start == dt.timedelta(days=one.step.day)


@unhurried
@given(bases, steps_of_any_kind, bases, zones)
def test_everybody_with_a_due_step_has_exactly_one_that_is_news(
        basis: dt.datetime, steps: list[Step], now: dt.datetime, zone: str) -> None:
    planned = plan(basis, steps, now, zone)
    for audience in AUDIENCES:
        due = [one for one in planned if one.due and one.audience == audience]
        assert [one.superseded for one in due] == [True] * (len(due) - 1) + [False] * bool(due)
    assert not any(one.superseded for one in planned if not one.due)


@unhurried
@given(bases, st.timedeltas(dt.timedelta(microseconds=1), dt.timedelta(days=400)), st.sampled_from(DEFAULT_STEPS))
def test_a_new_contact_cancels_whatever_was_planned_for_the_old_one(
        basis: dt.datetime, later: dt.timedelta, step: Step) -> None:
    planned = occurrence_key("lead", 7, basis, step.key)
    assert belongs_to(planned, "lead", 7, basis)
    assert not belongs_to(planned, "lead", 7, basis + later)
    assert planned != occurrence_key("lead", 7, basis + later, step.key)


identities = st.tuples(st.sampled_from(["lead", "lead/7", "customer"]), st.integers(1, 99), bases,
                       st.text("a/:%", min_size=1, max_size=4))


@unhurried
@given(identities, identities)
def test_two_occurrences_share_a_key_only_if_they_are_one(
        one: tuple[str, int, dt.datetime, str], other: tuple[str, int, dt.datetime, str]) -> None:
    assert (occurrence_key(*one) == occurrence_key(*other)) == (one == other)


def test_the_key_is_the_same_in_every_zone_and_readable() -> None:
    shanghai = dt.timezone(dt.timedelta(hours=8))
    assert occurrence_key("lead", 7, utc(2026, 6, 1, 4), "first") == (
        "follow_up/lead/7/2026-06-01T04:00:00.000000+00:00/first")
    assert occurrence_key("lead", 7, dt.datetime(2026, 6, 1, 12, tzinfo=shanghai), "first") == (
        occurrence_key("lead", 7, utc(2026, 6, 1, 4), "first"))


def test_a_key_of_another_record_does_not_belong() -> None:
    basis = utc(2026, 6, 1)
    planned = occurrence_key("lead", 71, basis, "first")
    assert not belongs_to(planned, "lead", 7, basis)
    assert not belongs_to(planned, "customer", 71, basis)


def test_a_reminder_is_named_by_its_value() -> None:
    first = reminder_key("interaction", 3, "next_at", utc(2026, 6, 1))
    assert first == "remind/interaction/3/next_at/2026-06-01T00:00:00.000000+00:00"
    assert first == reminder_key("interaction", 3, "next_at", utc(2026, 6, 1))
    others = [reminder_key("interaction", 3, "next_at", utc(2026, 6, 2)),
              reminder_key("interaction", 3, "remind_at", utc(2026, 6, 1)),
              reminder_key("task", 3, "next_at", utc(2026, 6, 1)),
              occurrence_key("task", 3, utc(2026, 6, 1), "next_at")]
    assert len({first, *others}) == 5


def test_a_moment_without_a_zone_names_nothing() -> None:
    naive = dt.datetime(2026, 6, 1)
    for refused in (lambda: occurrence_key("lead", 7, naive, "first"), lambda: due_moment(naive, 3, "UTC"),
                    lambda: reminder_key("task", 7, "remind_at", naive)):
        with pytest.raises(ValueError, match="needs a time zone"):
            refused()


@pytest.mark.parametrize(("day", "audience"), [(0, OWNER), (-1, OWNER), (3, "everybody")])
def test_a_step_that_makes_no_sense_cannot_be_made(day: int, audience: str) -> None:
    with pytest.raises(ValueError, match="not a reminder step"):
        Step("key", day, audience)


@pytest.mark.parametrize(("row", "fields"), [
    ({"day": 1, "audience": "owner"}, set()), ({"day": 365, "audience": "manager"}, set()),
    ({"day": 0, "audience": "owner"}, {"day"}), ({"day": 366, "audience": "owner"}, {"day"}),
    ({"day": "3", "audience": "owner"}, {"day"}), ({"day": True, "audience": "owner"}, {"day"}),
    ({"day": 3, "audience": "team"}, {"audience"}), ({"day": 3, "audience": ["owner"]}, {"audience"}),
    ({}, {"day", "audience"}),
])
def test_a_row_of_steps_is_judged_field_by_field(row: dict[str, object], fields: set[str]) -> None:
    assert set(check_step(row)) == fields


def test_the_same_day_for_the_same_person_is_refused_at_its_second_row() -> None:
    rows = [{"day": 3, "audience": OWNER}, {"day": 3, "audience": MANAGER}, {"day": 3, "audience": OWNER},
            {"day": 0, "audience": OWNER}, {"day": 0, "audience": OWNER}]
    found = check_steps(rows)
    assert [set(problems) for problems in found] == [set(), set(), {"day"}, {"day"}, {"day"}]
    assert "already" in str(found[2]["day"])
    assert "365" in str(found[3]["day"])


def test_the_default_steps_pass_their_own_check() -> None:
    assert check_steps([{"day": step.day, "audience": step.audience} for step in DEFAULT_STEPS]) == [{}, {}, {}]
