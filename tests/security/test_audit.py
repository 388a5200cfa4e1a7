"""The audit: what is written, that it stays, and that nothing personal lies in it or beside it in plain."""

import contextlib
import logging
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from app.customers.models import Customer
from app.kernel.database import db, in_unit, session
from app.security import audit, operations
from app.security.models import AuditEntry
from tests.world import PASSWORD

PHONE = "13987654321"


def entries(company, **wanted):
    """The audit entries with these values, oldest first."""
    with company.acting("system"):
        found = sa.select(AuditEntry).filter_by(**wanted).order_by(AuditEntry.id)
        return [{name: getattr(entry, name) for name in (*audit.SEALED, "team_id")}
                for entry in session().scalars(found)]


def behind_the_back(company, statement):
    """Run SQL past the product, as somebody with the database's password would."""
    with company.app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql(statement)


def broken(company):
    with company.acting("system"):
        return audit.broken_entries()


@pytest.fixture
def customer(company):
    """A customer of sales1, made through REST."""
    return company.client("sales1").post("/api/v1/customer/", json={"name": "Ada", "phone": PHONE}).json["id"]


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET note = 'nothing happened'", "DELETE FROM audit_entry"])
def test_the_database_itself_refuses_to_change_the_audit(company, customer, statement):
    before = len(entries(company))
    with pytest.raises(exc.DBAPIError, match="append-only"):
        behind_the_back(company, statement)
    assert len(entries(company)) == before > 0


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_postgresql_refuses_to_empty_the_audit(company, customer):
    with pytest.raises(exc.DBAPIError, match="append-only"):
        behind_the_back(company, "TRUNCATE audit_entry")


def test_a_pass_opens_the_audit_only_while_it_stands(company, customer):
    behind_the_back(company, "INSERT INTO audit_pass (id, reason) VALUES (1, 'retention')")
    behind_the_back(company, "DELETE FROM audit_entry WHERE kind = 'create'")
    behind_the_back(company, "DELETE FROM audit_pass")
    assert entries(company, kind="create") == []
    with pytest.raises(exc.DBAPIError, match="append-only"):
        behind_the_back(company, "DELETE FROM audit_entry")


def test_an_entry_that_was_changed_behind_the_triggers_is_found(company, customer):
    assert broken(company) == []
    behind_the_back(company, "INSERT INTO audit_pass (id, reason) VALUES (1, 'an intruder')")
    behind_the_back(company, "UPDATE audit_entry SET actor_name = 'somebody else' WHERE kind = 'create' "
                             "AND entity = 'customer'")
    with company.acting("system"):
        expected = list(session().scalars(sa.select(AuditEntry.id).where(AuditEntry.kind == "create",
                                                                         AuditEntry.entity == "customer")))
    assert broken(company) == expected != []


@pytest.mark.parametrize("column", ["note = 'x'", "changes = '{}'", "at = '2020-01-01 00:00:00'", "seal = NULL",
                                    "owner_id = 1", "record_id = 99"])
def test_every_part_of_an_entry_is_sealed(company, customer, column):
    behind_the_back(company, "INSERT INTO audit_pass (id, reason) VALUES (1, 'an intruder')")
    behind_the_back(company, f"UPDATE audit_entry SET {column} WHERE kind = 'create' AND entity = 'customer'")
    assert len(broken(company)) == 1


def test_a_change_is_told_with_who_from_where_before_and_after(company, customer):
    company.client("sales1").put(f"/api/v1/customer/{customer}", json={"city": "Lyon"})
    entry, = entries(company, kind="update", entity="customer", record_id=customer)
    assert (entry["owner_id"], entry["actor_name"], entry["channel"]) == (company.ids["sales1"], "sales1", "api")
    assert entry["changes"]["city"] == [None, "Lyon"]
    assert (entry["address"], len(entry["request_id"])) == ("127.0.0.1", 16)
    assert entry["team_id"] == company.teams["East"]


