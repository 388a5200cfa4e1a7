"""The throttle of logins on both databases: what it admits, what it reveals, and that no race outruns it."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from sqlalchemy import exc, orm

from app.kernel import clock
from app.kernel.errors import TooMany, Unavailable
from app.security.encryption.current import using_key_ring
from app.security.encryption.rings import KeyRing
from app.security.rules import door
from app.security.throttle import operations
from app.security.throttle.models import LoginFailure
from app.security.throttle.operations import LoginThrottled, admit, forget_stale, record_success

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
RING = KeyRing({"k1": bytes(range(32))})
HERE = "192.0.2.7"


def after(seconds):
    return NOON + dt.timedelta(seconds=seconds)


@pytest.fixture(autouse=True)
def at_noon():
    with using_key_ring(RING), clock.at(NOON):
        yield


@pytest.fixture
def sessions(bare_engine):
    LoginFailure.__table__.create(bare_engine)
    return orm.sessionmaker(bare_engine)


def rows(sessions):
    with sessions() as session:
        return session.scalars(sa.select(LoginFailure).order_by(LoginFailure.key)).all()


def attempt(sessions, account="ann", address=HERE):
    """0 if the login may be tried, else the seconds to wait."""
    try:
        admit(sessions, account, address)
    except LoginThrottled as refusal:
        return refusal.retry_after
    return 0


def race(work, count=8):
    """Run `work(number)` in `count` threads at once; their answers. An error in one of them fails the test."""
    start = threading.Barrier(count, timeout=30)

    def run(number):
        with using_key_ring(RING), clock.at(NOON):
            start.wait()
            return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_thirty_wrong_logins_in_a_row_get_five_tries(sessions):
    answers = [attempt(sessions) for _ in range(30)]
    assert answers == [0] * 5 + [1] * 25


def test_the_wait_grows_with_every_failure_that_follows(sessions):
    second, waits = 0, []
    for _ in range(16):
        with clock.at(after(second)):
            assert attempt(sessions) == 0
            waits.append(attempt(sessions))
            second += waits[-1]
    assert waits == [0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900]


def test_after_its_wait_an_account_gets_one_more_try(sessions):
    for _ in range(5):
        admit(sessions, "ann", HERE)
    for second, wait in ((0, 1), (1, 0), (1, 2), (2, 1), (3, 0), (3, 4), (7, 0), (7, 8)):
        with clock.at(after(second)):
            assert attempt(sessions) == wait


def test_the_refusal_says_how_long_to_wait(sessions):
    for _ in range(5):
        admit(sessions, "ann", HERE)
    with pytest.raises(TooMany, match="in 1 seconds") as refusal:
        admit(sessions, "ann", HERE)
    assert refusal.value.status == 429
    assert refusal.value.retry_after == 1


def test_a_refused_attempt_does_not_lengthen_the_wait(sessions):
    for _ in range(5):
        admit(sessions, "ann", HERE)
    before = [(row.key, row.failures, row.last_at) for row in rows(sessions)]
    with clock.at(after(0.5)):
        assert [attempt(sessions) for _ in range(20)] == [1] * 20
    assert [(row.key, row.failures, row.last_at) for row in rows(sessions)] == before


def test_success_forgets_the_failures_of_the_account(sessions):
    for _ in range(4):
        admit(sessions, "ann", HERE)
    admit(sessions, "ann", HERE)
    record_success(sessions, "ann", HERE)
    assert [attempt(sessions) for _ in range(6)] == [0] * 5 + [1]


def test_success_takes_back_only_its_own_count_from_the_address(sessions):
    for number in range(10):
        admit(sessions, f"user{number}", HERE)
    admit(sessions, "ann", HERE)
    record_success(sessions, "ann", HERE)
    assert rows(sessions)[-1].failures == 10


def test_success_without_an_admission_counts_nothing_below_zero(sessions):
    record_success(sessions, "ann", HERE)
    only, = rows(sessions)
    assert (only.key[:2], only.failures) == ("n:", 0)


def test_an_account_is_throttled_from_wherever_and_however_its_name_is_typed(sessions):
    for number in range(5):
        admit(sessions, "Ann" if number % 2 else " ann ", f"192.0.2.{number}")
    assert attempt(sessions, "ANN", "198.51.100.1") == 1
    assert attempt(sessions, "bob", "192.0.2.1") == 0


def test_an_account_that_does_not_exist_is_throttled_the_same_way(sessions):
    # The throttle asks no table of users: there is nothing by which the two could differ.
    assert [attempt(sessions, "admin", "192.0.2.1") for _ in range(8)] == [
        attempt(sessions, "no-such-user", "192.0.2.2") for _ in range(8)]


def test_one_address_gets_thirty_failures_in_fifteen_minutes_over_all_accounts(sessions):
    assert [attempt(sessions, f"user{number}") for number in range(32)] == [0] * 30 + [900, 900]
    assert attempt(sessions, "user0", "192.0.2.8") == 0
    with clock.at(after(899)):
        assert attempt(sessions, "fresh") == 1
    with clock.at(after(900)):
        assert [attempt(sessions, f"late{number}") for number in range(31)] == [0] * 30 + [900]


def test_the_longer_of_both_waits_is_said(sessions):
    for number in range(25):
        admit(sessions, f"user{number}", HERE)
    for _ in range(5):
        admit(sessions, "ann", HERE)
    assert attempt(sessions, "ann") == 900


def test_one_ipv6_subscriber_is_one_address(sessions):
    for number in range(30):
        admit(sessions, f"user{number}", f"2001:db8:1:2::{number:x}")
    assert attempt(sessions, "fresh", "2001:db8:1:2:ffff::1") == 900
    assert attempt(sessions, "fresh", "2001:db8:1:3::1") == 0


def test_neither_account_nor_address_can_be_read_from_the_table(sessions):
    admit(sessions, "ann", HERE)
    text = " ".join(row.key for row in rows(sessions))
    assert "ann" not in text
    assert HERE not in text
    with using_key_ring(KeyRing({"k1": bytes(32)})):
        admit(sessions, "ann", HERE)
    assert len(rows(sessions)) == 4


def test_a_day_without_failure_forgives(sessions):
    for _ in range(5):
        admit(sessions, "ann", HERE)
    with clock.at(after(24 * 3600)):
        assert [attempt(sessions) for _ in range(6)] == [0] * 5 + [1]


def test_eight_racing_threads_get_no_more_than_five_tries_at_one_account(sessions):
    answers = race(lambda number: [attempt(sessions, "ann", f"192.0.2.{number}") for _ in range(6)])
    tries = sum(answer.count(0) for answer in answers)
    assert tries == 5
    ours = [row for row in rows(sessions) if row.key.startswith("a:")]
    assert [row.failures for row in ours] == [5]


def test_eight_racing_threads_get_no_more_than_thirty_tries_from_one_address(sessions):
    answers = race(lambda number: [attempt(sessions, f"user{number}-{turn}") for turn in range(6)])
    assert sum(answer.count(0) for answer in answers) == 30
    assert rows(sessions)[-1].failures == 30


def test_racing_successes_and_failures_neither_block_each_other_nor_lose_a_count(sessions):
    def log_in(number):
        for turn in range(5):
            account = f"user{number}-{turn}"
            admit(sessions, account, HERE)
            if turn % 2 == 0:
                record_success(sessions, account, HERE)

    race(log_in, count=6)
    known = rows(sessions)
    assert [row.failures for row in known if row.key.startswith("a:")] == [1] * 12
    assert known[-1].failures == 12


def test_counting_after_the_check_would_let_all_eight_through(sessions):
    # The fault planted: it shows that the first of the races above can fail.
    everybody_is_checked = threading.Barrier(8, timeout=30)

    def check_then_count(number):
        with sessions.begin() as session:
            ours, _theirs = operations._claim(session, "ann", f"192.0.2.{number}", NOON)
            wait = door.account_retry_after(operations._tally(ours), NOON)
        everybody_is_checked.wait()
        attempt(sessions, "ann", f"192.0.2.{number}")
        return wait

    assert race(check_then_count) == [0] * 8


def test_stale_counters_are_deleted_in_portions(sessions):
    for number in range(3):
        admit(sessions, f"user{number}", HERE)
    with clock.at(after(3600)):
        admit(sessions, "late", "192.0.2.9")
    with clock.at(after(24 * 3600)), sessions.begin() as session:
        assert forget_stale(session, limit=3) == 3
        assert forget_stale(session) == 1
        assert forget_stale(session) == 0
    assert len(rows(sessions)) == 2


def test_a_busy_database_admits_nobody(sessions, monkeypatch):
    def busy(*_args, **_values):
        raise exc.OperationalError("insert", {}, Exception("database is locked"))

    monkeypatch.setattr(operations, "claim_row", busy)
    monkeypatch.setattr(operations, "is_busy", lambda error: "locked" in str(error))
    with pytest.raises(Unavailable):
        admit(sessions, "ann", HERE)
    monkeypatch.setattr(operations, "is_busy", lambda error: False)
    with pytest.raises(exc.OperationalError):
        admit(sessions, "ann", HERE)


def test_what_is_counted_stays_when_the_request_is_rolled_back(sessions, bare_engine):
    with orm.Session(bare_engine) as request_session:
        request_session.execute(sa.select(LoginFailure))
        admit(sessions, "ann", HERE)
        request_session.rollback()
    assert [row.failures for row in rows(sessions)] == [1, 1]
