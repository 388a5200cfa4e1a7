"""Ticket numbers: each once, whoever asks at the same moment, on both databases."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.kernel import clock
from app.kernel.bulk import add_rows
from app.kernel.database import in_unit
from app.kernel.settings import Setting
from app.sales.models import Order
from app.support.models import Ticket
from app.support.operations.numbers import take_ticket_numbers
from tests.desk.records import add, by, delete, edit, stored
from tests.support.desk import customer, ticket

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def this_year():
    with clock.at(NOON):
        yield


def numbers(company):
    return stored(company, Ticket, "number")


def test_tickets_are_numbered_in_the_order_in_which_they_come(company):
    for _ in range(3):
        ticket(company, "sales1")
    assert numbers(company) == ["T-2026-000001", "T-2026-000002", "T-2026-000003"]


def test_many_tickets_at_once_are_numbered_together(company):
    by(company, "system", lambda: add_rows(Ticket, [{"subject": f"No. {each}"} for each in range(30)]).insist())
    assert numbers(company) == [f"T-2026-{each:06d}" for each in range(1, 31)]


def test_a_number_that_was_given_stays_and_is_passed_over_later(company):
    ticket(company, number="T-2026-000002")
    ticket(company, number="OLD-7")
    for _ in range(2):
        ticket(company)
    assert numbers(company) == ["T-2026-000002", "OLD-7", "T-2026-000001", "T-2026-000003"]


def test_the_number_of_a_deleted_ticket_is_not_given_again(company):
    delete(company, Ticket, ticket(company, number="T-2026-000001"))
    ticket(company)
    assert numbers(company) == ["T-2026-000001", "T-2026-000002"]


def test_a_whole_window_of_taken_numbers_is_passed_over(company):
    for each in range(1, 6):
        ticket(company, number=f"T-2026-{each:06d}")
    assert by(company, "system", lambda: take_ticket_numbers(3)) == ["T-2026-000006", "T-2026-000007", "T-2026-000008"]


def test_every_year_begins_anew(company):
    ticket(company)
    with clock.at(NOON.replace(year=2027)):
        ticket(company)
    assert numbers(company) == ["T-2026-000001", "T-2027-000001"]


def test_an_admin_chooses_how_numbers_begin(company):
    (setting,) = stored(company, Setting, "id", where=Setting.name == "support.ticket_prefix")
    edit(company, Setting, setting, value="工单")
    ticket(company)
    assert numbers(company) == ["工单-2026-000001"]


def test_a_refused_ticket_leaves_no_gap(company):
    with pytest.raises(ZeroDivisionError):
        by(company, "system", lambda: (add_rows(Ticket, [{"subject": "x"}]), take_ticket_numbers(1), 1 / 0))
    ticket(company)
    assert numbers(company) == ["T-2026-000001"]


def test_tickets_and_orders_count_apart(company):
    add(company, Order, customer=customer(company), amount=100, currency="CNY")
    ticket(company)
    assert numbers(company) == ["T-2026-000001"]


def test_of_many_who_write_at_once_no_two_get_the_same_number(company):
    workers, each_writes = 6, 8
    start = threading.Barrier(workers, timeout=60)

    def work(number):
        with company.acting("sales1" if number % 2 else "system"), clock.at(NOON):
            start.wait()
            for each in range(each_writes):
                in_unit(lambda each=each: add_rows(Ticket, [{"subject": f"{number}.{each}"}]).insist())

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, range(workers)))
    total = workers * each_writes
    assert sorted(numbers(company)) == [f"T-2026-{each:06d}" for each in range(1, total + 1)]
