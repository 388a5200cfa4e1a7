"""Many new rows at once pass the same gate as one."""

import pytest
import sqlalchemy as sa

from app.customers.models import Contact, Customer, Tag
from app.kernel import bulk
from app.kernel.database import in_unit, session, unit
from app.kernel.events import DomainEvent
from tests.desk.records import add
from tests.kernel.bulk import twins
from tests.kernel.test_gate import add_customer, the


def test_good_rows_are_created_and_bad_ones_told_by_position(company):
    add_customer(company, code="TAKEN")
    rows = [{"name": "A", "code": "C1"}, {"name": ""}, {"name": "B", "code": "TAKEN"}, {"name": "C", "code": "C1"},
            {"name": "D", "owner": company.ids["sales2"]}, {"name": "E"}]
    with company.acting("sales1"), unit():
        outcome = bulk.add_rows(Customer, rows)
    assert sorted(outcome.created) == [0, 5]
    assert {position: set(problems) for position, problems in outcome.refused.items()} == {
        1: {"name"}, 2: {"code"}, 3: {"code"}, 4: {""}}
    with company.acting("system"):
        made = the(Customer, outcome.created[0])
        assert (made.owner_id, made.team_id, made.version) == (company.ids["sales1"], company.teams["East"], 1)
        assert made.lifecycle_stage == "potential"


def test_each_new_row_has_its_event_and_audit_entry(company):
    from app.security.models import AuditEntry

    with company.acting("sales1"), unit():
        outcome = bulk.add_rows(Customer, [{"name": "A"}, {"name": "B", "phone": "13800138000"}])
    with company.acting("system"):
        events = session().scalars(sa.select(DomainEvent).where(DomainEvent.entity == "customer")).all()
        audit = session().scalars(sa.select(AuditEntry).where(AuditEntry.entity == "customer")).all()
    assert sorted(event.record_id for event in events) == sorted(outcome.done)
    assert sorted(entry.record_id for entry in audit) == sorted(outcome.done)
    assert "13800138000" not in str([entry.changes for entry in audit])


def test_tags_are_linked_and_unknown_ones_refused(company):
    with company.acting("system"), unit() as current:
        current.add(Tag(name="a"))
        current.flush()
        tag = current.scalars(sa.select(Tag.id)).one()
    with company.acting("sales1"), unit():
        outcome = bulk.add_rows(Customer, [{"name": "A", "tags": [tag]}, {"name": "B", "tags": [tag, 99]}])
    assert set(outcome.refused[1]) == {"tags"}
    with company.acting("system"):
        assert [each.id for each in the(Customer, outcome.created[0]).tags] == [tag]


def test_an_unknown_pointer_is_refused_beside_its_field(company):
    from app.customers.models import Contact

    strange = add_customer(company, owner="sales2")
    with company.acting("sales1"), unit():
        outcome = bulk.add_rows(Contact, [{"name": "Li", "customer": strange}])
    assert set(outcome.refused[0]) == {"customer"}


def test_more_rows_than_one_chunk_are_all_created(company):
    with company.acting("sales1"), unit():
        outcome = bulk.add_rows(Customer, [{"name": f"N{number}"} for number in range(1203)])
    assert len(set(outcome.created.values())) == 1203


def test_a_column_that_the_actor_may_not_write_is_refused(company):
    with company.acting("admin"), unit() as current:
        from flask_appbuilder.security.sqla.models import Role

        from app.security.models import ColumnRule
        role = current.scalars(sa.select(Role).where(Role.name == "Sales")).one()
        current.add(ColumnRule(role_id=role.id, entity="customer", field="level", mode="read"))
    with company.acting("sales1"), unit():
        outcome = bulk.add_rows(Customer, [{"name": "A", "level": "key"}, {"name": "B"}])
    assert set(outcome.refused[0]) == {"level"}
    assert 1 in outcome.created


def test_where_every_row_is_out_of_reach_none_is_left(company):
    with company.acting("sales1"), unit():
        outcome = bulk.add_rows(Customer, [{"name": each, "owner": company.ids["sales2"]} for each in "AB"])
    assert (outcome.created, sorted(outcome.refused)) == ({}, [0, 1])
    with company.acting("system"):
        assert session().scalars(sa.select(Customer)).all() == []


@pytest.mark.parametrize("actor", ["system", "sales1"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_rows_made_together_leave_what_rows_made_one_by_one_leave(company, actor, seed):
    tags = sorted(add(company, Tag, name=name) for name in ("vip", "new", "old"))
    rows = twins.drawn_customers(seed, company.ids, tags)
    if actor == "sales1":
        rows = [{**row, "owner": company.ids["sales1"]} if "owner" in row else row for row in rows]

    def work(make):
        ids = make(Customer, rows)
        make(Contact, [{"name": f"Li {each}", "customer": each_id, "decision_maker": bool(each % 2)}
                       for each, each_id in enumerate(ids)])

    together = twins.left_by(company, actor, lambda: work(twins.together))
    with company.acting("system"):
        in_unit(_free_the_codes)
    assert twins.left_by(company, actor, lambda: work(twins.one_by_one)) == together
    assert {name: len(found) for name, found in together.items() if name != "event_inbox"} == {
        "customer": 25, "contact": 25, "domain_event": 50, "audit_entry": 50, "search_entry": 50,
        "lifecycle_change": 25, "owner_change": len(together["owner_change"])}


def _free_the_codes():
    ids = session().scalars(sa.select(Customer.id).where(Customer.code.is_not(None)))
    bulk.change_rows(Customer, {each: {"code": None} for each in ids}).insist()


def test_a_value_left_empty_takes_the_default_of_its_column(company):
    with company.acting("system"), unit():
        ids = bulk.add_rows(Contact, [{"name": "A"}, {"name": "B", "decision_maker": None}]).insist().done
    with company.acting("system"):
        assert [the(Contact, each).decision_maker for each in ids] == [False, False]
