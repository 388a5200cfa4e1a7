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
    first = client.get(URL, query_string={"sort": "name", "page_size": 1}).json
    assert (first["ids"], first["before"], first["count_is_exact"]) == ([desk.mine], None, True)
    second = client.get(URL, query_string={"sort": "name", "page_size": 1, "after": first["after"]}).json
    assert (second["ids"], second["after"]) == ([desk.theirs], None)
    back = client.get(URL, query_string={"sort": "name", "page_size": 1, "before": second["before"]}).json
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


HUGE = 2**70
# Numbers that no column holds, and signs that one of the databases refuses to read: each is the client's mistake.
HOSTILE_VALUES = {
    "a number of a record beyond 64 bits": ({"industry": HUGE}, "industry"),
    "a negative number of a record": ({"industry": -HUGE}, "industry"),
    "one of many beyond 64 bits": ({"tags": [HUGE]}, "tags"),
    "an owner beyond 64 bits": ({"owner": HUGE}, "owner"),
    "a team that is a text": ({"team": "east"}, "team"),
    "a NUL in a natural key": ({"code": "a\x00"}, "code"),
    "half a character in a natural key": ({"code": "\ud800"}, "code"),
    "half a character in a name": ({"name": "\ud800"}, "name"),
    "half a character in a personal field": ({"phone": "\ud800"}, "phone"),
    "a name of a megabyte": ({"name": "x" * 10**6}, "name"),
    "an object inside an object": ({"industry": {"id": {"id": 1}}}, "industry"),
    "half a character as a field": ({"\ud800": 1}, "\ud800"),
    "a moment before all time": ({"next_contact_at": "0001-01-01T00:00+14:00"}, "next_contact_at"),
    "a moment after all time": ({"next_contact_at": "9999-12-31T23:59-14:00"}, "next_contact_at"),
}


def sent(client, method, url, body):
    """The answer to a body that a JSON library of the client's may have written, halves of characters included."""
    return getattr(client, method)(url, data=json.dumps(body), content_type="application/json")


def test_no_value_that_a_program_sends_is_more_than_a_problem_of_its_field(desk):
    client = desk.client("admin")
    for meaning, (values, field) in HOSTILE_VALUES.items():
        for method, url, more in (("put", f"{URL}{desk.mine}", {}), ("post", URL, {"name": "New"})):
            answer = sent(client, method, url, {**more, **values})
            assert answer.status_code == 422, (meaning, method, answer.json)
            assert list(answer.json["problems"]) == [field], (meaning, method)
    assert stored(desk, Customer, "name", "city", "code", "version") == [("Acme", "Wuhan", None, 1),
                                                                         ("Zenith", "Berlin", None, 1)]


def test_hostile_rows_of_a_bulk_request_are_rejected_each_for_itself(desk):
    rows = [{"name": f"Row {number}", "code": f"C{number}", **values}
            for number, (values, _field) in enumerate(HOSTILE_VALUES.values())]
    answer = sent(desk.client("admin"), "post", f"{URL}bulk", [*rows, {"name": "Good", "code": "G"}])
    assert answer.status_code == 200, answer.json
    *refused, good = answer.json["results"]
    assert [list(each["problems"]) for each in refused] == [[field] for _values, field in HOSTILE_VALUES.values()]
    assert good["status"] == "created"
    assert stored(desk, Customer, "code", where=Customer.id > desk.theirs) == ["G"]


@pytest.mark.parametrize("match", ["industry", "phone"])
def test_a_row_is_not_looked_up_by_a_value_that_is_none(desk, match):
    rows = [{"name": "A", match: HUGE if match == "industry" else "\x00"}, {"name": "Good", match: None}]
    answer = sent(desk.client("admin"), "post", f"{URL}bulk", {"rows": rows, "match": [match]})
    assert [each["status"] for each in answer.json["results"]] == ["rejected", "created"]


def test_ids_that_no_record_has_are_refused_one_by_one(desk):
    client = desk.client("admin")
    ids = [HUGE, -HUGE, 2**31, 0, desk.mine]
    done = sent(client, "post", f"{URL}mass", {"kind": "edit", "ids": ids, "values": {"level": "key"}}).json
    assert (done["changed"], len(done["refused"])) == (1, 4)
    done = sent(client, "post", f"{URL}mass", {"kind": "delete", "ids": [HUGE]}).json
    assert (done["changed"], list(done["refused"])) == (0, [str(HUGE)])
    assert sent(client, "post", f"{URL}action/release", {"ids": [HUGE]}).status_code == 404
    for values in ({"owner": HUGE}, {"owner": []}, {"owner": "\x00"}):
        answer = sent(client, "post", f"{URL}mass", {"kind": "assign", "ids": [desk.mine], "values": values})
        assert answer.status_code == 422, answer.json
    assert of(desk, Customer, desk.mine, "level", "owner_id", "deleted_at") == ("key", desk.ids["sales1"], None)


@pytest.mark.parametrize("body", [{"kind": "burn", "ids": [1]}, {"kind": [], "ids": [1]}, {"kind": "edit", "ids": "1"},
                                  {"kind": "edit", "ids": [True]}, {"kind": "edit", "ids": [1], "values": [1]}])
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_bulk_change_that_says_nothing_readable_is_malformed(desk, body):
    answer = sent(desk.client("admin"), "post", f"{URL}mass", body)
    assert (answer.status_code, sorted(answer.json)) == (400, ["message", "problems"]), answer.json


