"""A list by keys alone."""

import re

import pytest

from tests.browser.visitor import log_in

playwright = pytest.importorskip("playwright.sync_api", reason="the browser driver is not installed")


def test_rows_are_walked_chosen_and_opened_and_the_sheet_tells_how(open_page):
    page = log_in(open_page(), "sales1")
    page.goto("/customer/list/")
    second = page.locator("tbody tr").nth(1)
    for key in ("j", "j", "k", "j"):
        page.keyboard.press(key)
    playwright.expect(second).to_have_class("is-here")
    page.keyboard.press("x")
    playwright.expect(second.locator("input[name=ids]")).to_be_checked()
    page.keyboard.press("?")
    sheet = page.locator("dialog[data-keys]")
    playwright.expect(sheet).to_be_visible()
    page.keyboard.press("Escape")
    playwright.expect(sheet).not_to_be_visible()
    name = second.locator("a").first.inner_text()
    second.locator("a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/customer/show/"))
    playwright.expect(page.locator("h1")).to_have_text(name)


def test_a_new_record_is_a_key_away_and_typing_is_no_command(open_page):
    page = log_in(open_page(), "sales1")
    page.goto("/customer/list/")
    page.locator("#list input[type=search]").first.fill("njx?")
    playwright.expect(page.locator("dialog[data-keys]")).not_to_be_visible()
    page.locator("h1").click()
    page.keyboard.press("n")
    page.wait_for_url(re.compile("/customer/add"))
