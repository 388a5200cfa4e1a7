"""Which ring is in force where, and that two apps in one process never mix."""

import threading

import pytest
from flask import Flask

from app.security.encryption.current import (
    bind_key_ring,
    forget_key_ring,
    key_ring,
    use_key_ring,
    using_key_ring,
)
from app.security.encryption.rings import KeyRing, KeyRingError

ONE, TWO, THREE = (KeyRing({"k1": bytes([number]) * 32}) for number in (1, 2, 3))


@pytest.fixture(autouse=True)
def no_ring_of_the_process():
    forget_key_ring()
    yield
    forget_key_ring()


def test_without_any_ring_nothing_is_read_or_written():
    with pytest.raises(KeyRingError, match="ENCRYPTION_KEYS"):
        key_ring()


def test_the_ring_of_the_process_serves_code_without_an_app():
    use_key_ring(ONE)
    assert key_ring() is ONE
    forget_key_ring()
    with pytest.raises(KeyRingError):
        key_ring()


def test_a_second_different_ring_of_the_process_is_refused():
    use_key_ring(ONE)
    use_key_ring(KeyRing({"k1": bytes([1]) * 32}))
    with pytest.raises(KeyRingError, match="another"):
        use_key_ring(TWO)
    assert key_ring() == ONE


def test_two_apps_keep_their_own_rings():
    first, second = Flask("first"), Flask("second")
    bind_key_ring(first, ONE)
    bind_key_ring(second, TWO)
    with first.app_context():
        assert key_ring() is ONE
        with second.app_context():
            assert key_ring() is TWO
        assert key_ring() is ONE


def test_an_app_without_a_ring_falls_back_to_the_one_of_the_process():
    use_key_ring(ONE)
    with Flask("bare").app_context():
        assert key_ring() is ONE


def test_the_ring_of_a_block_wins_and_ends_with_it():
    app = Flask("app")
    bind_key_ring(app, ONE)
    use_key_ring(TWO)
    with app.app_context():
        with using_key_ring(THREE) as ring:
            assert key_ring() is ring is THREE
            with using_key_ring(TWO):
                assert key_ring() is TWO
            assert key_ring() is THREE
        assert key_ring() is ONE


def test_the_ring_of_a_block_ends_with_an_error_too():
    with pytest.raises(ZeroDivisionError), using_key_ring(ONE):
        raise ZeroDivisionError
    with pytest.raises(KeyRingError):
        key_ring()


def test_another_thread_does_not_inherit_the_ring_of_a_block():
    seen = []

    def look():
        try:
            seen.append(key_ring())
        except KeyRingError:
            seen.append(None)

    with using_key_ring(ONE):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert seen == [None]
