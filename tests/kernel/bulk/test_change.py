"""Many rows changed at once pass the same gate as one."""

import datetime as dt

import sqlalchemy as sa

from app.customers.models import Contact, Customer, Tag
from app.kernel import bulk, clock
from app.kernel.actor import SYSTEM
from app.kernel.database import session, unit
from app.kernel.entity import values_of
from app.kernel.events import DomainEvent
from tests.desk.records import add
from tests.kernel.bulk import twins
from tests.kernel.test_gate import add_customer, the


def test_each_row_is_changed_refused_or_left_alone_for_itself(company):
    mine, same = add_customer(company, "A"), add_customer(company, "B", city="Wuhan")
    strange = add_customer(company, "C", owner="sales2")
    with company.acting("sales1"), unit():
        outcome = bulk.change_rows(Customer, {pk: {"city": "Wuhan"} for pk in (mine, same, strange, 999_999)})
    assert outcome.done == [mine]
    assert outcome.unchanged == [same]
    assert set(outcome.refused) == {strange, 999_999}
    assert all(set(problems) == {""} for problems in outcome.refused.values())


def test_a_problem_of_one_row_harms_no_other(company):
    first, second = add_customer(company, "A"), add_customer(company, "B")
    with company.acting("sales1"), unit():
        outcome = bulk.change_rows(Customer, {first: {"level": "nonsense"}, second: {"level": "key"}})
    assert outcome.done == [second]
    assert set(outcome.refused[first]) == {"level"}


def test_rows_cannot_be_pushed_out_of_reach(company):
    first, second = add_customer(company, "A"), add_customer(company, "B")
    with company.acting("sales1"), unit():
        outcome = bulk.change_rows(Customer, {first: {"owner": company.ids["sales2"]}, second: {"city": "Wuhan"}})
    assert outcome.done == [second]
    assert set(outcome.refused) == {first}
    with company.acting("system"):
        assert the(Customer, first).owner_id == company.ids["sales1"]
        assert the(Customer, second).city == "Wuhan"


def test_a_stale_version_is_refused(company):
    pk = add_customer(company)
    with company.acting("sales1"), unit():
        outcome = bulk.change_rows(Customer, {pk: {"city": "Wuhan"}}, versions={pk: 7})
    assert pk in outcome.refused


def test_an_invisible_pointer_is_refused_and_a_visible_one_taken(company):
    mine, strange = add_customer(company, "A"), add_customer(company, "B", owner="sales2")
    with company.acting("system"), unit() as current:
        contact = Contact(name="Li", customer_id=mine)
        current.add(contact)
        current.flush()
        pk = contact.id
    with company.acting("sales1"), unit():
        outcome = bulk.change_rows(Contact, {pk: {"customer": strange}})
    assert set(outcome.refused[pk]) == {"customer"}


def test_what_the_session_holds_is_renewed(company):
    pk = add_customer(company)
    with company.acting("sales1"), unit():
        held = the(Customer, pk)
        bulk.change_rows(Customer, {pk: {"name": "New"}})
        assert held.name == "New"
        held.city = "Wuhan"
    with company.acting("system"):
        assert (the(Customer, pk).name, the(Customer, pk).city, the(Customer, pk).version) == ("New", "Wuhan", 3)


def test_what_the_session_holds_of_other_rows_stays_as_it_is(company):
    pk, other = add_customer(company), add_customer(company, "Other")
    with company.acting("sales1"), unit():
        held = the(Customer, other)
        bulk.change_rows(Customer, {pk: {"name": "New"}})
        assert "name" in sa.inspect(held).dict


def test_a_personal_value_is_encrypted_and_its_index_follows(company):
    pk = add_customer(company)
    with company.acting("sales1"), unit():
        bulk.change_rows(Customer, {pk: {"phone": "138 0013 8000"}})
    with company.acting("system"):
        assert the(Customer, pk).phone == "138 0013 8000"
        raw = session().connection().exec_driver_sql("SELECT phone, phone_index FROM customer").one()
        assert "13800138000" not in str(raw).replace(" ", "")
        from app.security.encryption.columns import same_value
        same = same_value(Customer, "phone", "+86 13800138000")
        assert session().scalars(sa.select(Customer.id).where(same)).one() == pk


def test_deleting_takes_what_hangs_on_it_and_restoring_brings_it_back(company):
    pk = add_customer(company)
    with company.acting("system"), unit() as current:
        current.add_all([Contact(name="Li", customer_id=pk), Contact(name="Gone before", customer_id=pk)])
        current.flush()
        gone = current.scalars(sa.select(Contact.id).where(Contact.name == "Gone before")).one()
        bulk.delete_rows(Contact, [gone])
    with company.acting("sales1"), unit():
        assert bulk.delete_rows(Customer, [pk]).done == [pk]
    with company.acting("system"):
        assert session().scalars(sa.select(Contact)).all() == []
    with company.acting("sales1"), unit():
        assert bulk.undelete_rows(Customer, [pk]).done == [pk]
    with company.acting("system"):
        assert [contact.name for contact in session().scalars(sa.select(Contact))] == ["Li"]


