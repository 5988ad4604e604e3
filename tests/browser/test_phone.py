"""On a phone: the menu lies over the page, so it goes when something was chosen, and does not come back by itself."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.pages import settled
from tests.support.waiting import until

pytestmark = pytest.mark.browser
ANDROID = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile"


@pytest.fixture(params=["a phone", "a narrow window"])
def narrow(request, browser: Browser) -> Iterator[Page]:
    phone = {"is_mobile": True, "has_touch": True, "user_agent": ANDROID} if request.param == "a phone" else {}
    context = browser.new_context(viewport={"width": 390, "height": 844}, **phone)
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def menu(page: Page, state: str) -> None:
    """Wait until the menu is "open" or "closed"."""
    collapsed = {"open": "false", "closed": "true"}[state]
    expect(page.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", collapsed)


def opened(page: Page) -> None:
    settled(page)
    until(lambda: page.evaluate("localStorage.getItem('cnn-studio')"))  # the component that closes it is there
    page.get_by_test_id("stExpandSidebarButton").click()
    menu(page, "open")


def test_the_menu_goes_once_something_was_chosen(server, narrow):
    narrow.goto(f"{server.url}/browse")
    narrow.get_by_role("heading", name="Data", exact=True).wait_for()
    menu(narrow, "closed")
    opened(narrow)
    narrow.get_by_role("link", name="Augmentation").click()
    narrow.get_by_role("heading", name="Augmentation", exact=True).wait_for()
    menu(narrow, "closed")
    settled(narrow)
    menu(narrow, "closed")

    opened(narrow)
    narrow.get_by_role("button", name="Share", exact=True).click()
    narrow.get_by_role("dialog").get_by_role("button", name="Close").click()
    menu(narrow, "closed")


def test_a_menu_left_open_is_not_there_at_the_next_visit(server, narrow):
    narrow.goto(f"{server.url}/browse")
    narrow.get_by_role("heading", name="Data", exact=True).wait_for()
    opened(narrow)
    narrow.reload()
    menu(narrow, "closed")
    opened(narrow)
    narrow.get_by_role("button", name="Collapse sidebar").click()
    menu(narrow, "closed")


def test_on_a_desk_the_menu_stays(server, page):
    page.goto(f"{server.url}/browse")
    page.get_by_role("heading", name="Data", exact=True).wait_for()
    page.get_by_role("link", name="Augmentation").click()
    page.get_by_role("heading", name="Augmentation", exact=True).wait_for()
    settled(page)
    menu(page, "open")
