"""Every route says who may come in, and means it."""

import pytest

from app.kernel.views.access import access_of
from tests.security.matrix.visitor import digest
from tests.world import USERS

# What Flask and Flask-AppBuilder bring along: endpoint -> (class, why). Each answers nothing of any record.
LEFTOVERS = {
    "static": ("public", "our own style sheets and scripts, the login page needs them"),
    "appbuilder.static": ("public", "files of the library, nothing of ours"),
    "LocaleView.index": ("public", "chooses a language for this browser, on the login page too"),
    "UtilView.back": ("public", "redirects to an address of this site that the browser had before"),
    "MenuApi.get_menu_data": ("role", "the menu entries that the caller may open"),
    "OpenApi.get": ("role", "the description of the endpoints, for every known user"),
}
KINDS = {"role", "public", "public by token"}
# Every record that routes ask for by number; there is none of this number in any table.
NOWHERE = 999_999_999


@pytest.fixture
def rules(company):
    """The rules of the URL map."""
    return list(company.app.url_map.iter_rules())


def classes(app):
    """Endpoint -> class of every route; None where nobody said."""
    views = {view.blueprint.name: view for view in app.appbuilder.baseviews if view.blueprint is not None}
    found = {}
    for rule in app.url_map.iter_rules():
        name, _, method = rule.endpoint.rpartition(".")
        stated = access_of(views[name], method) if name in views else None
        found[rule.endpoint] = stated[0] if stated else LEFTOVERS.get(rule.endpoint, (None,))[0]
    return found


def addresses(rules):
    """(endpoint, address) of every route that answers GET, with a number or word for each part."""
    for rule in rules:
        if "GET" in rule.methods:
            parts = {name: NOWHERE if converter.__class__.__name__ == "IntegerConverter" else "nothing"
                     for name, converter in rule._converters.items()}
            _host, path = rule.build(parts, append_unknown=False)
            yield rule.endpoint, path


def test_every_route_says_who_may_come_in(company):
    silent = sorted(endpoint for endpoint, kind in classes(company.app).items() if kind not in KINDS)
    assert silent == []


def test_a_route_that_says_nothing_would_be_found(new_app):
    app = new_app()

    @app.route("/forgotten")
    def forgotten():
        """A route of a careless hand."""

    assert classes(app)["forgotten"] is None


def test_no_leftover_is_listed_that_is_gone(company):
    known = {rule.endpoint for rule in company.app.url_map.iter_rules()}
    assert set(LEFTOVERS) <= known


def test_nobody_gets_an_answer_but_from_public_routes(company, rules):
    client, kinds = company.app.test_client(use_cookies=False), classes(company.app)
    wrong = []
    for endpoint, address in addresses(rules):
        status = client.get(address).status_code
        shut = {302, 401} if kinds[endpoint] == "role" else {200, 302, 404}
        if status not in shut:
            wrong.append((endpoint, address, status))
    assert wrong == []


def test_nobody_changes_anything_but_through_the_login(company, rules):
    client, kinds, wrong = company.app.test_client(use_cookies=False), classes(company.app), []
    with company.app.app_context():
        before = digest()
        for rule in rules:
            for method in sorted(rule.methods & {"POST", "PUT", "DELETE", "PATCH"}):
                parts = dict.fromkeys(rule.arguments, 1)
                status = client.open(rule.build(parts)[1], method=method, json={}).status_code
                if kinds[rule.endpoint] == "role" and status not in (302, 401):
                    wrong.append((rule.endpoint, method, status))
        assert wrong == []
        assert digest() == before


# The most and the least allowed; the matrix asks the pages of every entity as each of the roles.
@pytest.mark.parametrize("user", ["admin", "viewer"])
def test_no_page_breaks_for_any_role(company, rules, user):
    client = company.client(user)
    # A missing record, a missing file, or a refusal are answers; a bug is none.
    broken = [(endpoint, address) for endpoint, address in addresses(rules) if client.get(address).status_code >= 500]
    assert broken == []



def test_the_special_routes_of_rights_are_for_who_holds_the_right(company):
    for user in USERS:
        status = company.client(user).get("/api/v1/rights/").status_code
        assert status == (200 if user == "admin" else 403), user
