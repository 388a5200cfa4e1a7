"""Routes compile late, and build the same addresses as werkzeug's own."""

import pytest
from werkzeug.routing import BuildError, Map, Rule

from app.kernel.routes import App, Route

RULES = [("/", {}, {}), ("/list/", {}, {"q": "a b", "size": 3}), ("/show/<int:pk>", {}, {"pk": 7}),
         ("/show/<int:pk>", {}, {"pk": 7, "more": "x&y"}),
         ("/<rule>/客/<path:rest>", {}, {"rule": "a/b", "rest": "c/d"}),
         ("/page/<int:number>", {"defaults": {"number": 1}}, {}), ("/show/<int:pk>", {}, {}),
         ("/at/<self>", {}, {"self": "here"})]


def built(kind, address, options, values):
    """The address that a rule of this kind builds, or the name of its refusal."""
    adapter = Map([kind(address, endpoint="there", **options)]).bind("example.com")
    try:
        return [adapter.build("there", values, append_unknown=unknown) for unknown in (True, False, True)]
    except BuildError:
        return "refused"


@pytest.mark.parametrize(("address", "options", "values"), RULES)
def test_an_address_is_the_one_that_werkzeug_builds(address, options, values):
    assert built(Route, address, options, values) == built(Rule, address, options, values)


def test_a_route_compiles_nothing_before_an_address_is_asked_for(monkeypatch):
    compiled = []
    eager = Rule._compile_builder
    monkeypatch.setattr(Rule, "_compile_builder",
                        lambda rule, unknown: compiled.append(unknown) or eager(rule, unknown))
    adapter = Map([Route("/show/<int:pk>", endpoint="show")]).bind("example.com")
    assert adapter.match("/show/7") == ("show", {"pk": 7})
    assert compiled == []
    assert [adapter.build("show", {"pk": pk}) for pk in (7, 8)] == ["/show/7", "/show/8"]
    assert compiled == [True]


def test_an_app_gets_routes_that_compile_late():
    app = App("small", static_folder=None)
    app.add_url_rule("/here", "here", lambda: "")
    assert [type(rule) for rule in app.url_map.iter_rules()] == [Route]


def test_all_routes_of_the_product_compile_late(app):
    kinds = {type(rule) for rule in app.url_map.iter_rules() if rule.endpoint != "static"}
    assert kinds == {Route}
