"""The command palette: everything by a few letters and without the mouse."""

import re

import pytest

from tests.browser.visitor import log_in

playwright = pytest.importorskip("playwright.sync_api", reason="the browser driver is not installed")


def summoned(page):
    page.keyboard.press("Control+k")
    dialog = page.locator("dialog.palette")
    playwright.expect(dialog.get_by_role("option").first).to_be_visible()
    return dialog


def test_a_page_is_opened_by_the_sound_of_its_name(open_page):
    page = log_in(open_page("zh-CN"), "sales1")
    dialog = summoned(page)
    page.keyboard.type("xian suo")
    playwright.expect(dialog.get_by_role("option").filter(has_text="新建：线索")).to_be_visible()
    page.keyboard.press("ArrowDown")
    playwright.expect(dialog.locator("[aria-selected=true]")).to_have_text("线索")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/lead/list/"))


def test_a_record_is_found_and_opened_and_what_is_nowhere_is_said_to_be_so(open_page):
    page = log_in(open_page(), "analyst")
    page.goto("/customer/list/")
    name = page.locator("tbody a[href*='/customer/show/']").first.inner_text()
    dialog = summoned(page)
    page.keyboard.type(name)
    record = dialog.get_by_role("option").filter(has_text=name).first
    playwright.expect(record).to_be_visible()
    record.click()
    page.wait_for_url(re.compile("/show/"))
    dialog = summoned(page)
    page.keyboard.type("qqqqzzzz")
    playwright.expect(dialog.locator(".palette-none")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    playwright.expect(dialog).not_to_be_visible()


def test_it_opens_by_a_press_too_and_closes_by_one_beside_it(open_page):
    page = log_in(open_page(), "sales1")
    page.locator("[data-open-palette]").click()
    dialog = page.locator("dialog.palette")
    playwright.expect(dialog.get_by_role("combobox")).to_be_focused()
    page.mouse.click(5, 5)
    playwright.expect(dialog).not_to_be_visible()
