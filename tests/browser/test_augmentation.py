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


def pulled(page: Page, slider: Locator, part: float) -> bool:
    """Whether the mouse has pulled the thumb to this part of its way. A page that moves meanwhile lets it slip away."""
    track = slider.locator("xpath=../../..").bounding_box()
    page.mouse.move(track["x"] + part * track["width"], track["y"] + track["height"] / 2, steps=5)
    if abs(float(slider.get_attribute("aria-valuetext").rstrip("°")) - 180 * part) <= 3:
        return True
    page.mouse.up()
    slider.locator("xpath=../..").hover()  # it waits until the thumb stays where it is
    page.mouse.down()
    return False


def test_the_variants_follow_a_slider_that_moves(server, browser):
    page = browser.new_page(viewport={"width": 1280, "height": 900})  # in a tab that others use, the thumb slips away
    opened(server, page)
    rotation = page.get_by_role("slider", name="rotation")
    until(lambda: 6 < farthest(page) <= 12)
    settled(page)
    for part, low, high in ((0.4, 40, 73), (0.9, 100, 162)):
        until(lambda part=part: pulled(page, rotation, part))
        until(lambda low=low, high=high: low < farthest(page) <= high)
    assert rotation.get_attribute("aria-valuetext") == "162°", "it is where the mouse is, whatever was shown meanwhile"
    expect(page.get_by_text("factor=12 / 360")).to_have_count(1)
    page.mouse.up()
    expect(page.get_by_text("factor=162 / 360")).to_have_count(1)
    settled(page)
    assert 100 < farthest(page) <= 162
    page.close()


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_nothing_moves_for_who_wants_nothing_to_move(server, browser, motion):
    page = browser.new_page(reduced_motion=motion)
    opened(server, page)
    expect(page.get_by_role("img", name=ANIMATION)).to_have_count(0 if motion == "reduce" else 1)
    page.close()
