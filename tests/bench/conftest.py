"""A tiny database of the measurements, with the three peers in processes of their own."""

import pytest

from bench import company
from bench.__main__ import fill, started
from bench.cases import OURS, PEERS
from bench.measure import drawing

CUSTOMERS, BASE = 200, 50


@pytest.fixture(scope="session")
def given(sqlite_databases, tmp_path_factory):
    """What the processes agree on; the database holds 50 customers and three copies of each."""
    url = sqlite_databases.new()
    agreed = company.given_for(url, tmp_path_factory.mktemp("bench"))
    fill(agreed, CUSTOMERS, BASE)
    yield agreed
    sqlite_databases.drop(url)


@pytest.fixture(scope="session")
def workers(given):
    """The peers."""
    with started(given, PEERS) as running:
        yield running


@pytest.fixture
def draw(workers):
    """Draws what rounds ask for."""
    return drawing(workers[OURS], CUSTOMERS)()
