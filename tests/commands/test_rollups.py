"""The kept sums on the command line."""

import json

import sqlalchemy as sa

from app.customers.models import Customer
from app.kernel.actor import SYSTEM
from app.kernel.database import acting_as, in_unit, session
from app.kernel.rollups import upkeep
from app.kernel.rollups.cells import RollupCell, RollupState
from tests.commands.test_doctor import checked
from tests.commands.test_setup import run
from tests.desk.records import add


def test_verify_tells_what_is_wrong_and_rebuild_sets_it_right(company):
    with company.acting("system"):
        in_unit(lambda: session().execute(sa.delete(RollupState.__table__)))
    told = run(company.app, "rollups", "verify")
    assert told.exit_code == 1
    assert "customer.by_lifecycle: not built" in told.output
    fine, (say,) = checked(company, "rollups")
    assert (fine, "not built: run `flask crm rollups rebuild`" in say) == (False, True)
    assert run(company.app, "rollups", "rebuild").exit_code == 0
    add(company, Customer, name="Acme")
    assert run(company.app, "rollups", "verify").exit_code == 0
    assert checked(company, "rollups") == (True, ["they count every record"])
    with company.acting("system"):
        in_unit(lambda: session().execute(sa.delete(RollupCell.__table__)))
    told = run(company.app, "rollups", "verify")
    assert told.exit_code == 1
    assert "customer.by_lifecycle: 1 wrong" in told.output
    assert "customer.by_lifecycle out of step" in checked(company, "rollups")[1][0]
    mended = run(company.app, "rollups", "rebuild", "--json")
    assert json.loads(mended.output)["customer.by_lifecycle"] == 1
    assert run(company.app, "rollups", "verify").exit_code == 0


def test_init_builds_what_is_not_built(empty_app):
    assert run(empty_app, "init").exit_code == 0
    with empty_app.app_context(), acting_as(SYSTEM):
        assert upkeep.unbuilt() == []


def test_the_doctor_asks_for_the_schema_where_it_has_no_sums(company):
    with company.app.app_context(), acting_as(SYSTEM):
        in_unit(lambda: session().execute(sa.text("ALTER TABLE rollup_state RENAME TO elsewhere")))
    assert checked(company, "rollups") == (False, ["run `flask crm init`"])