def test_logins_and_failed_logins_are_told(company):
    company.log_in("sales1")
    assert [entry["owner_id"] for entry in entries(company, kind="login")] == [company.ids["sales1"]]


def test_failed_logins_are_told_without_the_password(company):
    company.log_in("sales1", "a-quite-wrong-password")
    entry, = entries(company, kind="login_failed")
    assert (entry["note"], entry["owner_id"]) == ("sales1", None)
    assert "quite-wrong" not in str(entries(company))


@pytest.mark.parametrize(("user", "method", "path", "status"), [
    ("sales2", "GET", "/api/v1/customer/{}", 404), ("analyst", "PUT", "/api/v1/customer/{}", 403),
    ("sales1", "GET", "/rights/", 403), ("sales1", "DELETE", "/api/v1/tag/1", 404)])
def test_denials_are_told_with_their_address(company, customer, user, method, path, status):
    path = path.format(customer)
    assert company.client(user).open(path, method=method, json={}).status_code == status
    entry = entries(company, kind="denied")[-1]
    assert (entry["note"], entry["owner_id"]) == (f"{method} {path}: {status}", company.ids[user])


def test_an_export_is_told_with_its_filter_and_the_number_of_rows(company, customer):
    company.client("sales1").get("/api/v1/customer/export?format=csv&name__contains=Ad").get_data()
    entry, = entries(company, kind="export")
    assert (entry["entity"], entry["note"], entry["owner_id"]) == ("customer", "csv: 1", company.ids["sales1"])
    assert entry["changes"]["rows"] == 1
    assert "Ad" in str(entry["changes"]["filter"])


def test_a_change_of_rights_is_told_grant_by_grant(company):
    admin = company.client("admin")
    role = next(each for each in admin.get("/api/v1/rights/").json["result"] if each["name"] == "Viewer")
    role["grants"]["customer"] = {"read": "own"}
    before = len(entries(company, kind="permission", entity="access_grant"))
    assert admin.put(f"/api/v1/rights/{role['id']}", json=role).status_code == 200
    told = entries(company, kind="permission", entity="access_grant")[before:]
    assert told
    assert {entry["owner_id"] for entry in told} == {company.ids["admin"]}
    assert any(entry["changes"].get("scope", [None, None])[1] == "own" for entry in told)


def test_a_change_of_roles_is_told(company):
    with company.acting("admin"):
        in_unit(operations.set_roles, company.ids["viewer"], ["Analyst"])
    entry = entries(company, kind="permission", entity="ab_user")[-1]
    assert "Analyst" in str(entry["changes"]["roles"][1])
    assert entry["owner_id"] == company.ids["admin"]


def test_a_change_of_a_password_is_told_without_its_hash(company):
    with company.acting("admin"):
        hashed = operations.hashed_or_problem(PASSWORD + " indeed", "viewer", "")
        in_unit(operations.set_password, company.ids["viewer"], hashed)
    entry, = entries(company, kind="password")
    assert entry["changes"] == {"password": ["•••", "•••"]}
    assert hashed not in str(entries(company))


def test_a_deactivation_is_told(company):
    with company.acting("admin"):
        in_unit(operations.set_active, company.ids["viewer"], False)
    assert "active" in entries(company, kind="permission", entity="ab_user")[-1]["changes"]


def test_a_manager_reads_the_audit_of_his_tree_only(company, customer):
    company.client("support1").get(f"/api/v1/customer/{10**9}")
    shown = company.client("manager").get("/api/v1/audit_entry/?page_size=100").json["result"]
    assert {each["owner"]["id"] for each in shown} <= {company.ids[name] for name in ("manager", "sales1", "sales1b",
                                                                                     "sales2", "viewer")}
    assert company.ids["sales1"] in {each["owner"]["id"] for each in shown}
    assert company.client("sales1").get("/api/v1/audit_entry/").status_code == 403


