"""Sent twice, done once."""

import datetime as dt
import threading

import pytest
import sqlalchemy as sa

from app.customers.models import Customer
from app.kernel import clock
from app.kernel.database import in_unit, session, unit
from app.kernel.once import forget_old_keys, once, release


def make():
    customer = Customer(name="A")
    session().add(customer)
    session().flush()
    return customer.id


def names(company):
    with company.acting("system"):
        return session().scalars(sa.select(Customer.name)).all()


def test_the_second_answer_is_the_firsts(company):
    with company.acting("sales1"):
        first = in_unit(once, "key", make)
        assert in_unit(once, "key", make) == first
        assert in_unit(once, "other", make) != first
    assert len(names(company)) == 2


def test_without_a_key_nothing_is_remembered(company):
    with company.acting("sales1"):
        assert in_unit(once, "", make) != in_unit(once, "", make)


def test_another_user_has_keys_of_his_own(company):
    with company.acting("sales1"):
        in_unit(once, "key", make)
    with company.acting("sales2"):
        in_unit(once, "key", make)
    assert len(names(company)) == 2


def test_a_refused_attempt_leaves_the_key_free(company):
    def fail():
        make()
        raise ZeroDivisionError

    with company.acting("sales1"):
        with pytest.raises(ZeroDivisionError):
            in_unit(once, "key", fail)
        in_unit(once, "key", make)
    assert len(names(company)) == 1


def test_sent_by_several_threads_at_once_it_has_one_effect(company):
    answers = []

    def send():
        with company.acting("sales1"):
            answers.append(in_unit(once, "key", make))

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 6
    assert len(set(answers)) == 1
    assert len(names(company)) == 1


def test_keys_are_kept_for_a_day(company):
    start = clock.now()
    with company.acting("sales1"), clock.at(start):
        in_unit(once, "key", make)
        with clock.at(start + dt.timedelta(hours=23)), unit():
            assert forget_old_keys() == 0
        with clock.at(start + dt.timedelta(hours=25)), unit():
            assert forget_old_keys() == 1


def test_a_form_sent_twice_makes_one_record(company):
    browser = company.browser("sales1")
    for _ in range(2):
        given = {"name": "V", "entity": "team", "shared": "private", "_once": "form-1"}
        answer = browser.post("/saved_view/add", given)
        assert answer.status_code == 302
    with company.acting("system"):
        from app.desk.models import SavedView
        assert len(session().scalars(sa.select(SavedView)).all()) == 1


def test_a_post_with_an_idempotency_key_is_answered_alike(company):
    client = company.client("sales1")
    given = {"name": "V", "entity": "team", "shared": "private"}
    answers = [client.post("/api/v1/saved_view/", json=given, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json["id"] == answers[1].json["id"]


def test_a_key_that_was_released_is_free_again_for_its_user_alone(company):
    for user in ("sales1", "sales2"):
        with company.acting(user):
            in_unit(once, "key", make)
    with company.acting("sales1"):
        in_unit(release, "key")
        in_unit(once, "key", make)
    with company.acting("sales2"):
        in_unit(once, "key", make)
    assert len(names(company)) == 3
