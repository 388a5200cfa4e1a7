"""What the database server says of itself."""

import datetime as dt

import pytest

from app.kernel import clock
from app.kernel.server import server


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_sqlite_keeps_its_journal_ahead_and_shares_our_clock(app):
    with app.app_context(), clock.at(clock.now() + dt.timedelta(hours=1)):
        there = server()
    assert (there.system, there.journal, there.ahead) == ("sqlite", "wal", 0.0)
    assert there.version >= (3, 35)


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_postgresql_has_a_clock_of_its_own(app):
    with app.app_context():
        here = server()
        with clock.at(clock.now() + dt.timedelta(hours=1)):
            there = server()
    assert there.system == "postgresql"
    assert there.version >= (15,)
    assert abs(here.ahead) < 60
    assert -3660 < there.ahead < -3540
