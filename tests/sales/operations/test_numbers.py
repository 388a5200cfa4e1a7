"""Printed numbers: one after the other, each once, apart by prefix, space and year."""

import datetime as dt

import pytest

from app.kernel import clock
from app.sales.models import Order
from app.sales.operations import take_numbers

YEAR = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


@pytest.fixture
def taken(shop):
    """Take order numbers of a prefix in a unit of its own."""
    def take(wanted, prefix="X", at=YEAR, **more):
        with clock.at(at):
            return shop.as_("system", take_numbers, Order, prefix, wanted, **more)

    return take


def test_numbers_go_on_where_the_last_unit_ended(taken):
    assert taken(2) == ["X-2026-000001", "X-2026-000002"]
    assert taken(1) == ["X-2026-000003"]


def test_no_number_is_taken_for_nothing(taken):
    assert taken(0) == []
    assert taken(1) == ["X-2026-000001"]


def test_every_prefix_year_and_space_has_a_series_of_its_own(taken):
    assert taken(1) == ["X-2026-000001"]
    assert taken(1, "Y") == ["Y-2026-000001"]
    assert taken(1, at=YEAR.replace(year=2027)) == ["X-2027-000001"]
    assert taken(2, space="ticket:") == ["X-2026-000001", "X-2026-000002"]
    assert taken(1) == ["X-2026-000002"]


def test_numbers_that_stand_already_are_passed_over(taken, shop):
    for number in ("X-2026-000001", "X-2026-000003"):
        shop.add(Order, number=number, customer=shop.customer(f"Blue River {number}"), owner=shop.ids["sales2"])
    assert taken(2) == ["X-2026-000002", "X-2026-000004"]


def test_a_unit_that_fails_takes_nothing(taken, shop):
    def fail():
        with clock.at(YEAR):
            take_numbers(Order, "X", 5)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        shop.as_("system", fail)
    assert taken(1) == ["X-2026-000001"]
