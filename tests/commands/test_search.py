"""The text index on the command line."""

import json

import sqlalchemy as sa

from app.customers.models import Customer
from app.kernel.actor import SYSTEM
from app.kernel.database import acting_as, in_unit, session
from app.kernel.search import upkeep
from app.kernel.search.entries import SearchEntry
from tests.commands.test_setup import run
from tests.desk.records import add


def test_verify_tells_what_is_wrong_and_rebuild_sets_it_right(company):
    add(company, Customer, name="Acme")
    assert run(company.app, "search", "verify").exit_code == 0
    with company.acting("system"):
        in_unit(lambda: session().execute(sa.delete(SearchEntry.__table__)))
    told = run(company.app, "search", "verify")
    assert told.exit_code == 1
    assert "customer: 1 wrong" in told.output
    mended = run(company.app, "search", "rebuild", "--json")
    assert json.loads(mended.output)["customer"] == 1
    assert run(company.app, "search", "verify").exit_code == 0


def test_init_fills_an_index_that_holds_nothing(empty_app):
    assert run(empty_app, "init").exit_code == 0
    with empty_app.app_context(), acting_as(SYSTEM):
        assert not any(upkeep.verify().values())
        in_unit(lambda: session().execute(sa.delete(SearchEntry.__table__)))
        assert any(upkeep.verify().values())
    assert run(empty_app, "init").exit_code == 0
    with empty_app.app_context(), acting_as(SYSTEM):
        assert not any(upkeep.verify().values())
