"""The screens that every declaration gives."""

import re

import pytest

from app.customers.models import Contact, Customer
from app.kernel.errors import Missing, NotAllowed
from app.kernel.views import site
from app.sales.models import Opportunity
from tests.desk.records import of, stored


def test_the_list_and_the_record_page_show_what_the_reader_may_see(desk):
    client = desk.client("sales1")
    text = client.get("/customer/list/").get_data(as_text=True)
    assert "Acme" in text
    assert "Zenith" not in text
    page = client.get(f"/customer/show/{desk.mine}").get_data(as_text=True)
    assert "13800138000" in page
    assert "Steel" in page
    assert "vip" in page
    assert "Li" in page
    assert client.get(f"/customer/show/{desk.theirs}").status_code == 404


def test_an_unreadable_filter_is_told_above_the_plain_list(desk):
    answer = desk.client("sales1").get("/customer/list/?level__gte=nonsense")
    assert answer.status_code == 422
    assert "Acme" in answer.get_data(as_text=True)


def test_a_form_makes_a_record_and_its_address_fills_it(desk):
    browser = desk.browser("sales1")
    form = browser.get(f"/contact/add?customer={desk.mine}&job_title=Boss").get_data(as_text=True)
    assert 'value="Boss"' in form
    assert f'value="{desk.mine}" selected' in form
    answer = browser.post("/contact/add", {"name": "New", "customer": str(desk.mine)})
    assert answer.status_code == 302
    assert ("New", desk.mine) in stored(desk, Contact, "name", "customer_id")


def test_a_refused_form_keeps_what_was_typed(desk):
    answer = desk.browser("sales1").post("/contact/add", {"name": "", "job_title": "Typed", "phone": "x"})
    assert answer.status_code == 422
    assert 'value="Typed"' in answer.get_data(as_text=True)


def test_saving_the_rest_never_touches_a_locked_pointer(desk):
    browser = desk.browser("sales1")
    form = browser.get(f"/opportunity/edit/{desk.crossed}").get_data(as_text=True)
    assert 'name="customer"' not in form
    assert "Zenith" not in form
    version = str(of(desk, Opportunity, desk.crossed, "version"))
    sent = {"name": "Mill 2", "stage": str(of(desk, Opportunity, desk.crossed, "stage_id")), "_version": version,
            "pipeline": str(of(desk, Opportunity, desk.crossed, "pipeline_id")),
            "currency": of(desk, Opportunity, desk.crossed, "currency") or "", "owner": str(desk.ids["sales1"])}
    answer = browser.post(f"/opportunity/edit/{desk.crossed}", sent)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    assert of(desk, Opportunity, desk.crossed, "name", "customer_id") == ("Mill 2", desk.theirs)


def test_a_stale_form_is_refused_with_both_versions(desk):
    browser = desk.browser("sales1")
    browser.post(f"/contact/edit/{desk.contact}", {"name": "First", "customer": str(desk.mine), "_version": "1"})
    answer = browser.post(f"/contact/edit/{desk.contact}", {"name": "Late", "customer": str(desk.mine),
                                                            "_version": "1"})
    assert answer.status_code == 409
    assert "Late" in answer.get_data(as_text=True)
    assert "First" in answer.get_data(as_text=True)
    assert of(desk, Contact, desk.contact, "name") == "First"


def test_delete_and_undelete_go_through_the_bin(desk):
    browser = desk.browser("admin")
    assert browser.post(f"/contact/delete/{desk.contact}").status_code == 302
    assert "Li" in browser.get("/contact/bin/").get_data(as_text=True)
    assert browser.post(f"/contact/undelete/{desk.contact}").status_code == 302
    assert of(desk, Contact, desk.contact, "deleted_at") is None


def test_what_was_deleted_is_brought_back_by_the_message_that_tells_it(desk):
    browser = desk.browser("admin")
    page = browser.get(browser.post(f"/contact/delete/{desk.contact}").location).text
    assert f'action="/contact/undelete/{desk.contact}"' in page.partition('class="alert alert-success"')[2]
    assert "Undo" in page
    assert "Undo" not in browser.get("/contact/list/").text


def test_the_bulk_bar_changes_the_chosen_records(desk):
    browser = desk.browser("manager")
    answer = browser.post("/customer/bulk", {"kind": "edit", "ids": [str(desk.mine)], "set_level": "key"})
    assert answer.status_code == 302
    assert of(desk, Customer, desk.mine, "level") == "key"
    undo = re.search('action="(/batch/[0-9]+/undo)"', browser.get(answer.location).text)[1]
    assert browser.post(undo).status_code == 302
    assert of(desk, Customer, desk.mine, "level") != "key"
    seller = desk.browser("sales1")
    answer = seller.post("/customer/bulk", {"kind": "edit", "ids": [str(desk.mine)], "set_level": "key"})
    assert "/undo" not in seller.get(answer.location).text


def test_an_action_asks_for_its_fields_and_runs(desk):
    browser = desk.browser("sales1")
    url = f"/customer/act/release/{desk.mine}"
    assert 'name="reason"' in browser.get(url).get_data(as_text=True)
    assert browser.post(url, {"reason": ""}).status_code == 422
    assert browser.post(url, {"reason": "moved away"}).status_code == 302
    assert of(desk, Customer, desk.mine, "owner_id") is None
    assert browser.get("/customer/act/nothing").status_code == 404


def test_reach_and_possibilities_are_judged_on_the_stored_record(desk, view_of):
    with desk.acting("manager"):
        view = view_of("customer")
        record = view.find(desk.mine)
    with desk.acting("viewer"):
        assert view.possible(record) == set()
        with pytest.raises(NotAllowed):
            view.check_reach(record, "edit")
        with pytest.raises(NotAllowed):
            view.find_action("claim")
        with pytest.raises(Missing):
            view.find_action("nothing")
    with desk.acting("sales1"):
        assert "edit" in view.possible(record)
        assert "claim" not in view.possible(record)


def test_a_read_only_view_has_no_way_to_write(desk):
    with desk.app.app_context():
        read_only = [view.entity for view in site.views().values() if view.read_only]
    rules = {str(rule) for rule in desk.app.url_map.iter_rules()}
    assert read_only
    for entity in read_only:
        assert f"/{entity}/list/" in rules
        assert not {f"/{entity}/add", f"/{entity}/bulk", f"/{entity}/delete/<int:pk>"} & rules


def test_what_a_declaration_leaves_open_is_filled_in(desk):
    with desk.app.app_context():
        for view in site.views().values():
            assert view.list_columns
            assert view.show_columns
            assert view.form_columns() is not None
            assert str(view.list_title)
            assert str(view.show_title)
            assert not view.get_uninit_inner_views()
