"""The screen of the settings belongs to administrators."""

import pytest

from app.kernel.settings import Setting
from tests.desk.records import stored


def first(company):
    """(id, name) of the first setting by name."""
    return sorted(stored(company, Setting, "name", "id"))[0][::-1]


def test_an_administrator_reads_the_declared_settings_by_name(company):
    found = [each["name"] for each in company.client("admin").get("/api/v1/setting/").json["result"]]
    assert found
    assert found == sorted(stored(company, Setting, "name"))[:len(found)]
    assert first(company)[1] in company.client("admin").get("/setting/list/").get_data(as_text=True)


@pytest.mark.parametrize("who", ["manager", "sales1", "support1", "marketing", "analyst", "viewer"])
def test_nobody_else_sees_or_turns_a_setting(company, who):
    record_id, _name = first(company)
    client = company.client(who)
    assert client.get("/setting/list/").status_code == 403
    assert client.put(f"/api/v1/setting/{record_id}", json={"value": "1"}).status_code in (403, 404)
