"""A class in real browsers: two people on one server, each with what is theirs."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from cnn_core.design.recipe import Recipe
from tests.browser.conftest import new_context
from tests.browser.pages import settled
from tests.browser.server import Server, free_port

pytestmark = pytest.mark.browser


@pytest.fixture
def class_server(tmp_path, monkeypatch) -> Iterator[Server]:
    monkeypatch.setenv("CNN_STUDIO_TEACHER_PASSWORD", "owl")
    server = Server(tmp_path, free_port()).start()
    yield server
    server.kill()


def joined(page: Page, url: str, name: str) -> None:
    page.goto(url)
    page.get_by_label("What shall the class call you?").fill(name)
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_text(f"You are {name}.")).to_be_visible()
    settled(page)


def test_two_people_of_a_class(class_server, browser: Browser):
    with new_context(browser) as annas, new_context(browser) as berts:
        anna, bert = annas.new_page(), berts.new_page()
        joined(anna, f"{class_server.url}/live?recipe={Recipe(epochs=300).to_token()}", "Anna")
        anna.get_by_role("button", name="Train", exact=True).click()
        stop = anna.get_by_role("button", name="Stop", exact=True)
        expect(stop).to_be_visible()
        address = anna.url

        joined(bert, address, "Bert")
        expect(bert.get_by_text("by Anna")).to_be_visible()
        expect(bert.get_by_role("button", name="Stop", exact=True)).to_have_count(0)

        anna.reload()
        expect(anna.get_by_text("You are Anna.")).to_be_visible()
        expect(anna.get_by_label("What shall the class call you?")).to_have_count(0)

        bert.get_by_role("button", name="Teacher").click()
        bert.get_by_label("The teacher's password").fill("owl")
        bert.get_by_role("button", name="Sign in").click()
        expect(bert.get_by_role("button", name="Teacher: sign out")).to_be_visible()
        bert.get_by_role("button", name="Stop", exact=True).click()
        expect(anna.get_by_role("button", name="Your run: Stopped")).to_be_visible()
