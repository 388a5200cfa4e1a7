"""Rights are rows: what an admin changes in one process holds at the next request in every other."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.customers.models import Customer
from app.kernel.actor import SYSTEM
from app.kernel.database import acting_as, in_unit, session
from app.security import operations
from app.security.queries import profile_of

ROOT = Path(__file__).parents[2]
SECONDS = 60


class OtherProcess:
    """A server in a process of its own."""

    def __init__(self, company):
        known = company.app.config
        given = {name: str(known[name]) for name in ("DATABASE_URL", "CRM_INSTANCE_DIR", "SECRET_KEY")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.security.other_process", json.dumps({"CRM_ENV": "test", **given})], cwd=ROOT,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline().strip() == "ready"

    def get(self, token, address):
        """(status, body) of a GET in the other process."""
        self.process.stdin.write(f"{token} {address}\n")
        self.process.stdin.flush()
        return tuple(json.loads(self.process.stdout.readline()))

    def close(self):
        self.process.stdin.close()
        self.process.wait(SECONDS)


@pytest.fixture
def other(company):
    """The second process; it ends with the test."""
    process = OtherProcess(company)
    yield process
    process.close()


@pytest.fixture
def hers(company):
    """A customer of sales2 with a phone."""
    with company.app.app_context(), acting_as(SYSTEM):
        return in_unit(_customer, company.ids["sales2"])


def _customer(owner):
    record = Customer(name="Hers", owner_id=owner, phone="13955554444")
    session().add(record)
    session().flush()
    return record.id


def rights_of(admin, name):
    return next(each for each in admin.get("/api/v1/rights/").json["result"] if each["name"] == name)


def change(admin, name, **parts):
    """Replace parts of a role's rights as an admin does; ``grants`` are merged."""
    role = rights_of(admin, name)
    role["grants"] |= parts.pop("grants", {})
    answer = admin.put(f"/api/v1/rights/{role['id']}", json={**role, **parts})
    assert answer.status_code == 200, answer.json


def test_what_is_read_of_every_role_can_be_written_back(company):
    admin = company.client("admin")
    for role in admin.get("/api/v1/rights/").json["result"]:
        answer = admin.put(f"/api/v1/rights/{role['id']}", json=role)
        assert answer.status_code == 200, (role["name"], answer.json)
        assert answer.json["result"] == role


def test_a_change_of_rights_holds_at_the_next_request_in_another_process(company, other, hers):
    """Grants, column rules, roles, teams and deactivation, one after the other in one process each."""
    admin, address = company.client("admin"), f"/api/v1/customer/{hers}"
    seller, analyst = company.token("sales1"), company.token("analyst")
    assert other.get(seller, address)[0] == 404
    change(admin, "Sales", grants={"customer": {"read": "all"}})
    assert other.get(seller, address)[0] == 200
    change(admin, "Sales", grants={"customer": {"read": "own"}})
    assert other.get(seller, address)[0] == 404

    assert "13955554444" not in other.get(analyst, address)[1]
    change(admin, "Analyst", columns={})
    assert "13955554444" in other.get(analyst, address)[1]
    change(admin, "Analyst", columns={"customer": {"phone": "hide"}})
    assert '"phone"' not in other.get(analyst, address)[1]

    change(admin, "Sales", grants={"customer": {"read": "team"}})
    assert other.get(seller, address)[0] == 404
    with company.acting("admin"):
        profile = _profile(company, "sales1")
        in_unit(operations.move_to_team, profile, company.teams["West"], with_rows=False)
    assert other.get(seller, address)[0] == 200

    with company.acting("admin"):
        in_unit(operations.set_active, company.ids["sales1"], False)
    assert other.get(seller, address)[0] == 401


def test_the_menu_of_the_other_process_follows_a_change_of_rights_at_once(company, other, hers):
    """What is rendered once for a role is rendered anew after any change: a right, a column, the roles of a user."""
    admin, seller, page = company.client("admin"), company.token("sales2"), "/customer/list/"
    entry, box = 'href="/order/list/"', 'name="set_level"'
    assert entry in other.get(seller, page)[1]
    assert box in other.get(seller, page)[1]
    change(admin, "Sales", grants={"order": {}}, columns={"customer": {"level": "read"}})
    assert entry not in other.get(seller, page)[1]
    assert box not in other.get(seller, page)[1]
    change(admin, "Sales", grants={"order": {"read": "own"}}, columns={})
    assert entry in other.get(seller, page)[1]
    assert box in other.get(seller, page)[1]

    with company.acting("admin"):
        in_unit(operations.set_roles, company.ids["sales2"], ["Viewer"])
    assert other.get(seller, page)[0] == 401
    anew = company.log_in("sales2").json["access_token"]
    assert 'href="/order/list/"' in other.get(anew, page)[1]
    assert 'href="/lead/add"' not in other.get(anew, "/lead/list/")[1]


def _profile(company, name):
    return profile_of(company.ids[name]).id


def test_a_role_that_is_taken_away_is_gone_for_the_old_token_too(company, hers):
    token = company.client("analyst")
    assert token.get(f"/api/v1/customer/{hers}").status_code == 200
    with company.acting("admin"):
        in_unit(operations.set_roles, company.ids["analyst"], ["Viewer"])
    assert token.get(f"/api/v1/customer/{hers}").status_code == 401


def test_nobody_but_an_admin_changes_rights(company):
    role = rights_of(company.client("admin"), "Viewer")
    for user in ("manager", "sales1", "support1", "marketing", "analyst", "viewer"):
        assert company.client(user).put(f"/api/v1/rights/{role['id']}", json=role).status_code == 403


def test_the_administrator_cannot_lock_everybody_out(company):
    admin = company.client("admin")
    role = rights_of(admin, "Admin")
    answer = admin.put(f"/api/v1/rights/{role['id']}", json={**role, "specials": []})
    assert answer.status_code == 422


@pytest.mark.parametrize("rights", [
    {"grants": {"no_such_entity": {"read": "all"}}}, {"grants": {"customer": {"no_such_verb": "all"}}},
    {"grants": {"customer": {"read": "everywhere"}}}, {"specials": ["flying"]},
    {"columns": {"customer": {"no_such_field": "mask"}}}, {"columns": {"customer": {"phone": "blur"}}}])
def test_rights_that_mean_nothing_are_refused(company, rights):
    admin = company.client("admin")
    role = rights_of(admin, "Viewer")
    assert admin.put(f"/api/v1/rights/{role['id']}", json=rights).status_code == 422
    assert rights_of(admin, "Viewer") == role
