"""Exports: the filtered list, what the reader may see, as a stream."""

import csv
import io
import json

import pytest

from app.customers.models import Customer
from app.kernel.errors import Malformed, Missing
from app.kernel.views import exports
from app.kernel.views.asked import Asked
from app.security.audit import AuditEntry
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


def test_masked_and_foreign_values_do_not_leave(desk):
    everybody = desk.client("manager").get("/opportunity/export?columns=name,customer").get_data(as_text=True)
    assert "Mill" in everybody
    assert "Zenith" in everybody
    own = desk.client("sales1").get("/opportunity/export?columns=name,customer").get_data(as_text=True)
    assert "Mill" in own
    assert "Zenith" not in own


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
        assert "name" in exports.export_columns(source)
        assert exports.source_of("customer").entity == "customer"
        with pytest.raises(Missing):
            exports.source_of("unicorn")
        with pytest.raises(Malformed):
            exports.parts(source, Asked(), "exe")
