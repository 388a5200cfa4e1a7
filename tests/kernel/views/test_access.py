"""Who may come in."""

import pytest

from app.kernel.actor import NOBODY, SYSTEM, Actor, reset_actor, set_actor
from app.kernel.errors import NotAllowed, Unknown
from app.kernel.views import access

SELLER = Actor(kind="user", id=1, grants={("customer", "read"): frozenset({"own"})}, specials=frozenset({"jobs"}))


class Door:
    entity = "customer"

    @access.by_verb("read")
    def read(self, word):
        """What a reader gets."""
        return word

    @access.by_verb("delete")
    def delete(self):
        return "gone"

    @access.by_special("jobs")
    def jobs(self):
        return "jobs"

    @access.by_special("security")
    def security(self):
        return "security"

    @access.signed_in
    def own(self):
        return "own"

    @access.public
    def public(self):
        return "public"

    @access.by_token
    def token(self):
        return "token"

    def unclassified(self):
        return "open"


@pytest.fixture
def enter():
    """Calls a door as an actor."""
    def call(actor, method, *args):
        token = set_actor(actor)
        try:
            return getattr(Door(), method)(*args)
        finally:
            reset_actor(token)

    return call


def test_a_verb_on_the_views_entity_opens_the_door(enter):
    assert enter(SELLER, "read", "hello") == "hello"
    with pytest.raises(NotAllowed):
        enter(SELLER, "delete")
    assert enter(SYSTEM, "delete") == "gone"


def test_a_special_right_opens_its_own_door_only(enter):
    assert enter(SELLER, "jobs") == "jobs"
    with pytest.raises(NotAllowed):
        enter(SELLER, "security")


@pytest.mark.parametrize("actor", [None, NOBODY])
@pytest.mark.parametrize("method", ["delete", "jobs", "own"])
def test_a_stranger_is_asked_to_log_in(enter, actor, method):
    with pytest.raises(Unknown):
        enter(actor, method)


def test_every_known_user_has_what_is_his_and_everybody_what_is_public(enter):
    assert enter(SELLER, "own") == "own"
    assert [enter(NOBODY, name) for name in ("public", "token")] == ["public", "token"]


def test_a_route_tells_its_class_and_keeps_its_name():
    door = Door()
    assert access.access_of(door, "read") == ("role", "read")
    assert access.access_of(door, "public") == ("public", "")
    assert access.access_of(door, "token") == ("public by token", "")
    assert access.access_of(door, "unclassified") is None
    assert access.access_of(door, "nothing") is None
    assert door.read.__doc__ == "What a reader gets."
