"""What is indexed of which entity."""

from app.customers.models import Contact, Customer
from app.kernel.search.content import (
    column_of,
    contents,
    declare,
    entities,
    hashed,
    indexed,
    normal_of,
    spoken,
    target_of,
)
from app.kernel.search.grams import grams_of
from app.kernel.search.parts import KEPT, hashes_of
from app.sales.models import StageChange
from tests.desk.records import add


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
    grams = set(held[desk.mine].grams)
    assert set(grams_of(["Acme"])) <= grams
    assert not set(grams_of(["13800138000"])) & grams - set("0138") - set(grams_of(["C000001"]))
    assert held[desk.mine].spoken is None


def test_of_a_phone_number_and_an_address_keyed_hashes_alone_are_held(desk):
    made = add(desk, Customer, name="Parts", phone="13912345678", email="li.na@example.com", owner=desk.ids["sales1"])
    with desk.acting("system"):
        grams = set(contents("customer", [made])[made].grams)
        expected = {*hashes_of(column_of(Customer, "phone"), "phone", "13912345678"),
                    *hashes_of(column_of(Customer, "email"), "email", "li.na@example.com")}
    hashes = {gram for gram in grams if gram.startswith("=")}
    assert len(hashes) == 10
    assert all(len(gram) == KEPT + 1 for gram in hashes)
    assert not [gram for gram in grams - hashes if set(gram) <= set("0123456789") and len(gram) > 2]
    assert hashes == expected


def test_the_title_is_spoken_unless_the_class_says_otherwise(company, monkeypatch):
    assert spoken(Customer) == ("name",)
    monkeypatch.setattr(Customer, "spoken_fields", ("name", "phone", "code"))
    assert spoken(Customer) == ("name", "code")
    assert spoken(StageChange) == ()


def test_personal_fields_without_parts_are_not_hashed(company):
    assert hashed("customer") == {"phone", "email"}
    declare(Contact, ["wechat", "birth_date"])
    assert hashed("contact") == {"phone", "email"}
    assert normal_of(Customer, "birth_date") == "date"
    assert normal_of(Customer, "name") == ""
