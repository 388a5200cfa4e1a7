"""A list is narrowed by conditions in words, and kept as a tab."""

import re

import pytest

from tests.browser.visitor import log_in

playwright = pytest.importorskip("playwright.sync_api", reason="the browser driver is not installed")


@pytest.mark.parametrize("width", [1280, 360])
def test_a_condition_is_added_taken_away_and_kept_as_a_view(open_page, width):
    page = log_in(open_page("zh-CN", width), "sales1")
    page.goto("/customer/list/?level=key")
    page.locator(".chips summary").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("select[name=field]").select_option("created_at")
    page.locator(".condition-rest select[name=value]").select_option("this_year")
    page.locator(".chips form").first.locator("button").click()
    page.wait_for_url(re.compile("created_at=this_year"))
    playwright.expect(page.locator(".chip")).to_have_text(["客户级别是重点客户", "创建时间是今年"])
    page.locator(".chip a").first.click()
    page.wait_for_url(re.compile(r"list/\?created_at=this_year$"))
    playwright.expect(page.locator(".chip")).to_have_count(1)
    page.locator("[data-keep]").click()
    page.locator(".condition input[name=name]").fill(f"今年 {width}")
    page.locator("details:has([data-keep]) button").click()
    playwright.expect(page.locator(".nav-link.active", has_text=f"今年 {width}")).to_be_visible()


def test_a_record_is_looked_up_for_a_condition(open_page):
    page = log_in(open_page(), "analyst")
    page.goto("/customer/list/")
    page.locator(".chips summary").first.click()
    page.locator("select[name=field]").select_option("industry")
    page.locator(".condition-rest .ts-control").click()
    option = page.locator(".condition-rest .ts-dropdown .option").first
    playwright.expect(option).to_be_visible()
    name = option.inner_text()
    option.click()
    page.locator(".chips form").first.locator("button").click()
    page.wait_for_url(re.compile("industry="))
    playwright.expect(page.locator(".chip")).to_contain_text(name)
