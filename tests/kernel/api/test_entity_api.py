"""The REST endpoints of one entity."""

import json

import pytest

from app.customers.models import Contact, Customer
from app.kernel.api import entity_api
from app.kernel.views import site
from tests.desk.records import of, stored

URL = "/api/v1/customer/"


def test_a_list_holds_the_readers_rows_with_their_count(desk):
    answer = desk.client("sales1").get(URL).json
    assert (answer["count"], answer["ids"]) == (1, [desk.mine])
    (row,) = answer["result"]
    assert row["industry"] == {"id": desk.industry, "name": "Steel"}
    assert row["tags"] == [{"id": desk.tag, "name": "vip"}]
    assert "password" not in json.dumps(answer)
    assert desk.client("manager").get(URL).json["count"] == 2


def test_columns_order_and_pages_are_asked_for(desk):
    query = json.dumps({"columns": ["name"], "order_column": "name", "order_direction": "desc", "page": 1,
                        "page_size": 1, "keys": ["list_columns"]})
    answer = desk.client("manager").get(f"{URL}?q={query}").json
    assert answer == {"count": 2, "ids": [desk.mine], "list_columns": ["name"],
                      "result": [{"id": desk.mine, "name": "Acme", "version": 1}]}


def test_the_next_page_is_asked_for_by_the_place_where_this_one_ends(desk):
    client = desk.client("manager")
    first = client.get(URL, query_string={"sort": "name", "size": 1}).json
    assert (first["ids"], first["before"], first["count_is_exact"]) == ([desk.mine], None, True)
    second = client.get(URL, query_string={"sort": "name", "size": 1, "after": first["after"]}).json
    assert (second["ids"], second["after"]) == ([desk.theirs], None)
    back = client.get(URL, query_string={"sort": "name", "size": 1, "before": second["before"]}).json
    assert back["ids"] == [desk.mine]
    assert client.get(URL, query_string={"after": "nonsense"}).status_code == 400


def test_the_count_stops_and_says_so_until_it_is_asked_for_or_a_page_is_by_number(desk, monkeypatch):
    monkeypatch.setattr(entity_api, "COUNT_CAP", 1)
    client = desk.client("manager")
    found = [(answer["count"], answer["count_is_exact"]) for answer in (
        client.get(URL).json, client.get(f"{URL}?count=exact").json, client.get(f"{URL}?q=(page:1,page_size:1)").json)]
    assert found == [(1, False), (2, True), (2, True)]
    assert client.get(f"{URL}?q=(keys:!(list_title))").json["count_is_exact"] is False


def test_an_item_carries_its_version_and_a_foreign_one_does_not_exist(desk):
    answer = desk.client("sales1").get(f"{URL}{desk.mine}")
    assert answer.json["result"]["name"] == "Acme"
    assert answer.headers["ETag"] == '"1"'
    assert desk.client("sales1").get(f"{URL}{desk.theirs}").status_code == 404
    assert desk.client().get(f"{URL}{desk.mine}").status_code == 401


def test_a_record_is_made_once_however_often_it_is_sent(desk):
    client = desk.client("sales1")
    answers = [client.post(URL, json={"name": "New"}, headers={"Idempotency-Key": "k1"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json["id"] == answers[1].json["id"]
    assert stored(desk, Customer, "name").count("New") == 1


@pytest.mark.parametrize(("body", "headers", "status"), [
    ({"city": "X"}, {}, 200), ({"city": "X", "version": 1}, {"If-Match": '"1"'}, 200),
    ({"city": "X", "version": 9}, {}, 409), ({"city": "X"}, {"If-Match": '"9"'}, 412), ({"kind": "robot"}, {}, 422),
    ({"nothing": 1}, {}, 422), ({"version": "x"}, {}, 400), (["city"], {}, 400)])
def test_a_change_is_answered_by_its_kind_of_refusal(desk, body, headers, status):
    answer = desk.client("sales1").put(f"{URL}{desk.mine}", json=body, headers=headers)
    assert answer.status_code == status, answer.json
    if status == 422:
        assert answer.json["problems"]


def test_a_verb_that_is_forbidden_on_a_visible_row_is_403(desk):
    viewer = desk.client("viewer")
    assert viewer.put(f"{URL}{desk.mine}", json={"city": "X"}).status_code == 403
    assert viewer.delete(f"{URL}{desk.mine}").status_code == 403
    assert of(desk, Customer, desk.mine, "city", "deleted_at") == ("Wuhan", None)


def test_a_deleted_record_is_gone_from_the_api(desk):
    client = desk.client("admin")
    assert client.delete(f"{URL}{desk.mine}", headers={"If-Match": '"7"'}).status_code == 412
    assert client.delete(f"{URL}{desk.mine}").json == {"id": desk.mine, "message": "OK"}
    assert client.get(f"{URL}{desk.mine}").status_code == 404


def test_rows_are_upserted_changed_and_acted_on_in_bulk(desk):
    admin, seller = desk.client("admin"), desk.client("sales1")
    rows = [{"name": "Bulk", "code": "B1"}, {"name": "", "code": "B2"}]
    results = admin.post(f"{URL}bulk", json=rows).json["results"]
    assert [each["status"] for each in results] == ["created", "rejected"]
    done = admin.post(f"{URL}mass", json={"kind": "edit", "ids": [desk.mine], "values": {"level": "key"}}).json
    assert (done["changed"], done["refused"]) == (1, {})
    assert admin.post(f"{URL}mass", json={"kind": "edit", "ids": ["x"]}).status_code == 400
    released = seller.post(f"{URL}action/release", json={"ids": [desk.mine], "values": {"reason": "moved"}})
    assert released.status_code == 200, released.json
    assert of(desk, Customer, desk.mine, "level", "owner_id") == ("key", None)


def test_charts_lookups_files_and_history_are_there_too(desk):
    client = desk.client("sales1")
    assert client.get(f"{URL}lookup?q=acm").json["result"] == [{"id": desk.mine, "name": "Acme"}]
    assert client.get(f"{URL}chart/by_industry").json["total"] == 1
    assert "Acme" in client.get(f"{URL}export?format=jsonl").get_data(as_text=True)
    assert client.get(f"{URL}{desk.mine}/history").json["result"][0]["kind"] == "create"
    assert client.get(f"/api/v1/contact/{desk.contact}").json["result"]["customer"]["name"] == "Acme"
    assert of(desk, Contact, desk.contact, "version") == 1


def test_a_read_only_entity_refuses_every_write(desk):
    with desk.app.app_context():
        read_only = [view.entity for view in site.views().values() if view.read_only]
    client = desk.client("admin")
    for entity in read_only:
        assert client.post(f"/api/v1/{entity}/", json={}).status_code in (403, 404, 405), entity
