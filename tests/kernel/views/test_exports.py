"""Exports: the filtered list, what the reader may see, as a stream."""

import csv
import io
import json
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import Role

from app.customers.models import Contact, Customer
from app.kernel.actor import acting
from app.kernel.database import acting_as, in_unit, session
from app.kernel.errors import Malformed, Missing
from app.kernel.fields import fields_of
from app.kernel.views import exports
from app.kernel.views.asked import Asked
from app.kernel.views.lens import Lens, as_file_text
from app.security.audit import AuditEntry
from app.security.models import AccessGrant
from app.support.models import Ticket
from tests.desk.records import add, stored


def rows(answer):
    """The file's rows."""
    return list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


def test_a_file_equals_the_filtered_list(desk):
    add(desk, Customer, name="Other", city="Berlin", owner=desk.ids["sales1"])
    head, *body = rows(desk.client("sales1").get("/customer/export?city=Wuhan&columns=name,city,industry,owner,tags"))
    assert body == [["Acme", "Wuhan", "Steel", "sales1", "vip"]]
    assert len(head) == 5
    assert len(rows(desk.client("manager").get("/customer/export"))) == 4


def test_values_of_foreign_rows_do_not_leave(desk):
    everybody = desk.client("manager").get("/opportunity/export?columns=name,customer").get_data(as_text=True)
    assert "Mill" in everybody
    assert "Zenith" in everybody
    own = desk.client("sales1").get("/opportunity/export?columns=name,customer").get_data(as_text=True)
    assert "Mill" in own
    assert "Zenith" not in own


@pytest.mark.parametrize(("closed", "expected"), [
    ({}, "K-7"), ({("customer", "code"): "hide"}, "Acme"), ({("customer", "code"): "mask"}, "Acme"),
    ({("customer", "code"): "hide", ("customer", "name"): "mask"}, "#{mine}")])
def test_a_pointer_leaves_by_what_its_reader_may_read_of_its_record(desk, closed, expected):
    with desk.acting("sales1"):
        in_unit(_name_by_code, desk.mine)
    with desk.acting("sales1") as actor, acting_as(replace(actor, columns=closed, made={})):
        record = session().scalars(sa.select(Contact).where(Contact.id == desk.contact)).one()
        shown = Lens(acting(), Contact, [record], ["customer"]).show(record, "customer")
        text = as_file_text(acting(), record, fields_of(Contact)["customer"], shown)
    assert text == expected.format(mine=desk.mine)


def _name_by_code(customer):
    session().scalars(sa.select(Customer).where(Customer.id == customer)).one().code = "K-7"


def test_lines_of_json_carry_plain_names(desk):
    answer = desk.client("sales1").get("/customer/export?format=jsonl&columns=name,phone")
    assert [json.loads(line) for line in answer.get_data(as_text=True).splitlines()] == [
        {"name": "Acme", "phone": "13800138000"}]


def test_every_export_is_told_to_the_audit_with_its_rows(desk):
    client = desk.client("sales1")
    before = len(stored(desk, AuditEntry, "id"))
    client.get("/customer/export?city=Wuhan").get_data()
    assert len(stored(desk, AuditEntry, "id")) == before + 1


@pytest.mark.parametrize(("url", "status"), [("/customer/export?format=exe", 400),
                                             ("/customer/export?nothing=1", 422)])
def test_what_cannot_be_exported_is_refused_before_the_first_byte(desk, url, status):
    assert desk.client("sales1").get(url).status_code == status


def test_an_entity_without_screens_is_exported_whole(desk):
    with desk.app.test_request_context(), desk.acting("admin"):
        source = exports.Source(Customer)
        assert source.entity == "customer"
        assert source.form_columns() == []
        assert "name" in exports.export_columns(source, Asked())
        assert exports.source_of("customer").entity == "customer"
        with pytest.raises(Missing):
            exports.source_of("unicorn")
        with pytest.raises(Malformed):
            exports.parts(source, Asked(), "exe")


MASKED = {"phone", "email", "birth_date", "address"}


