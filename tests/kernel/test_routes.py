"""Routes compile late, and build the same addresses as werkzeug's own."""

import pytest
from flask import url_for
from werkzeug.routing import BuildError, Map, Rule

from app.kernel import routes
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


@pytest.fixture
def small():
    """An app with two routes that counts how often werkzeug builds an address."""
    class Counting(App):
        built = 0

        def inject_url_defaults(self, endpoint, values):
            self.built += 1
            super().inject_url_defaults(endpoint, values)

    app = Counting("small", static_folder=None)
    app.add_url_rule("/here", "here", lambda: "")
    app.add_url_rule("/show/<int:pk>", "show", lambda pk: "")
    return app


def test_an_address_without_values_is_put_together_once_for_each_prefix(small):
    for root, count in (("", 1), ("/crm", 2)):
        for _again in range(3):
            with small.test_request_context("/here", base_url=f"http://localhost{root}"):
                assert url_for("here") == f"{root}/here"
        assert small.built == count


def test_an_address_with_values_or_a_host_is_put_together_anew(small):
    with small.test_request_context("/here"):
        assert [url_for("show", pk=pk) for pk in (7, 8)] == ["/show/7", "/show/8"]
        assert url_for("here", _external=True) == "http://localhost/here"
        assert url_for("here", q=1) == "/here?q=1"
        assert url_for(".here") == "/here"
    small.config["SERVER_NAME"] = "crm.example.com"
    with small.app_context():
        assert url_for("here") == "http://crm.example.com/here"


def test_nobody_fills_the_memory_with_prefixes(small, monkeypatch):
    monkeypatch.setattr(routes, "MOST_ADDRESSES", 3)
    for number in range(10):
        with small.test_request_context("/here", base_url=f"http://localhost/{number}"):
            assert url_for("here") == f"/{number}/here"
            assert len(small._addresses) <= 3


def test_an_address_that_there_is_not_is_refused_every_time(small):
    with small.test_request_context("/here"):
        for _again in range(2):
            with pytest.raises(BuildError):
                url_for("nowhere")
