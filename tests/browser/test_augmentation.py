"""The augmentation page in a browser: variants follow a slider that moves; nothing moves for who wants it so."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.pages import settled
from tests.support.waiting import until

pytestmark = pytest.mark.browser
ANIMATION = "Animation of all images that follow"


def opened(server, page: Page) -> Page:
    """The page with its variants; on a fresh server the first ones may take longer than a page waits for them."""

    def made() -> bool:
        page.goto(f"{server.url}/augmentation")
        page.get_by_role("heading", name="Augmentation", exact=True).wait_for()
        settled(page)
        return page.get_by_text("12 variants, seed").count() == 1

    until(made)
    return page


def farthest(page: Page) -> float:
    """How far the variant is turned that is turned most, in degrees, by what is said of it."""
    alts = page.get_by_test_id("stMain").locator("img").evaluate_all("images => images.slice(1, 13).map(i => i.alt)")
    return max((float(found[1]) for alt in alts if (found := re.search(r"[↺↻] ([\d.]+)°", alt))), default=0)


def taken(page: Page, slider: Locator) -> bool:
    """Whether the mouse holds its thumb now: what is taken has the focus. A page that moves meanwhile slips away."""
    slider.locator("xpath=../..").hover()  # it waits until the thumb stays where it is
    page.mouse.down()
    if slider.evaluate("thumb => thumb === document.activeElement"):
        return True
    page.mouse.up()
    return False


def test_the_variants_follow_a_slider_that_moves(server, page):
    opened(server, page)
    rotation = page.get_by_role("slider", name="rotation")
    until(lambda: 6 < farthest(page) <= 12)
    settled(page)
    until(lambda: taken(page, rotation))
    track = rotation.locator("xpath=../../..").bounding_box()
    middle = track["y"] + track["height"] / 2
    for part, low, high in ((0.4, 40, 73), (0.9, 100, 162)):
        page.mouse.move(track["x"] + part * track["width"], middle, steps=5)
        until(lambda low=low, high=high: low < farthest(page) <= high)
    assert rotation.get_attribute("aria-valuetext") == "162°", "it is where the mouse is, whatever was shown meanwhile"
    expect(page.get_by_text("factor=12 / 360")).to_have_count(1)
    page.mouse.up()
    expect(page.get_by_text("factor=162 / 360")).to_have_count(1)
    settled(page)
    assert 100 < farthest(page) <= 162


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_nothing_moves_for_who_wants_nothing_to_move(server, browser, motion):
    page = browser.new_page(reduced_motion=motion)
    opened(server, page)
    expect(page.get_by_role("img", name=ANIMATION)).to_have_count(0 if motion == "reduce" else 1)
    page.close()
