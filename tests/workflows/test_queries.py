"""Named reads of automation: alerts by reason, and a rule read back as a sentence."""

import pytest
import sqlalchemy as sa
from flask_babel import force_locale

from app.customers.models import Customer
from app.kernel.database import session, unit
from app.workflows.models import ChurnAlert, Rule
from app.workflows.queries import sentence_of, sign_word


def sentence(company, locale="en", **values):
    row = Rule(**{"name": "R", "entity": "customer", "trigger": {"on": ["created"]}, "condition": {"and": []},
                  "actions": [{"kind": "notify", "to": ["owner"], "text": "Look"}], **values})
    with company.acting("system"), company.app.test_request_context("/"), force_locale(locale):
        return sentence_of(row)


def test_a_rule_reads_as_a_sentence_with_its_condition_and_the_names_of_people(company):
    assert sentence(company) == "When a Customer is created, tell the owner in the app: “Look”."
    said = sentence(company, trigger={"on": ["changed"], "fields": ["city"]},
                    condition={"and": [{"field": "city", "operator": "eq", "value": "Wuhan"}]},
                    actions=[{"kind": "assign", "to": company.ids["sales2"]},
                             {"kind": "set_field", "field": "owner", "value": company.ids["sales1"]}])
    assert said.startswith('When a Customer is changed in City, if City is "Wuhan", give it to sales2')
    assert "sales1" in said


def test_a_rule_about_what_is_gone_says_so(company):
    assert sentence(company, entity="unicorn") == "There is no such entity."
    for wrong in ({"condition": {"and": [{"field": "gone", "operator": "eq", "value": 1}]}},
                  {"actions": [{"kind": "set_field", "field": "gone", "value": 1}]}, {"trigger": {}}):
        assert sentence(company, **wrong) == "This rule names something that is not there any more."


def test_the_record_page_of_a_rule_begins_with_its_sentence(company):
    with company.acting("system"):
        pk = session().scalars(sa.select(Rule.id)).one()
    page = company.browser("admin").get(f"/rule/show/{pk}").get_data(as_text=True)
    assert "give it to the next agent of its queue" in page
    assert company.browser("admin").get("/rule/list/").status_code == 200


@pytest.mark.parametrize("sign", ["rhythm", "one_purchase", "frequency", "spend", "contact", "complaints"])
def test_every_sign_has_a_word(company, sign):
    with company.app.test_request_context("/"):
        assert sign_word(sign) not in ("(empty)", sign)
        assert sign_word(None) == sign_word("odd") == "(empty)"


def test_alerts_are_counted_by_reason_and_outcome_with_the_rows_behind_them(company):
    with company.acting("system"), unit() as current:
        for number, (sign, status) in enumerate([("spend", "open"), ("spend", "kept"), ("contact", "lost")]):
            customer = Customer(name=f"C{number}", owner_id=company.ids["sales1"])
            current.add(customer)
            current.flush()
            current.add(ChurnAlert(customer_id=customer.id, score=80, sign=sign, status=status, outcome="x"))
    answer = company.browser("admin").get("/churn_alert/chart/by_reason")
    assert answer.status_code == 200
    rows = answer.json["rows"] if "rows" in answer.json else answer.json["data"]
    assert [row["Alerts"] for row in rows] == [2, 1]
    assert rows[0]["Kept"] == 1
    assert "sign=spend" in rows[0]["url"]
