"""From the first picture to the first prediction, in a browser; and what was wrong is put right."""

import random
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page, expect

from tests.browser.pages import settled
from tests.support.waiting import until

pytestmark = pytest.mark.browser
LEARNED = 180_000  # ms, for a training on a busy machine


def picture(shape: str, colour: str, seed: int) -> dict[str, Any]:
    """A red square or a blue circle, each time elsewhere and of another size, as a camera would see it."""
    chance = random.Random(seed)
    grey = chance.randint(150, 255)
    image = Image.new("RGB", (640, 480), (grey, grey, grey))
    x, y, side = chance.randint(90, 250), chance.randint(10, 150), chance.randint(200, 300)
    getattr(ImageDraw.Draw(image), shape)((x, y, x + side, y + side), fill=colour)
    file = BytesIO()
    image.save(file, "PNG")
    return {"name": f"{seed}.png", "mimeType": "image/png", "buffer": file.getvalue()}


def red(seed: int) -> dict[str, Any]:
    return picture("rectangle", "#d22", seed)


def blue(seed: int) -> dict[str, Any]:
    return picture("ellipse", "#24c", seed)


def row(page: Page, number: int) -> Locator:
    return page.locator(".thing").nth(number - 1)


def add(page: Page, number: int, *files: dict[str, Any]) -> None:
    row(page, number).locator("input[type=file]").set_input_files(list(files))


def opened(page: Page, address: str) -> None:
    page.goto(f"{address}/teach")
    expect(row(page, 2)).to_be_visible()
    settled(page)


def teach(page: Page, label: str) -> None:
    button = page.get_by_role("button", name=label, exact=True)
    expect(button).to_be_enabled()
    button.click()
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    expect(page.get_by_text("that were kept for the test")).to_be_visible(timeout=LEARNED)


def show(page: Page, file: dict[str, Any]) -> None:
    page.locator(".shot input[type=file]").set_input_files(file)


def verdict(page: Page) -> Locator:
    return page.locator(".verdicts li")


def test_two_things_are_taught_another_picture_is_read_and_a_wrong_one_put_right(server, page):
    opened(page, server.url)
    expect(page.get_by_role("button", name="Teach", exact=True)).to_be_disabled()
    row(page, 1).get_by_role("textbox").fill("Square")
    row(page, 2).get_by_role("textbox").fill("Circle")
    add(page, 1, *map(red, range(10)))
    expect(page.get_by_text("Expected pictures of at least 2 things")).to_be_visible()
    add(page, 2, *map(blue, range(10)))
    teach(page, "Teach")
    show(page, red(100))
    expect(verdict(page)).to_contain_text("It reads Square")
    show(page, blue(100))
    expect(verdict(page)).to_contain_text("It reads Circle")

    page.get_by_role("button", name="It is Square").click()  # this circle is a square to its teacher
    expect(page.get_by_text("Added to Square. Teach again to have it learned.")).to_be_visible()
    expect(row(page, 1).locator(".count")).to_have_text("11 pictures")
    expect(page.get_by_text("The pictures have changed since.")).to_be_visible()
    teach(page, "Teach again")
    expect(page.get_by_text("The pictures have changed since.")).to_be_hidden()

    page.reload()  # nothing is lost: neither the pictures nor what has learned from them
    expect(row(page, 1).locator(".count")).to_have_text("11 pictures")
    expect(row(page, 2).get_by_role("textbox")).to_have_value("Circle")
    show(page, red(101))
    expect(verdict(page)).to_contain_text("It reads Square")
    page.get_by_role("link", name="The training").click()
    expect(page.get_by_role("heading", name="Square, Circle")).to_be_visible()


def test_what_the_camera_takes_is_taught_and_read_live(server, page):
    opened(page, server.url)
    row(page, 1).get_by_role("button", name="Use the camera").click()
    until(lambda: row(page, 1).locator("video").evaluate("video => video.videoWidth > 0"))
    hold = row(page, 1).get_by_role("button", name="Hold to take pictures")
    hold.hover()
    page.mouse.down()
    expect(row(page, 1).locator(".tiles li").nth(4)).to_be_visible()
    page.mouse.up()
    add(page, 2, *map(blue, range(5)))
    row(page, 1).get_by_role("button", name="Turn off").click()
    page.get_by_role("link", name="Data sets").click()  # what was taken is there again when the page is
    page.get_by_role("heading", name="Data", exact=True).wait_for()
    page.get_by_role("link", name="Teach it your own things").click()
    expect(row(page, 2).locator(".count")).to_have_text("5 pictures")
    teach(page, "Teach")
    page.locator(".shot").get_by_role("button", name="Use the camera").click()
    page.locator(".shot").get_by_role("button", name="Live").click()
    expect(verdict(page)).to_contain_text("It reads")
    asked = page.locator(".shot img")
    for _ in range(3):  # each picture is sent once the one before was answered
        before = asked.get_attribute("src")
        until(lambda before=before: asked.get_attribute("src") != before)
    page.locator(".shot").get_by_role("button", name="Turn off").click()
    settled(page)


def test_the_answer_is_in_sight_of_the_picture_on_a_desk_and_a_phone_has_no_sideways(server, page):
    opened(page, server.url)
    headings = [
        page.get_by_role("heading", name=name) for name in ("1. Take pictures", "2. Teach", "3. Show it another")
    ]
    assert len({heading.bounding_box()["y"] for heading in headings}) == 1, "on one canvas"
    page.set_viewport_size({"width": 390, "height": 844})
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert len({heading.bounding_box()["y"] for heading in headings}) == 3
