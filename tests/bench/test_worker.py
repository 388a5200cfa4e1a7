"""A peer in its own process: what it tells, and what it refuses."""

import pytest

from bench.worker import Worker


def test_a_request_tells_what_it_cost(workers):
    workers["ours"].get("/customer/list/", "admin")
    sample = workers["ours"].get("/customer/list/", "admin")
    assert 0 < sample.database < sample.wall
    assert sample.cpu > 0
    assert 2 <= sample.statements <= 9
    assert sample.size > 5_000


def test_a_page_that_is_refused_is_no_measurement(workers):
    with pytest.raises(RuntimeError, match="404"):
        workers["ours"].get("/customer/show/999999", "admin")


def test_memory_is_told_in_bytes(workers):
    assert 20 * 1024**2 < workers["ours"].memory() < 500 * 1024**2


def test_a_peer_that_cannot_start_is_told(given):
    with pytest.raises(RuntimeError, match="has ended with 1"):
        Worker("nobody", given)