def test_a_record_whose_key_was_taken_meanwhile_is_not_restored(company):
    pk = add_customer(company, code="C1")
    with company.acting("sales1"), unit():
        bulk.delete_rows(Customer, [pk])
    add_customer(company, "Twin", code="C1")
    with company.acting("sales1"), unit():
        outcome = bulk.undelete_rows(Customer, [pk])
    assert set(outcome.refused[pk]) == {"code"}


def test_a_strangers_deleted_record_is_not_restored(company):
    pk = add_customer(company)
    with company.acting("sales1"), unit():
        bulk.delete_rows(Customer, [pk])
    with company.acting("sales2"), unit():
        assert pk in bulk.undelete_rows(Customer, [pk]).refused
    with company.acting("sales1"), unit():
        assert 424242 in bulk.undelete_rows(Customer, [424242]).refused


def test_a_record_that_breaks_a_later_rule_can_still_be_deleted(company):
    pk = add_customer(company)
    with company.acting("system"), unit() as current:
        current.connection().exec_driver_sql("UPDATE customer SET level = 'old word'")
    with company.acting("sales1"), unit():
        assert bulk.delete_rows(Customer, [pk]).done == [pk]


def test_the_event_names_the_person_even_when_the_system_is_the_judge(company):
    strange = add_customer(company, owner="sales2")
    with company.acting("sales1"), unit():
        assert bulk.change_rows(Customer, {strange: {"city": "Wuhan"}}, as_actor=SYSTEM).done == [strange]
    with company.acting("system"):
        latest = session().scalars(sa.select(DomainEvent).order_by(DomainEvent.id.desc())).first()
        assert latest.actor_id == company.ids["sales1"]


def test_tags_are_replaced_and_unchanged_tags_are_no_change(company):
    pk = add_customer(company)
    with company.acting("system"), unit() as current:
        current.add_all([Tag(name="a"), Tag(name="b")])
        current.flush()
        ids = sorted(current.scalars(sa.select(Tag.id)))
    with company.acting("sales1"), unit():
        assert bulk.change_rows(Customer, {pk: {"tags": ids}}).done == [pk]
        assert bulk.change_rows(Customer, {pk: {"tags": ids[::-1]}}).unchanged == [pk]
        assert bulk.change_rows(Customer, {pk: {"tags": [ids[0]]}}).done == [pk]
    with company.acting("system"):
        assert [tag.id for tag in the(Customer, pk).tags] == [ids[0]]


def test_rows_changed_together_leave_what_rows_changed_one_by_one_leave(company):
    tags = sorted(add(company, Tag, name=name) for name in ("vip", "new", "old"))
    earlier = twins.MOMENT - dt.timedelta(days=1)

    def changed(way):
        with company.acting("system"), clock.at(earlier), unit():
            ids = twins.together(Customer, [{"name": f"N{each}", "owner": company.ids["sales1"], "tags": tags[:1]}
                                            for each in range(30)])
        moves = [{"city": "Wuhan"}, {"name": "Other", "level": "key"}, {"phone": "13800138000", "city": "Wuhan"},
                 {"owner": company.ids["sales1b"]}, {"tags": tags[1:]}]

        def work():
            way(Customer, {each: moves[place % len(moves)] for place, each in enumerate(ids)})

        left = twins.left_by(company, "manager", work)
        with company.acting("system"):
            return left, [_state(the(Customer, each)) for each in ids]

    assert changed(twins.changed_together) == changed(twins.changed_one_by_one)


def _state(record):
    values = values_of(record)
    return {name: values[name] for name in ("name", "city", "level", "phone", "owner", "team", "updated_at")} | {
        "version": record.version, "tags": sorted(tag.name for tag in record.tags), "index": record.phone_index}


def test_of_two_rows_that_ask_for_one_key_the_first_gets_it_and_none_takes_that_of_a_third(company):
    first, second, third = (add_customer(company, each, code=f"C{each}") for each in "123")
    with company.acting("sales1"), unit():
        outcome = bulk.change_rows(Customer, {first: {"code": "NEW"}, second: {"code": "NEW"}, third: {"code": "C1"}})
    assert outcome.done == [first]
    assert {pk: set(problems) for pk, problems in outcome.refused.items()} == {second: {"code"}, third: {"code"}}
    with company.acting("sales1"), unit():
        assert bulk.change_rows(Customer, {first: {"code": "NEW", "city": "Wuhan"}}).done == [first]
