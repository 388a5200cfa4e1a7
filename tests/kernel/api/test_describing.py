"""What the API says about an entity."""

import pytest

from app.customers.models import Contact, Customer
from app.kernel.api import describing
from app.kernel.fields import fields_of

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


def test_related_rows_are_never_listed_only_where_to_look_them_up(app):
    with app.test_request_context():
        info = describing.field_info(fields_of(Contact)["customer"])
        assert info["lookup"] == "lookup?field=customer"
        assert "choices" not in info
        info = describing.field_info(fields_of(Customer)["kind"])
        assert {each["value"] for each in info["choices"]} == {"organisation", "person"}
        assert describing.field_info(fields_of(Customer)["name"])["max_length"] == 200


@pytest.mark.parametrize(("user", "may_write"), [("sales1", True), ("viewer", False)])
def test_the_caller_is_told_his_own_rights(company, user, may_write):
    info = company.client(user).get("/api/v1/customer/_info").json
    assert "can_read" in info["permissions"]
    assert ("can_create" in info["permissions"]) is bool(info["add_columns"]) is may_write


def test_a_masked_field_cannot_be_filtered(company):
    info = company.client("analyst").get("/api/v1/customer/_info").json
    assert "phone" not in info["filters"]
    assert "name" in info["filters"]


def test_a_schema_for_writing_has_no_stamps_and_names_what_is_required(app):
    with app.test_request_context():
        written = describing.schema(Customer, writable=True)
        assert "name" in written["required"]
        assert "created_at" not in written["properties"]
        read = describing.schema(Customer, writable=False)
        assert read["properties"]["industry"]["type"] == "object"
        assert "required" not in read
