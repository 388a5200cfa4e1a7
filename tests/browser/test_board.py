"""Cards under the hand: dragged, moved by a choice, and back where a rule forbids it."""

import pytest

from tests.browser.visitor import log_in

playwright = pytest.importorskip("playwright.sync_api", reason="the browser driver is not installed")


def column(page, number):
    return page.locator(".board-column").nth(number)


def test_a_card_is_dragged_to_the_next_column_and_counted_there(open_page):
    page = log_in(open_page("en-US", 1440), "sales1")
    page.goto("/lead/board/")
    card = column(page, 0).locator(".board-card[data-movable]").first
    name, before = card.locator(".board-title").inner_text(), int(column(page, 0).locator(".badge").first.inner_text())
    start, end = card.bounding_box(), column(page, 1).locator(".board-cards").bounding_box()
    page.mouse.move(start["x"] + 40, start["y"] + 12)
    page.mouse.down()
    page.mouse.move(end["x"] + 60, end["y"] + 20, steps=12)
    page.mouse.up()
    playwright.expect(column(page, 0).locator(".board-head .badge")).to_have_text(str(before - 1))
    page.reload()
    playwright.expect(column(page, 1).locator(".board-title", has_text=name).first).to_be_visible()


def test_what_is_refused_goes_back_and_the_reason_is_told(open_page):
    page = log_in(open_page("zh-CN", 1440), "sales1")
    page.goto("/opportunity/board/")
    card = column(page, 0).locator(".board-card[data-movable]").first
    name = card.locator(".board-title").inner_text()
    card.locator("[data-choose]").click()
    page.locator(".board-choice button:not([hidden])[value]:not([value=''])").last.click()
    playwright.expect(page.locator(".board-said")).to_be_visible()
    playwright.expect(column(page, 0).locator(".board-card[data-movable] .board-title").first).to_have_text(name)