@pytest.mark.parametrize("query", [
    f"id={HUGE}", "code=%00", "code=%ed%a0%80", f"industry={HUGE}", f"tags={HUGE}", "phone=%00", f"id__in={HUGE},1",
    "name__contains=%00", f"id__gte={HUGE}", "created_at=0001-01-01", "created_at__lte=9999-12-31", "search=%00",
    f"created_at=last_{HUGE}_days", f"page={HUGE}", "page=-1", "sort=%00", 'q={"page":9999999,"page_size":100}',
    'q={"filter":{"field":"name"}}', 'q={"filters":5}', 'q={"filters":[5]}', 'q={"order_column":"%5Cud800"}',
    'q={"columns":["%5Cud800"]}', 'q={"filters":[{"col":"name","opr":"eq","value":"%5Cud800"}]}'])
def test_whatever_a_list_is_asked_for_is_answered_or_refused(desk, query):
    for url in (URL, f"{URL}export?format=jsonl&", f"{URL}chart/by_industry?"):
        answer = desk.client("manager").get(url + ("?" if url == URL else "") + query)
        assert answer.status_code in (200, 400, 422), (url, answer.status_code)


@pytest.mark.parametrize(("field", "text", "found"), [
    ("", "%00", {"Acme", "Zenith"}), ("industry", "st%00eel", {"Steel"}), ("owner", "%00nobody", set()),
    ("", "%ed%a0%80", set()), ("", "%25", set()), ("", "'--", set())])
def test_no_text_breaks_the_look_up(desk, field, text, found):
    answer = desk.client("manager").get(f"{URL}lookup?field={field}&q={text}")
    assert answer.status_code == 200
    assert {each["name"] for each in answer.json["result"]} == found


@pytest.mark.parametrize(("path", "body"), [
    ("bulk", {"rows": [{"name": "A"}], "match": "code"}), ("bulk", {"rows": [{"name": "A"}], "match": [1]}),
    ("bulk", {"rows": [{"name": "A"}], "match": ["nothing"]}), ("bulk", {"rows": []}),
    ("action/release", {"ids": "1"}), ("action/release", {"ids": [True]}), ("action/release", {"ids": []}),
    ("action/release", {"ids": [1], "values": [1]}), ("action/release", {})])
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_body_that_cannot_be_meant_is_malformed_and_changes_nothing(desk, path, body):
    answer = sent(desk.client("admin"), "post", URL + path, body)
    assert answer.status_code == 400, answer.json
    assert stored(desk, Customer, "version") == [1, 1]


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_batch_is_read_and_never_written_through_the_interface(desk):
    admin = desk.client("admin")
    done = sent(admin, "post", f"{URL}mass", {"kind": "edit", "ids": [desk.mine], "values": {"level": "key"}}).json
    url = f"/api/v1/import_batch/{done['batch']}"
    seen = admin.get(url).json["result"]
    assert (seen["state"], seen["rows_updated"]) == ("done", 1)
    assert sent(admin, "put", url, {"state": "undone"}).status_code == 403
    assert admin.delete(url).status_code == 403
    assert admin.get(url).json["result"] == seen


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_line_of_a_log_has_no_version_and_no_history(desk):
    admin = desk.client("admin")
    (line, *_) = admin.get("/api/v1/lifecycle_change/").json["result"]
    answer = admin.get(f"/api/v1/lifecycle_change/{line['id']}")
    assert answer.status_code == 200
    assert "ETag" not in answer.headers
    assert "version" not in answer.json["result"]
    assert admin.get(f"/api/v1/lifecycle_change/{line['id']}/history").json["result"] == []
    for method in ("put", "delete"):
        assert sent(admin, method, f"/api/v1/lifecycle_change/{line['id']}", {}).status_code in (404, 405)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_who_gives_a_record_out_of_his_own_sight_is_answered_without_it(desk):
    manager = desk.client("manager")
    moved = sent(manager, "put", f"{URL}{desk.mine}", {"owner": desk.ids["sales2"], "version": 1})
    assert (moved.status_code, moved.json["result"]["owner"]["id"]) == (200, desk.ids["sales2"])
    released = sent(desk.client("sales2"), "post", f"{URL}action/release", {"ids": [desk.mine],
                                                                            "values": {"reason": "moved"}})
    assert released.status_code == 200, released.json
    assert desk.client("support1").get(f"{URL}{desk.mine}").status_code in (200, 404)
    assert of(desk, Customer, desk.mine, "owner_id") is None


@pytest.mark.parametrize(("headers", "status"), [({"If-Match": "*"}, 200), ({"If-Match": 'W/"1"'}, 200),
                                                 ({"If-Match": '"2"'}, 412), ({"If-Match": "nonsense"}, 412)])
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_deletion_may_say_which_version_it_means(desk, headers, status):
    assert desk.client("admin").delete(f"{URL}{desk.mine}", headers=headers).status_code == status
    assert (of(desk, Customer, desk.mine, "deleted_at") is None) is (status == 412)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_deletion_that_is_sent_twice_is_answered_twice_and_done_once(desk):
    client = desk.client("admin")
    assert client.delete(f"{URL}{desk.mine}").status_code == 200
    assert client.delete(f"{URL}{desk.mine}").status_code == 404
    assert of(desk, Customer, desk.mine, "version") == 2
