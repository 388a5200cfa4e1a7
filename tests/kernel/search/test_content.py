"""What is indexed of which entity."""

from app.customers.models import Contact, Customer
from app.kernel.search.content import contents, declare, entities, indexed, target_of
from app.kernel.search.grams import grams_of


def test_the_text_columns_of_the_screens_are_indexed_and_personal_ones_are_not(company):
    assert {"name", "code"} <= indexed("customer")
    assert not {"phone", "email"} & indexed("customer")
    assert indexed("nothing") == set()
    assert indexed("batch") == set()
    assert "customer" in entities() == sorted(entities())


def test_what_leads_nowhere_or_too_far_is_left_out(company):
    before = {entity: set(indexed(entity)) for entity in entities()}
    declare(Contact, ["nothing", "nowhere.name", "customer.industry.name", "customer.phone", "owner.username"])
    assert {entity: indexed(entity) for entity in entities()} == before
    assert target_of(Contact, "customer") is Customer
    assert target_of(Contact, "name") is None


def test_living_records_alone_have_content(desk):
    with desk.acting("system"):
        held = contents("customer", [desk.mine, 999_999])
    assert list(held) == [desk.mine]
    assert set(grams_of(["Acme"])) <= set(held[desk.mine])
    assert not set(grams_of(["13800138000"])) & set(held[desk.mine]) - set("0138") - set(grams_of(["C000001"]))
