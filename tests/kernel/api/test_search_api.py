"""The search over everything for programs."""

from app.customers.models import Customer
from tests.desk.records import add
from tests.kernel.api.conftest import desk

__all__ = ["desk"]


def asked(company, who, query):
    """The JSON answer."""
    answer = company.client(who).get(f"/api/v1/search/?{query}")
    assert answer.status_code == 200
    return answer.json


def test_records_are_told_with_entity_id_title_and_address(desk):
    answer = asked(desk, "sales1", "q=acme")
    assert answer["result"][0] == {"entity": "customer", "entity_label": "Customer", "id": desk.mine, "title": "Acme",
                                   "field": "", "snippet": "", "url": f"/customer/show/{desk.mine}"}
    assert (answer["q"], answer["similar"]) == ("acme", False)
    assert asked(desk, "sales2", "q=acme")["result"] == []


def test_size_and_entities_narrow_the_answer(desk):
    for number in range(4):
        add(desk, Customer, name=f"Acme {number}", owner=desk.ids["sales1"])
    assert len(asked(desk, "sales1", "q=acme&page_size=2")["result"]) == 2
    assert len(asked(desk, "sales1", "q=acme&page_size=x")["result"]) == 5
    assert len(asked(desk, "sales1", "q=acme&page_size=0")["result"]) == 1
    assert asked(desk, "sales1", "q=acme&entity=ticket,lead")["result"] == []
    assert {each["entity"] for each in asked(desk, "sales1", "q=acme&entity=customer,lead")["result"]} == {"customer"}


def test_what_is_merely_similar_says_so(desk):
    made = add(desk, Customer, name="Shenzhen", owner=desk.ids["sales1"])
    answer = asked(desk, "sales1", "q=Shenzen")
    assert answer["similar"] is True
    assert [each["id"] for each in answer["result"]] == [made]


def test_without_a_text_nothing_is_told_and_strangers_are_turned_away(desk):
    assert asked(desk, "sales1", "")["result"] == []
    assert desk.client().get("/api/v1/search/?q=acme").status_code == 401
