"""The matrix of a role's rights under the hand."""

import re

import pytest

from tests.browser.visitor import log_in

playwright = pytest.importorskip("playwright.sync_api", reason="the browser driver is not installed")


def test_a_scope_is_chosen_in_words_saved_and_shown_again(open_page):
    page = log_in(open_page("en-US", 1440), "admin")
    page.goto("/?_l_=en")
    page.goto("/rights/")
    page.locator("tbody a", has_text="(Viewer)").or_(page.locator("tbody a", has_text="Viewer")).first.click()
    page.wait_for_url(re.compile(r"/rights/\d+"))
    cell = page.locator("tr[data-entity$=' tag'] > td").nth(1).locator("button")
    before = cell.inner_text()
    cell.click()
    dialog = page.locator("dialog[data-scopes]")
    dialog.locator("input[value=own]").check()
    dialog.locator("button").click()
    playwright.expect(cell).not_to_have_text(before)
    chosen = cell.inner_text()
    page.locator(".rights-save button").click()
    page.wait_for_load_state("networkidle")
    playwright.expect(cell).to_have_text(chosen)


def test_entities_are_found_by_name_and_columns_are_chosen_from_a_list(open_page):
    page = log_in(open_page("en-US", 1440), "admin")
    page.goto("/rights/")
    page.locator("tbody a").nth(3).click()
    page.locator("[data-find]").fill("contact")
    row = page.locator("tr[data-entity$=' contact']")
    playwright.expect(row).to_be_visible()
    playwright.expect(page.locator("tr[data-entity$=' ticket']")).not_to_be_visible()
    row.locator("summary").click()
    assert row.locator("select[name='column:contact:phone']").input_value() == "mask"
