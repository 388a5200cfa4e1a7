"""Taking, resolving, closing and reopening."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from app.kernel.database import in_unit, session
from app.kernel.errors import Conflict, NotAllowed, RuleError
from app.security.models import AccessGrant
from app.support.models import Ticket
from app.support.operations import close, reopen, resolve, take
from tests.desk.records import by, of, stored
from tests.support.desk import ticket


@pytest.fixture
def free(company):
    """Three tickets that nobody has, which support may read and edit."""
    by(company, "system", _let_support_work_on_everything)
    return [ticket(company) for _ in range(3)]


def _let_support_work_on_everything():
    rows = session().scalars(sa.select(AccessGrant).where(AccessGrant.entity == "ticket", AccessGrant.scope == "queue"))
    for row in rows:
        row.scope = "all"


def holders(company):
    names = {number: name for name, number in company.ids.items()}
    return [names.get(owner) for owner in stored(company, Ticket, "owner_id")]


def statuses(company, ids):
    return [of(company, Ticket, each, "status") for each in ids]


def test_who_takes_tickets_has_them(company, free):
    assert str(by(company, "support1", take, free[:2], {})) == "2 taken."
    assert holders(company) == ["support1", "support1", None]


def test_what_others_have_is_left_to_them(company, free):
    by(company, "support2", take, free[:1], {})
    assert str(by(company, "support1", take, free, {})) == "2 taken; 1 had an assignee already."
    assert holders(company) == ["support2", "support1", "support1"]
    with pytest.raises(Conflict):
        by(company, "support1", take, free[:1], {})


def test_the_system_takes_nothing(company, free):
    with pytest.raises(NotAllowed):
        by(company, "system", take, free, {})


def test_of_two_who_take_at_once_one_gets_it(company, free):
    start = threading.Barrier(4, timeout=60)

    def work(number):
        with company.acting(f"support{number % 2 + 1}"):
            start.wait()
            try:
                in_unit(take, free[:1], {})
            except Conflict:
                return 0
            return 1

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 1


def test_a_ticket_is_resolved_with_what_was_done(company, free):
    by(company, "support1", take, free, {})
    assert str(by(company, "support1", resolve, free[:2], {"resolution": "Replaced."})) == "2 resolved."
    assert statuses(company, free) == ["resolved", "resolved", "new"]
    assert of(company, Ticket, free[0], "resolution") == "Replaced."


def test_resolving_without_a_word_keeps_what_stands_there(company, free):
    by(company, "support1", resolve, free[:1], {"resolution": "Replaced."})
    by(company, "support1", reopen, free[:1], {})
    by(company, "support1", resolve, free[:1], {"resolution": None})
    assert of(company, Ticket, free[0], "resolution", "reopened") == ("Replaced.", 1)


def test_a_ticket_is_closed_with_the_customers_opinion(company, free):
    assert str(by(company, "support1", close, free[:1], {"satisfaction": 4})) == "1 closed."
    assert of(company, Ticket, free[0], "status", "satisfaction") == ("closed", 4)
    by(company, "support1", close, free[1:2], {})
    assert of(company, Ticket, free[1], "status", "satisfaction") == ("closed", None)


def test_what_was_settled_is_reopened(company, free):
    by(company, "support1", resolve, free, {})
    assert str(by(company, "support1", reopen, free, {})) == "3 reopened."
    assert statuses(company, free) == ["open"] * 3


@pytest.mark.parametrize("action", [resolve, close, reopen])
def test_what_is_merged_stays_merged(company, action):
    merged = ticket(company, status="merged")
    with pytest.raises(RuleError):
        by(company, "admin", action, [merged], {})
    assert statuses(company, [merged]) == ["merged"]


@pytest.mark.parametrize("action", [resolve, close, reopen])
def test_if_one_is_out_of_reach_nothing_happens(company, action):
    own, foreign = ticket(company, assignee=company.ids["support1"]), ticket(company)
    with pytest.raises(NotAllowed):
        by(company, "support1", action, [own, foreign], {})
    assert statuses(company, [own, foreign]) == ["new", "new"]
