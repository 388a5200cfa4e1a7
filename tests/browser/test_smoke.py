"""A newcomer's way through the product."""

import re

import pytest

from tests.browser.visitor import log_in

playwright = pytest.importorskip("playwright.sync_api", reason="the browser driver is not installed")


def test_a_wrong_password_is_told_and_lets_nobody_in(browser, site):
    # Without the watch over the console: the refusal itself is an answer 401.
    page = browser.new_page(base_url=site)
    page.goto("/login/")
    page.fill("[name=username]", "sales1")
    page.fill("[name=password]", "not-the-password")
    page.press("[name=password]", "Enter")
    page.wait_for_selector("[role=alert]")
    page.goto("/customer/list/")
    assert "/login" in page.url
    page.close()


def test_a_seller_searches_a_customer_and_opens_it(open_page):
    page = log_in(open_page(), "sales1")
    page.goto("/customer/list/")
    first = page.locator("tbody tr td a").first
    name = first.inner_text()
    page.fill("form.search input[name=q]", name)
    page.press("form.search input[name=q]", "Enter")
    page.wait_for_url(re.compile("q="))
    page.locator("tbody").get_by_role("link", name=name, exact=True).first.click()
    page.wait_for_url(re.compile("/customer/show/"))
    assert page.locator("h1").inner_text() == name
    assert page.locator("section.card").count() >= 2


def test_a_problem_is_shown_beside_its_field_and_then_the_customer_is_saved(open_page):
    page = log_in(open_page(), "sales1")
    page.goto("/customer/add")
    page.fill("[name=name]", "Smoke Test Trading")
    page.fill("[name=email]", "not an address")
    page.press("[name=name]", "Enter")
    page.wait_for_selector(".invalid-feedback")
    assert page.locator("[name=email]").get_attribute("aria-invalid") == "true"
    assert page.locator("[name=name]").input_value() == "Smoke Test Trading"
    page.fill("[name=email]", "smoke@example.com")
    page.press("[name=name]", "Enter")
    page.wait_for_url(re.compile("/customer/(show|list)/"))
    page.goto("/customer/list/?q=Smoke+Test+Trading")
    assert page.locator("tbody tr").count() == 1


@pytest.mark.parametrize("entity", ["customer", "opportunity", "ticket"])
def test_the_charts_of_an_entity_are_drawn(open_page, entity):
    page = log_in(open_page(), "manager")
    page.goto(f"/{entity}/charts/")
    page.wait_for_selector(".chart canvas")
    page.wait_for_load_state("networkidle")
    wanted, drawn = page.locator(".chart").count(), page.locator(".chart canvas").count()
    assert wanted == drawn > 1
    assert page.locator(".chart-table tbody tr").count() > wanted
    assert page.evaluate("""() => [...document.querySelectorAll('.chart canvas')].every((canvas) => {
        const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        return pixels.some((value) => value !== 0);
    })""")


@pytest.mark.parametrize("width", [1280, 360])
def test_the_first_page_leads_to_lists_and_draws_charts_as_they_come_into_sight(open_page, width):
    page = log_in(open_page("en-US", width), "sales1")
    page.goto("/")
    wanted = page.locator("[data-chart]").count()
    assert wanted == 4
    for position in range(wanted):
        page.locator("[data-chart]").nth(position).scroll_into_view_if_needed()
        playwright.expect(page.locator("[data-chart]").nth(position).locator("canvas")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    number = page.locator(".figure[href^='/opportunity/list/']").first
    told = number.locator(".figure-value").inner_text()
    number.click()
    page.wait_for_url(re.compile("/opportunity/list/"))
    assert told in re.findall(r"\d+", page.locator(".pager span").inner_text())


def test_lists_go_on_and_back_and_related_lists_come_when_one_scrolls_there(open_page):
    page = log_in(open_page(), "manager")
    page.goto("/customer/list/?sort=name")
    first = page.locator("tbody tr").first.inner_text()
    page.locator(".pager a[rel=next]").click()
    page.wait_for_url(re.compile("after="))
    assert page.locator("tbody tr").first.inner_text() != first
    page.locator(".pager a[rel=prev]").click()
    page.wait_for_url(re.compile("before="))
    assert page.locator("tbody tr").first.inner_text() == first
    page.locator("tbody tr td a").first.click()
    page.wait_for_url(re.compile("/customer/show/"))
    later = page.locator("section[data-later]")
    assert later.count() >= 2
    for position in range(later.count()):
        later.nth(position).scroll_into_view_if_needed()
        playwright.expect(later.nth(position)).not_to_have_attribute("aria-busy", "true")
        assert later.nth(position).locator("table, .empty-line").count() == 1


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
@pytest.mark.parametrize("width", [1280, 390])
def test_main_pages_fit_the_screen_in_both_languages(open_page, locale, width):
    page = log_in(open_page(locale, width), "manager" if locale == "zh-CN" else "analyst")
    for address in ("/", "/customer/list/", "/opportunity/list/", "/order/list/", "/ticket/list/", "/task/list/",
                    "/customer/show/1", "/opportunity/charts/"):
        assert page.goto(address).status == 200, address
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        assert "&lt;" not in page.locator("main").inner_html(), address
    assert page.evaluate("document.documentElement.lang")[:2] == locale[:2]


def test_the_menu_opens_on_a_narrow_screen(open_page):
    page = log_in(open_page(width=390), "manager")
    menu = page.locator("#menu")
    assert not menu.is_visible()
    page.locator("[data-menu]").click()
    assert menu.is_visible()


def test_dark_is_kept_and_menus_close_by_key(open_page):
    page = log_in(open_page(), "sales1")
    page.goto("/customer/list/")
    shade = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(shade)
    with page.expect_response(re.compile("/profile/appearance")):
        page.locator("[data-appearance] button").click()
    dark = page.evaluate(shade)
    assert dark != light
    page.reload()
    assert page.evaluate(shade) == dark
    leave = page.locator("form[action*=logout] button")
    page.locator("[data-me]").click()
    assert leave.is_visible()
    page.keyboard.press("Escape")
    assert not leave.is_visible()
    assert page.evaluate("document.activeElement.matches('[data-me]')")
    with page.expect_response(re.compile("/profile/appearance")):
        page.locator("[data-appearance] button").click()


def test_a_list_follows_what_is_typed_and_offers_changes_once_a_row_is_chosen(open_page):
    page = log_in(open_page(), "manager")
    page.goto("/customer/list/")
    name = page.locator("tbody tr td a").nth(3).inner_text()
    box = page.locator("form.search input[name=q]")
    box.press_sequentially(name)
    page.wait_for_url(re.compile("q="))
    playwright.expect(page.locator("tbody tr td a").first).to_have_text(name)
    assert box.evaluate("box => box === document.activeElement")
    bulk = page.locator("#bulk")
    assert not bulk.is_visible()
    page.locator("tbody [name=ids]").first.check()
    assert bulk.is_visible()


def test_a_section_of_the_menu_stays_as_it_was_left(open_page):
    page = log_in(open_page(), "admin")
    page.goto("/customer/list/")
    team = page.locator("#menu a[href='/team/list/']")
    assert not team.is_visible()
    page.locator("details[data-section=settings] summary").click()
    assert team.is_visible()
    page.goto("/contact/list/")
    assert page.locator("#menu a[href='/team/list/']").is_visible()
