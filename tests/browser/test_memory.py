"""Nothing is lost: a reload, a new tab and another visit find the design, the drawing and the run again."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.living import STAGE, answer, draw, headings, ink, pad
from tests.browser.pages import settled
from tests.support.waiting import until

pytestmark = pytest.mark.browser


def test_a_new_tab_finds_the_drawing_and_the_design_again(server, page):
    page.goto(f"{server.url}/designer")
    page.locator(".living .block").first.wait_for()
    settled(page)
    page.locator(".living .plus select").nth(1).select_option("Dropout")
    until(lambda: headings(page)[1] == "Dropout")
    page.get_by_role("link", name="Draw a digit").first.click()
    page.get_by_role("heading", name="Draw a digit").wait_for()
    pad(page).wait_for()
    settled(page)
    draw(page)
    expect(answer(page)).to_have_text("7")
    page.locator(STAGE).first.wait_for()
    page.get_by_role("link", name="Home").first.click()  # what was drawn last is kept with the next page
    page.get_by_role("heading", name="Draw a digit").wait_for(state="detached")
    until(lambda: "strokes" in (page.evaluate("localStorage.getItem('cnn-studio')") or ""))
    settled(page)

    other = page.context.new_page()
    other.goto(f"{server.url}/draw")
    until(lambda: ink(other) > 500)
    expect(answer(other)).to_have_text("7")
    other.locator(STAGE).first.wait_for()  # the worker was asked too
    other.get_by_role("link", name="Designer").first.click()
    until(lambda: headings(other)[1:2] == ["Dropout"])


def test_whoever_comes_back_sees_their_own_choices_first_and_can_change_them_at_once(server, page):
    page.goto(f"{server.url}/live")
    settled(page)
    box = page.get_by_role("spinbutton", name="epochs")
    box.fill("200")
    box.press("Enter")
    until(lambda: "recipe" in (page.evaluate("localStorage.getItem('cnn-studio')") or ""))
    expect(page.get_by_text("11,400 in all")).to_be_visible()
    settled(page)

    page.goto(f"{server.url}/live")
    expect(box).to_have_value("200")
    box.fill("3")
    box.press("Enter")
    expect(page.get_by_text("171 in all")).to_be_visible()


def test_a_browser_that_has_lost_what_it_kept_still_sees_the_page(server, page):
    page.goto(server.url)
    settled(page)
    page.evaluate("localStorage.clear()")
    page.reload()
    expect(pad(page)).to_be_visible()


def test_a_server_that_is_started_anew_does_not_cost_what_was_done_since_the_page_was_loaded(fresh_server, page):
    page.goto(fresh_server.url)
    settled(page)
    page.reload()  # this visit is no first one: it has told what was kept
    settled(page)
    page.get_by_role("link", name="Designer").first.click()
    page.get_by_role("heading", name="Designer").wait_for()
    page.locator(".living .plus select").first.wait_for()
    settled(page)
    page.locator(".living .plus select").nth(1).select_option("Dropout")
    until(lambda: headings(page)[1:2] == ["Dropout"])
    page.get_by_role("link", name="Home").first.click()
    pad(page).wait_for()
    settled(page)
    fresh_server.kill()
    page.locator("[data-testid=stApp]:not([data-test-connection-state=CONNECTED])").wait_for()
    fresh_server.start()
    page.locator("[data-testid=stApp][data-test-connection-state=CONNECTED]").wait_for()
    settled(page)
    page.get_by_role("link", name="Designer").first.click()
    until(lambda: headings(page)[1:2] == ["Dropout"])


def test_the_visitors_own_run_is_in_sight_on_every_page(server, page):
    page.goto(server.url)
    page.get_by_role("button", name="Train your own").click()
    page.wait_for_url("**/run*")
    address = page.url
    page.get_by_role("link", name="Data sets").first.click()
    mine = page.get_by_test_id("stSidebar").get_by_role("button", name="Your run")
    expect(mine).to_be_visible()
    mine.click()
    page.wait_for_url(address)
    expect(mine).to_have_text(re.compile("Your run: Finished"), timeout=120_000)  # so that it disturbs no other test
