"""Notices are told once under a key, whoever tells them at the same moment, and read by their user only."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.desk.models import Notification
from app.desk.operations import mark_all_read, mark_read, notify
from app.desk.queries import unread_count
from app.kernel import clock
from app.kernel.database import in_unit
from app.kernel.errors import RuleError
from tests.desk.records import by, delete, of, stored


def tell(company, who="system", **parts):
    given = {"user_id": company.ids["sales1"], "kind": "info", "title": "Hello", "key": "k1", **parts}
    return by(company, who, lambda: notify(**given))


def test_a_notice_is_told_once_under_its_key(company):
    assert [tell(company) for _ in range(3)] == [True, False, False]
    assert stored(company, Notification, "title", "key") == [("Hello", "k1")]


def test_notices_without_a_key_are_told_every_time(company):
    assert [tell(company, key=None) for _ in range(2)] == [True, True]


def test_a_notice_that_was_deleted_is_not_told_again(company):
    tell(company)
    delete(company, Notification, stored(company, Notification, "id")[0], "sales1")
    assert not tell(company)


def test_a_notice_may_name_the_record_that_it_is_about(company):
    tell(company, about_entity="customer", about_id=5)
    assert stored(company, Notification, "about", "about_entity", "about_id") == [("customer:5", "customer", 5)]


def test_who_may_not_write_notices_may_cause_one(company):
    assert tell(company, "sales2")
    made = stored(company, Notification, "owner_id", "created_by_id")
    assert made == [(company.ids["sales1"], company.ids["sales2"])]


def test_a_notice_that_fails_with_its_unit_may_be_told_again(company):
    with pytest.raises(ZeroDivisionError):
        by(company, "system", lambda: (notify(company.ids["sales1"], "info", "Hello", key="k1"), 1 / 0))
    assert tell(company)


def test_an_unknown_kind_is_refused(company):
    with pytest.raises(RuleError):
        tell(company, kind="gossip")


def test_a_long_title_is_cut(company):
    tell(company, title="x" * 400)
    assert stored(company, Notification, "title") == ["x" * 300]


def test_a_title_for_a_user_without_a_language_is_said_as_it_is(company, monkeypatch):
    monkeypatch.setattr("app.desk.operations.notices.profile_of", lambda user_id: None)
    tell(company, title=ValueError("lazy"))
    assert stored(company, Notification, "title") == ["lazy"]


def test_of_many_who_tell_at_once_one_is_heard(company):
    start = threading.Barrier(6, timeout=60)

    def work(number):
        with company.acting("system"):
            start.wait()
            return in_unit(notify, company.ids["sales1"], "info", f"Hello {number}", key="race")

    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(work, range(6)))
    assert sorted(told) == [False] * 5 + [True]
    assert len(stored(company, Notification, "id")) == 1


def test_the_loser_of_a_race_keeps_what_else_his_unit_did(company, monkeypatch):
    tell(company)
    monkeypatch.setattr("app.desk.operations.notices._is_told", lambda key: False)

    def work():
        notify(company.ids["sales1"], "info", "Before", key="before")
        return notify(company.ids["sales1"], "info", "Again", key="k1")

    assert by(company, "system", work) is False
    assert stored(company, Notification, "title") == ["Hello", "Before"]


@pytest.fixture
def notices(company):
    """Three unread notices of sales1, one of sales2."""
    for key in "abc":
        tell(company, key=key)
    tell(company, key="d", user_id=company.ids["sales2"])
    return stored(company, Notification, "id")


def unread(company, who):
    with company.acting(who) as actor:
        return unread_count(actor.id)


def test_the_bell_counts_what_is_unread(company, notices):
    assert [unread(company, who) for who in ("sales1", "sales2", "manager")] == [3, 1, 0]
    assert str(by(company, "sales1", mark_read, notices[:2], {})) == "2 marked as read."
    assert unread(company, "sales1") == 1


def test_reading_twice_keeps_the_first_time(company, notices):
    by(company, "sales1", mark_read, notices[:1], {})
    first = of(company, Notification, notices[0], "read_at", "version")
    assert first[0] <= clock.now()
    by(company, "sales1", mark_read, notices[:1], {})
    assert of(company, Notification, notices[0], "read_at", "version") == first


def test_nobody_marks_anothers_notice_as_read(company, notices):
    by(company, "sales2", mark_read, notices, {})
    assert [unread(company, who) for who in ("sales1", "sales2")] == [3, 0]


def test_everything_is_marked_at_once_for_oneself_only(company, notices):
    assert by(company, "sales1", lambda: mark_all_read(company.ids["sales1"])) == 3
    assert [unread(company, who) for who in ("sales1", "sales2")] == [0, 1]


