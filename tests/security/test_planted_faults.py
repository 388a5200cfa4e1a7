"""Each known fault is refused as the product stands, and the same attack succeeds once its guard is taken away.

The second half proves the first: a guard whose removal no test sees is not guarded by any test.
"""

import pytest

from app.customers.models import Interaction
from tests.security.planted import FAULTS, MARK, Guards, Office, filled


@pytest.fixture
def office(company, furnish, monkeypatch):
    """A small office; the rules of interactions are brought back after an attack that loosens them."""
    monkeypatch.setattr(Interaction, "check", Interaction.check)
    return Office(company, dict(furnish("attacked", lambda: filled(company))))


@pytest.fixture
def guards(monkeypatch, request):
    """What takes guards away until the end of the test."""
    return Guards(monkeypatch, request.addfinalizer)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.replace(" ", "_"))
def test_a_known_fault_is_refused_and_would_be_seen(office, guards, fault):
    assert not fault.attack(office), f"{fault.name}: it succeeds"
    fault.plant(guards, office)
    # A process that never had the guard keeps no statement that the guard had judged.
    office.company.app.extensions.pop("statements", None)
    assert fault.attack(office), f"{fault.name}: the attack does not notice that its guard is gone"


def test_no_route_of_the_framework_fetches_rows_without_asking(company):
    for view in company.app.appbuilder.baseviews:
        for name in ("action", "action_post", "download"):
            assert f"{view.blueprint.name}.{name}" not in company.app.view_functions or hasattr(
                getattr(view, name), "_access")


def test_a_deletion_by_get_does_not_exist(office):
    browser = office.company.browser("sales1")
    assert browser.client.get(f"/customer/delete/{office.ids['mine']}").status_code == 405


@pytest.mark.parametrize("address", ["/api/v1/customer/?sort=owner.password", "/api/v1/customer/?owner.password=x",
                                     "/api/v1/customer/?owner.password__contains=x",
                                     "/api/v1/customer/?sort=phone_index",
                                     "/api/v1/customer/?phone_index__is_empty=true", "/api/v1/customer/?sort=nothing",
                                     "/api/v1/customer/?deleted_with=x"])
def test_what_is_no_field_cannot_be_probed(office, address):
    answer = office.api("admin").get(address)
    assert answer.status_code == 422
    assert "ids" not in answer.json


def test_no_answer_about_users_holds_a_password(office):
    api = office.api("admin")
    for address in ("/api/v1/user_profile/", "/user_profile/list/", "/api/v1/user_profile/export?format=jsonl",
                    "/api/v1/user_profile/_info", "/api/v1/audit_entry/?page_size=100"):
        text = api.get(address).get_data(as_text=True)
        assert "password" not in text.lower().replace("reset_password", "").replace("set password", "") or \
            not any(word in text for word in ("scrypt:", "pbkdf2:", "argon2"))


def test_a_taken_key_is_a_problem_and_no_bug(office):
    api = office.api("admin")
    assert api.post("/api/v1/tag/", json={"name": "fair"}).status_code == 422
    assert "name" in api.post("/api/v1/tag/", json={"name": "fair"}).json["problems"]


def test_markup_in_a_name_is_shown_as_text(office):
    api = office.api("sales1")
    pk = api.post("/api/v1/customer/", json={"name": "<script>alert(1)</script>"}).json["id"]
    for address in ("/customer/list/", f"/customer/show/{pk}", f"/customer/edit/{pk}", "/customer/list/?q=<script>"):
        text = api.get(address).get_data(as_text=True)
        assert "&lt;script&gt;" in text
        assert "<script>alert" not in text


def test_a_hidden_pointer_is_told_as_locked(office):
    page = office.api("sales1").get(f"/interaction/show/{office.ids['crossed']}").get_data(as_text=True)
    assert "Locked" in page
    assert MARK not in page


def test_a_bulk_change_needs_no_right_to_read_batches(office):
    viewer = office.api("viewer")
    pk = viewer.post("/api/v1/saved_view/", json={"name": "Mine", "entity": "customer"}).json["id"]
    answer = viewer.post("/api/v1/saved_view/mass", json={"kind": "delete", "ids": [pk]})
    assert (answer.status_code, answer.json["changed"]) == (200, 1)
    assert viewer.get("/api/v1/import_batch/").status_code == 403