def test_nobody_writes_into_the_audit_from_outside(company, customer):
    admin = company.client("admin")
    assert admin.post("/api/v1/audit_entry/", json={"note": "x"}).status_code in (404, 405)
    assert admin.delete("/api/v1/audit_entry/1").status_code in (404, 405)


def test_a_refused_change_leaves_its_refusal_and_no_change(company, customer):
    before = len(entries(company, kind="update"))
    company.client("sales1").put(f"/api/v1/customer/{customer}", json={"owner": company.ids["sales2"]})
    assert len(entries(company, kind="update")) == before
    assert entries(company, kind="denied")[-1]["note"].endswith(": 403")


@contextlib.contextmanager
def everything_logged():
    """All that any logger says, as one list of texts."""
    said, root = [], logging.getLogger()

    class Ear(logging.Handler):
        def emit(self, record):
            said.append(self.format(record))

    ear, level = Ear(logging.DEBUG), root.level
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    try:
        yield said
    finally:
        root.removeHandler(ear)
        root.setLevel(level)


def told_everywhere(company):
    """Make, change, search, refuse, export and delete a customer with the planted number."""
    api = company.client("sales1")
    pk = api.post("/api/v1/customer/", json={"name": "Ada", "phone": PHONE, "code": "A"}).json["id"]
    api.put(f"/api/v1/customer/{pk}", json={"phone": f"+86 {PHONE}"})
    api.post("/api/v1/customer/", json={"name": "Twin", "phone": PHONE, "code": "A"})
    api.get(f"/api/v1/customer/?search={PHONE}")
    api.get(f"/api/v1/customer/?phone={PHONE}")
    api.get(f"/api/v1/customer/export?format=csv&phone={PHONE}").get_data()
    api.get(f"/api/v1/customer/export?format=csv&search={PHONE}").get_data()
    company.client("analyst").get(f"/api/v1/customer/?phone={PHONE}")
    api.post("/api/v1/customer/bulk", json=[{"name": "Bulk", "phone": PHONE, "code": "B"}])
    api.delete(f"/api/v1/customer/{pk}")


def bytes_of_sqlite(company):
    path = company.app.config["DATABASE_URL"].removeprefix("sqlite:///")
    found = b""
    for end in ("", "-wal"):
        with contextlib.suppress(FileNotFoundError):
            found += Path(path + end).read_bytes()
    return found


def bytes_of_postgresql(company):
    with company.app.app_context(), db.engine.connect() as connection:
        quote = db.engine.dialect.identifier_preparer.quote
        return b"".join(str(row).encode() for name in db.metadata.tables
                        for row in connection.exec_driver_sql(f"SELECT t::text FROM {quote(name)} t"))


def test_a_planted_phone_number_is_found_nowhere(company):
    with everything_logged() as said:
        told_everywhere(company)
    is_file = company.app.config["DATABASE_URL"].startswith("sqlite")
    stored = bytes_of_sqlite(company) if is_file else bytes_of_postgresql(company)
    assert b"sales1" in stored
    assert PHONE.encode() not in stored
    assert [line for line in said if PHONE in line] == []


def test_the_search_for_the_planted_number_finds_what_is_in_plain(company):
    with company.acting("system"):
        in_unit(lambda: session().add(Customer(name="Ada", remark=f"call {PHONE}")))
    is_file = company.app.config["DATABASE_URL"].startswith("sqlite")
    assert PHONE.encode() in (bytes_of_sqlite(company) if is_file else bytes_of_postgresql(company))


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_search_for_broken_entries_stops_where_it_was_told(company, customer):
    with company.acting("system"):
        total = session().scalar(sa.select(sa.func.count(AuditEntry.id)))
        assert total > 2
        assert audit.broken_entries() == []
        everything = session().scalars(sa.select(AuditEntry.id).order_by(AuditEntry.id)).all()
    with company.acting("system"), pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit, "fits", lambda values, seal: False)
        assert audit.broken_entries(limit=2) == everything[:2]
        assert audit.broken_entries() == everything[:100]
