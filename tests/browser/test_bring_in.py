"""A model that somebody brings: from a file on their disk to what it reads in their drawing."""

import re

import pytest
from playwright.sync_api import Page, expect

from cnn_core.runs.models import READY_MADE
from tests.browser.living import draw
from tests.support.models import keras_file

pytestmark = pytest.mark.browser


def open_box(page: Page, url: str) -> None:
    """As a visitor of Draw finds it."""
    page.goto(f"{url}/draw")
    page.get_by_role("link", name="Bring in a network of your own").click()
    expect(page.get_by_text("Nothing that is in a file is run")).to_be_visible()


def send(page: Page, name: str, content: bytes) -> None:
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Bring it in").click()


def test_a_model_is_brought_in_and_reads_a_drawing(server, page):
    open_box(page, server.url)
    send(page, "from-elsewhere.keras", (READY_MADE / "keras-log.keras").read_bytes())
    expect(page.get_by_text("Brought in from from-elsewhere.keras")).to_be_visible()
    expect(page.get_by_text(re.compile(r"It predicts 9\d\.\d% of 1,000 test images"))).to_be_visible()
    page.get_by_role("button", name="Draw a digit for it").click()
    expect(page.get_by_role("heading", name="Draw a digit")).to_be_visible()
    draw(page)
    expect(page.get_by_text(re.compile(r"from-elsewhere predicts \d"))).to_be_visible()


def test_what_is_refused_is_told_and_the_box_keeps_the_file(server, page):
    open_box(page, server.url)
    send(page, "broken.keras", keras_file()[:-40])
    expect(page.get_by_text("This .keras file cannot be read")).to_be_visible()
    expect(page.get_by_text("broken.keras").first).to_be_visible()
    expect(page.get_by_role("button", name="Bring it in")).to_be_enabled()
