"""The customer as every way of writing meets it."""

import pytest
import sqlalchemy as sa

from app.customers.models import Customer, Industry, LifecycleChange, Region, Tag
from app.kernel.bulk import add_rows
from app.kernel.database import session
from app.kernel.entity import values_of
from app.kernel.errors import RuleError
from app.kernel.fields import fields_of

OF_INTERFACE = """name kind code level industry region province city address size website phone email gender birth_date
occupation preferences needs lifecycle_stage last_contact_at next_contact_at last_order_at tags""".split()
OF_ALL = "id owner team created_at created_by updated_at updated_by external_ids extra".split()


def test_a_customer_has_the_fields_that_others_rely_on():
    assert set(OF_INTERFACE + OF_ALL) <= set(fields_of(Customer))


def test_what_the_system_keeps_is_closed_to_others():
    kept = {name for name, field in fields_of(Customer).items() if field.readonly}
    assert {"lifecycle_stage", "last_contact_at", "last_order_at", "churned_at", "owned_since", "name_key"} <= kept
    assert "next_contact_at" not in kept


def test_a_name_alone_makes_a_potential_organisation(office):
    river = office.add(Customer, name="Blue River", by="sales1")
    found = office.of(Customer, river, "kind", "lifecycle_stage", "owner_id", "team_id", "version")
    assert found == ("organisation", "potential", office.ids["sales1"], office.teams["East"], 1)


def test_a_customer_has_tags_industry_and_region(office):
    tags = [office.add(Tag, name=name) for name in ("vip", "export")]
    trade, east = office.add(Industry, name="Trade"), office.add(Region, name="East")
    river = office.add(Customer, name="Blue River", tags=tags, industry=trade, region=east, by="sales1")

    def read():
        record = session().scalars(sa.select(Customer).where(Customer.id == river)).one()
        shown = sorted(str(tag) for tag in record.tags), str(record.industry), str(record.region)
        return *shown, values_of(record)["tags"]

    assert office.as_("sales1", read) == (["export", "vip"], "Trade", "East", sorted(tags))


@pytest.mark.parametrize(("field", "value"), [
    ("phone", "hello"), ("email", "ann@"), ("birth_date", "31/12/1990"), ("website", "javascript:alert(1)"),
    ("level", "A+"), ("size", "huge"), ("gender", "m"), ("kind", "company"), ("name", ""), ("industry", 999)])
def test_a_bad_value_is_refused_with_its_field(office, field, value):
    outcome = office.as_("sales1", add_rows, Customer, [{"name": "Blue River", field: value}])
    assert set(outcome.refused[0]) == {field}
    assert office.count(Customer) == 0


def test_the_form_meets_the_same_judgement(office):
    def save():
        session().add(Customer(name="Blue River", email="nobody"))
        session().flush()

    with pytest.raises(RuleError) as refused:
        office.as_("sales1", save)
    assert set(refused.value.problems) == {"email"}


def test_a_code_is_taken_once_among_the_living_and_an_empty_one_is_none(office):
    first = office.add(Customer, name="A", code="C-1")
    assert set(office.as_("system", add_rows, Customer, [{"name": "B", "code": "C-1"}]).refused[0]) == {"code"}
    office.delete(Customer, first)
    office.add(Customer, name="B", code="C-1")
    for name in "CD":
        office.add(Customer, name=name, code="")
    assert [code for code, in office.rows(Customer, "code")] == ["C-1", "C-1", None, None]


def test_personal_values_are_ciphertext_in_the_database_and_plain_for_their_reader(office):
    river = office.add(Customer, name="Ann", phone="138 0013 8000", email="ann@example.com", birth_date="1990年1月5日")
    read = office.of(Customer, river, "phone", "email", "birth_date")
    assert read == ("138 0013 8000", "ann@example.com", "1990-01-05")
    columns = "phone, phone_index, email, email_index, birth_date, birth_date_index"
    with office.app.app_context(), office.as_("system", lambda: session().get_bind()).connect() as connection:
        stored = connection.exec_driver_sql(f"SELECT {columns} FROM customer").one()
    assert all(stored)
    assert not any(plain in value for value in stored for plain in ("138", "ann", "1990-01"))


def test_a_name_is_kept_in_a_form_for_comparing(office):
    river = office.add(Customer, name="Ｂlue  RIVER")
    assert office.of(Customer, river, "name_key") == "blue river"
    office.edit(Customer, river, name="Green Hill")
    assert office.of(Customer, river, "name_key") == "green hill"


def test_a_stranger_sees_neither_the_customer_nor_that_it_exists(office):
    river = office.add(Customer, name="Blue River", by="sales1")
    seen = {name: office.as_(name, lambda: list(session().scalars(sa.select(Customer.id)))) for name in office.people}
    assert seen["sales2"] == seen["sales1b"] == []
    assert seen["sales1"] == seen["manager"] == seen["support1"] == seen["viewer"] == [river]


def test_everybody_in_sales_sees_the_pool(office):
    free = office.add(Customer, name="Free", owner=None)
    for name in ("sales1", "sales2", "manager"):
        assert office.as_(name, lambda: list(session().scalars(sa.select(Customer.id)))) == [free]


def test_a_customer_made_by_the_form_begins_its_history_too(office):
    def save():
        record = Customer(name="Blue River")
        session().add(record)
        session().flush()
        return record.id

    river = office.as_("sales1", save)
    assert office.rows(LifecycleChange, "customer_id", "to_stage") == [(river, "potential")]
