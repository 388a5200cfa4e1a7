"""Which view shows which entity."""

from flask import url_for

from app.kernel.views import site


def test_views_are_found_by_their_entities(app):
    with app.app_context():
        shown = set(site.views())
        assert {"customer", "opportunity", "ticket", "task", "setting"} <= shown
        assert all(name == view.entity for name, view in site.views().items())
        assert site.view_of("customer").entity == "customer"
        assert site.view_of("unicorn") is None


def test_the_address_of_a_record_is_that_of_its_route(app):
    for root in ("", "/crm"):
        with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": root}):
            for entity in site.views():
                assert site.record_url(entity, 7) == url_for(f"{entity}.show", pk=7)
    with app.app_context():
        assert site.record_url("customer", 7) == "/customer/show/7"


def test_a_record_has_an_address_where_its_entity_has_screens(app):
    with app.test_request_context():
        assert site.record_url("customer", 5) == "/customer/show/5"
        assert site.record_url("customer", None) == site.record_url("unicorn", 5) == ""
