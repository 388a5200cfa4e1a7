"""Rights seen from the other side: why a user may do what, and the product as he sees it."""

import sqlalchemy as sa

from app.customers.models import Customer
from app.kernel.database import session
from app.security.models import AuditEntry, UserProfile
from tests.desk.records import add, stored


def profile(company, name):
    with company.acting("system"):
        return session().scalars(sa.select(UserProfile.id).where(UserProfile.user_id == company.ids[name])).one()


def look_as(company, name):
    """The browser of an administrator who sees the product as another."""
    browser = company.browser("admin")
    browser.get("/")
    pk = profile(company, name)
    assert "See as this user" in browser.get(f"/user_profile/act/see_as/{pk}").text
    assert browser.post(f"/user_profile/act/see_as/{pk}").status_code == 302
    return browser


def entries(company, kind):
    return stored(company, AuditEntry, "owner_id", "note", where=AuditEntry.kind == kind)


def test_the_page_tells_for_every_right_by_which_role_and_scope(company):
    mine = add(company, Customer, name="Acme", owner=company.ids["sales1"])
    admin = company.browser("admin")
    page = admin.get(f"/look/why/customer/{mine}").text
    assert "sales1b" in page
    assert "Because" not in page
    page = admin.get(f"/look/why/customer/{mine}?user={company.ids['sales1']}").text
    assert "Sales grants “Own”, and the record is within it." in page
    assert "Sales grants “Public pool”, which does not reach this record." in page
    assert "None of the roles grants it." in page
    page = admin.get(f"/look/why/customer/{mine}?user={company.ids['support1']}").text
    assert "Support grants “All”, and the record is within it." in page
    assert "Phone: Masked" in page


def test_what_is_not_there_has_no_reasons(company):
    mine = add(company, Customer, name="Acme", owner=company.ids["sales1"])
    admin = company.browser("admin")
    for address in ("customer/987654", "nothing/1", f"customer/{mine}?user=987654"):
        assert admin.get(f"/look/why/{address}").status_code == 404


def test_an_administrator_sees_what_a_user_sees_and_can_change_nothing_meanwhile(company):
    theirs = add(company, Customer, name="Zenith", owner=company.ids["sales2"])
    mine = add(company, Customer, name="Acme", owner=company.ids["sales1"])
    browser = look_as(company, "sales1")
    page = browser.get("/customer/list/").text
    assert "You look at the product as sales1. Nothing can be changed." in page
    assert "Acme" in page
    assert "Zenith" not in page
    assert browser.get(f"/customer/show/{theirs}").status_code == 404
    refused = browser.post(f"/customer/edit/{mine}", {"name": "Other"})
    assert refused.status_code == 403
    assert "nothing can be changed or taken out" in refused.text
    assert browser.get("/customer/export?format=csv").status_code == 403
    assert browser.get("/rights/").status_code == 403
    assert stored(company, Customer, "name", where=Customer.id == mine) == ["Acme"]
    assert browser.post("/look/end").status_code == 302
    page = browser.get("/customer/list/").text
    assert "Zenith" in page
    assert "You look at the product" not in page


def test_the_audit_names_the_administrator_and_not_the_one_he_looked_as(company):
    browser = look_as(company, "sales1")
    browser.post("/customer/add", {"name": "New"})
    admin = company.ids["admin"]
    assert entries(company, "seen_as") == [(admin, "sales1")]
    assert entries(company, "denied") == [(admin, "POST /customer/add: 403")]


def test_looking_ends_when_the_user_is_shut_out(company):
    browser = look_as(company, "sales1")
    company.client("admin").post("/api/v1/user_profile/action/deactivate", json={"ids": [profile(company, "sales1")]})
    answer = browser.get("/rights/")
    assert answer.status_code == 200
    assert "You look at the product" not in answer.text


def test_programs_and_those_who_may_not_change_rights_look_as_nobody(company):
    pk = profile(company, "sales1")
    answer = company.client("admin").post("/api/v1/user_profile/action/see_as", json={"ids": [pk]})
    assert answer.status_code == 422
    assert "only in a browser" in answer.json["message"]
    for who in ("manager", "sales2"):
        assert company.client(who).post("/api/v1/user_profile/action/see_as", json={"ids": [pk]}).status_code == 403
        assert company.browser(who).get("/look/why/customer/1").status_code == 403
        assert company.browser(who).post("/look/end").status_code == 403


def test_a_forged_wish_in_the_cookie_of_somebody_else_has_no_effect(company):
    browser = company.browser("sales2")
    with browser.client.session_transaction() as cookie:
        cookie["seen_as"] = company.ids["admin"]
    assert browser.get("/rights/").status_code == 403
    with browser.client.session_transaction() as cookie:
        assert "seen_as" not in cookie
