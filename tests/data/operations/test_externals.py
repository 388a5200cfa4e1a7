"""Ids of other systems in a file: they are kept on the record, and the next file finds the record by them."""

import json

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from app.customers.models import Customer
from app.data.models import ImportRow
from app.data.operations import externals
from app.kernel.database import db, session
from app.kernel.errors import RuleError
from tests.data.imports import reasons, run, staged
from tests.kernel.test_gate import add_customer

SHOP = "external_ids.shop"
FIRST = f"name,{SHOP},city\nBlue,S-1,Wuhan\nRed,S-2,\nGreen,,\n"


def ids_and_cities():
    rows = session().execute(sa.select(Customer.name, Customer.external_ids, Customer.city).order_by(Customer.id))
    return [tuple(row) for row in rows]


@pytest.mark.parametrize(("header", "system"), [
    (SHOP, "shop"), (f" {SHOP} ", "shop"), ("external_ids.Shop-2_b", "Shop-2_b"), ("external_ids", None),
    ("external_ids.", None), ("external_ids.a b", None), ("external_ids." + "x" * 41, None), ("name", None)])
def test_a_header_names_a_system(header, system):
    assert externals.system_of(header) == system


def test_of_two_columns_for_one_system_the_first_counts():
    assert externals.systems_in(["name", SHOP, "external_ids.erp", SHOP]) == {"shop": 1, "erp": 2}
    assert externals.ids_in(["A", " S-1 ", ""], {"shop": 1, "erp": 2}) == {"shop": "S-1"}


def test_a_new_record_keeps_the_id_of_the_other_system(company):
    with company.acting("manager"):
        counts, _number = run("customer", FIRST)
        assert counts["created"] == 3
        assert ids_and_cities() == [("Blue", {"shop": "S-1"}, "Wuhan"), ("Red", {"shop": "S-2"}, None),
                                    ("Green", None, None)]


def test_the_next_file_finds_the_records_by_it(company):
    with company.acting("manager"):
        run("customer", FIRST, match=(SHOP,))
        counts, _number = run("customer", f"{SHOP},name,city\nS-1,Blue,Beijing\nS-2,Red,\nS-3,New,\n", match=(SHOP,))
        assert counts == {"created": 1, "updated": 1, "unchanged": 1, "skipped": 0, "rejected": 0}
        assert ids_and_cities()[0] == ("Blue", {"shop": "S-1"}, "Beijing")
        assert ids_and_cities()[3] == ("New", {"shop": "S-3"}, None)


def scans(work):
    """What `work` answers, and how many statements ask for ids of other systems."""
    asked = []

    def heard(_connection, _cursor, statement, *_rest):
        if statement.startswith("SELECT") and "external_ids" in statement.partition("WHERE")[2]:
            asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", heard)
    try:
        return work(), len(asked)
    finally:
        event.remove(db.engine, "before_cursor_execute", heard)


def test_two_thousand_rows_are_looked_up_in_one_scan(company):
    text = f"name,{SHOP}\n" + "".join(f"N{number},S-{number}\n" for number in range(2_001))
    with company.acting("system"):
        number, asked = scans(lambda: staged("customer", text, match=(SHOP,)))
        assert asked == 2
        kept = session().execute(sa.select(sa.func.count(ImportRow.id), sa.func.max(ImportRow.row))
                                 .where(ImportRow.batch_id == number)).one()
        assert tuple(kept) == (2_001, 2_002)


def test_ids_of_other_systems_stay(company):
    add_customer(company, "Blue", owner="manager", external_ids={"erp": "7", "shop": "S-1"})
    with company.acting("manager"):
        text = f"name,{SHOP},external_ids.web\nBlue,S-1,W-9\n"
        assert run("customer", text, match=(SHOP,))[0]["updated"] == 1
        assert ids_and_cities() == [("Blue", {"erp": "7", "shop": "S-1", "web": "W-9"}, None)]


def test_an_id_that_two_records_carry_is_not_clear(company):
    for name in ("A", "B"):
        add_customer(company, name, owner="manager", external_ids={"shop": "S-1"})
    with company.acting("manager"):
        counts, number = run("customer", f"name,{SHOP}\nC,S-1\n", match=(SHOP,))
        assert counts["rejected"] == 1
        assert "2 records have this key" in reasons(number)[2]


def test_the_same_id_twice_in_a_file_is_told(company):
    with company.acting("manager"):
        counts, number = run("customer", f"name,{SHOP}\nA,S-1\nB,S-1\n", match=(SHOP,))
        assert (counts["created"], counts["rejected"]) == (1, 1)
        assert "row 2 already" in reasons(number)[3]


def test_a_strangers_record_is_not_found_by_it(company):
    add_customer(company, "Hidden", owner="support1", external_ids={"shop": "S-1"})
    with company.acting("manager"):
        assert run("customer", f"name,{SHOP}\nMine,S-1\n", match=(SHOP,))[0]["created"] == 1
    with company.acting("system"):
        assert sorted(ids_and_cities()) == [("Hidden", {"shop": "S-1"}, None), ("Mine", {"shop": "S-1"}, None)]


@pytest.mark.parametrize("match", [("external_ids.erp",), (SHOP, "code"), ("code", SHOP)])
def test_a_system_that_is_not_in_the_file_or_a_mixture_is_refused(company, match):
    with company.acting("manager"), pytest.raises(RuleError) as raised:
        staged("customer", f"name,code,{SHOP}\nA,1,S-1\n", match=match)
    assert list(raised.value.problems) == ["match"]


def test_the_column_is_not_told_to_be_left_out(company):
    from app.data import operations

    with company.acting("manager"):
        number = staged("customer", f"name,{SHOP},nonsense\nA,S-1,x\n")
        warnings = operations.batch_of(number).work["warnings"]
    assert len(warnings) == 1
    assert "nonsense" in warnings[0]


def test_a_mapping_file_and_ids_go_together(company):
    with company.acting("manager"):
        mapping = json.dumps({"headers": {"firm": "name"}})
        assert run("customer", f"firm,{SHOP}\nA,S-1\n", mapping=mapping, match=(SHOP,))[0]["created"] == 1
