"""One app, several threads: no answer shows another's rows or filters."""

import re
from concurrent.futures import ThreadPoolExecutor

from app.customers.models import Customer
from app.kernel.actor import SYSTEM
from app.kernel.bulk import add_rows
from app.kernel.database import acting_as, in_unit

THREADS, ROUNDS = 4, 10
OWNERS = ("sales1", "sales2")
CITIES = ("wuhan", "berlin")


def test_no_answer_shows_rows_or_filters_of_another_request(company):
    with company.app.app_context(), acting_as(SYSTEM):
        in_unit(add_rows, Customer, [
            {"name": f"{owner}-{city}-{each}", "city": city, "owner": company.ids[owner]}
            for owner in OWNERS for city in CITIES for each in range(3)]).insist()
    tokens = {owner: company.token(owner) for owner in OWNERS}
    asked = [(owner, city) for owner in OWNERS for city in CITIES]

    def ask(number):
        owner, city = asked[number % len(asked)]
        client = company.app.test_client()
        headers = {"Authorization": f"Bearer {tokens[owner]}"}
        path = "/customer/list/" if number % 3 else "/api/v1/customer/"
        answer = client.get(f"{path}?city={city}", headers=headers)
        return owner, city, answer.status_code, answer.get_data(as_text=True)

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(ask, range(THREADS * ROUNDS)))
    for owner, city, status, text in answers:
        assert status == 200
        found = set(re.findall(r"(sales\d)-(\w+)-(\d)", text))
        assert found == {(owner, city, str(each)) for each in range(3)}, (owner, city)


def test_two_apps_in_one_process_both_serve_every_route(new_app):
    apps = [new_app(), new_app()]
    rules = [sorted(f"{rule} {sorted(rule.methods)}" for rule in app.url_map.iter_rules()) for app in apps]
    assert rules[0] == rules[1]
    assert len(rules[0]) > 200
    for app in apps:
        client = app.test_client()
        assert client.get("/login/").status_code == 200
        assert client.get("/customer/list/").status_code == 302
        assert client.get("/api/v1/customer/").status_code == 401
        assert app.jinja_env.globals["record_url"]