def let_support_export(desk):
    """Support reads all customers with masked columns, and is lifted where a ticket is his; here he may export too."""
    def grant():
        role = session().scalars(sa.select(Role.id).where(Role.name == "Support")).one()
        session().add_all(AccessGrant(role_id=role, entity=entity, verb="export", scope="all")
                          for entity in ("customer", "contact"))

    with desk.acting("system"):
        in_unit(grant)


def ask_ticket(desk, customer, owner="support1", **more):
    return add(desk, Ticket, subject="Broken", customer=customer, owner=desk.ids[owner], kind="request", **more)


def as_json_lines(answer):
    return [json.loads(line) for line in answer.get_data(as_text=True).splitlines()]


@pytest.mark.parametrize("url", ["/customer/export?format=jsonl", "/api/v1/customer/export?format=jsonl",
                                 "/customer/export?format=jsonl&columns=name,phone,email,address,birth_date"])
def test_masked_columns_are_left_out_of_a_file_on_every_way(desk, url):
    client = desk.client("analyst")
    found = as_json_lines(client.get(url))
    assert {line["name"] for line in found} == {"Acme", "Zenith"}
    assert not any(MASKED & set(line) for line in found)
    assert not any("13800138000" in str(line) or "•" in str(line) for line in found)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "jsonl"])
def test_no_format_has_a_place_for_a_masked_column(desk, kind):
    with desk.app.test_request_context(), desk.acting("analyst"):
        names = exports.export_columns(exports.source_of("customer"), Asked())
        body = b"".join(exports.parts(exports.source_of("customer"), Asked(), kind)[1])
    assert not MASKED & set(names)
    assert "name" in names
    assert body


def test_a_masked_column_of_a_further_record_is_left_out_too(desk):
    ask = "/contact/export?format=jsonl&columns=name,customer.name,customer.phone"
    assert as_json_lines(desk.client("analyst").get(ask))[0].keys() == {"name", "customer.name"}
    let_support_export(desk)
    ask_ticket(desk, desk.mine)
    assert as_json_lines(desk.client("support1").get(ask))[0].keys() == {"name", "customer.name"}


def test_who_sees_in_plain_exports_in_plain(desk):
    ask = "/contact/export?format=jsonl&columns=name,customer.phone"
    assert as_json_lines(desk.client("sales1").get(ask)) == [{"name": "Li", "customer.phone": "13800138000"}]


def test_rows_whose_mask_is_lifted_are_plain_and_the_others_empty(desk):
    let_support_export(desk)
    add(desk, Customer, name="Other", phone="13900139000", owner=desk.ids["sales2"])
    ask_ticket(desk, desk.mine)
    found = as_json_lines(desk.client("support1").get("/customer/export?format=jsonl&columns=name,phone&sort=name"))
    assert {line["name"]: line["phone"] or "" for line in found} == {"Acme": "13800138000", "Other": "", "Zenith": ""}


@pytest.mark.parametrize("narrowed", ["&name=Zenith", "&city=Berlin"])
def test_a_lifted_row_outside_of_the_file_opens_no_column(desk, narrowed):
    let_support_export(desk)
    ask_ticket(desk, desk.mine)
    found = as_json_lines(desk.client("support1").get("/customer/export?format=jsonl&columns=name,phone" + narrowed))
    assert found == [{"name": "Zenith"}]


def test_another_agents_ticket_lifts_nothing(desk):
    let_support_export(desk)
    ask_ticket(desk, desk.mine, "support2")
    found = as_json_lines(desk.client("support1").get("/customer/export?format=jsonl&columns=name,phone"))
    assert not any("phone" in line for line in found)


def test_contacts_of_ones_open_tickets_are_lifted_in_a_file(desk):
    let_support_export(desk)
    add(desk, Contact, name="Zhao", customer=desk.mine, phone="13700137000", owner=desk.ids["sales1"])
    ask_ticket(desk, desk.mine)
    found = as_json_lines(desk.client("support1").get("/contact/export?format=jsonl&columns=name,phone&name=Zhao"))
    assert found == [{"name": "Zhao", "phone": "13700137000"}]
