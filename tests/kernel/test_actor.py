"""Who acts, and from where a change comes."""

import threading

import pytest

from app.kernel.actor import (
    NOBODY,
    PLAIN,
    SYSTEM,
    Actor,
    NoActor,
    acting,
    acting_or_none,
    circumstance,
    reset_actor,
    reset_circumstance,
    set_actor,
    set_circumstance,
    under,
)


@pytest.fixture(autouse=True)
def nobody_named():
    token = set_actor(None)
    yield
    reset_actor(token)


def test_without_a_named_actor_asking_who_acts_fails():
    assert acting_or_none() is None
    with pytest.raises(NoActor):
        acting()


def test_a_named_actor_acts_until_he_is_taken_back():
    ada = Actor(kind="user", id=1, name="ada")
    token = set_actor(ada)
    assert acting() is acting_or_none() is ada
    reset_actor(token)
    assert acting_or_none() is None


def test_another_thread_does_not_inherit_the_actor():
    set_actor(SYSTEM)
    seen = []
    thread = threading.Thread(target=lambda: seen.append(acting_or_none()))
    thread.start()
    thread.join()
    assert seen == [None]


def test_the_system_may_everything_and_nobody_nothing():
    assert SYSTEM.is_system
    assert SYSTEM.may("delete", "anything")
    assert SYSTEM.holds("security")
    assert not NOBODY.is_system
    assert not NOBODY.may("read", "customer")
    assert not NOBODY.holds("security")


def test_a_user_may_what_his_grants_and_specials_say():
    ada = Actor(kind="user", grants={("customer", "read"): frozenset({"own"}), ("customer", "edit"): frozenset()},
                specials=frozenset({"jobs"}))
    assert ada.may("read", "customer")
    assert not ada.may("edit", "customer")
    assert not ada.may("read", "order")
    assert ada.holds("jobs")
    assert not ada.holds("security")


def test_two_actors_are_equal_only_if_they_are_the_same():
    assert Actor(kind="user", id=1) != Actor(kind="user", id=1)


def test_a_circumstance_is_changed_for_a_while_and_keeps_its_other_parts():
    assert circumstance() is PLAIN
    with under(cause="rule", depth=1):
        with under(verb="claim") as inner:
            assert (inner.cause, inner.depth, inner.verb) == ("rule", 1, "claim")
        assert circumstance().verb == ""
    assert circumstance() is PLAIN


def test_a_circumstance_ends_with_an_exception_too():
    with pytest.raises(ZeroDivisionError), under(cause="broken"):
        raise ZeroDivisionError
    assert circumstance() is PLAIN


def test_a_part_that_no_circumstance_has_is_a_bug():
    with pytest.raises(TypeError), under(colour="red"):
        pass


def test_a_circumstance_is_set_and_taken_back():
    with under(channel="api") as there:
        pass
    token = set_circumstance(there)
    assert circumstance().channel == "api"
    reset_circumstance(token)
    assert circumstance() is PLAIN
