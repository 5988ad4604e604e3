"""What a screen reader says: every button has a name that is not its icon's, every image says what it shows."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import settled
from tests.support.waiting import until

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
SOURCES = [*(ROOT / "cnn_core" / "ui").rglob("*.py"), ROOT / "app.py"]
PAGES = {
    "": "See a network learn to read",
    "convolution": "Convolution",
    "pooling": "Pooling",
    "why": "Why a CNN",
    "browse": "Data",
    "browse?view=one": "Data",
    "browse?view=own": "Data",
    "augmentation": "Augmentation",
    "designer": "Designer",
    "live": "Training",
    "runs": "Runs",
    "draw": "Draw a digit",
    "inside": "Look inside",
    "inside?view=decided": "Look inside",
    "inside?view=cover": "Look inside",
    "inside?view=excited": "Look inside",
    "inside?view=off": "Look inside",
    "inside?view=ascent": "Look inside",
    "inside?view=dream": "Look inside",
    "teach": "Teach it your own things",
    "transfer": "Transfer learning",
    "transfer?from=keras-log": "Transfer learning",
    "duel": "Duel",
    "duel?way=runs": "Duel",
    "board": "Board",
}
"""By address, the title of the page."""


def icons() -> set[str]:
    """The names of the icons in use: letters that a font turns into a picture, and a screen reader reads."""
    texts = [path.read_text(encoding="utf-8") for path in SOURCES]
    found = {icon for text in texts for icon in re.findall(r":material/(\w+):|_icon\(\"(\w+)\"", text)}
    return {name for both in found for name in both if name}


def named(page: Page, role: str) -> list[str]:
    """The accessible names of all that has this role, as the browser tells them."""
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    shown = [node for node in nodes if not node["ignored"] and node["role"]["value"] == role]
    return [node.get("name", {}).get("value", "") for node in shown]


@pytest.mark.parametrize("path", PAGES)
def test_every_button_has_a_name_of_its_own(tab, path):
    page = tab.page
    tab.go(f"/{path}")
    expect(page.get_by_role("heading", name=PAGES[path], exact=True).first).to_be_visible()
    settled(page)
    until(lambda: "Share" in named(page, "button"))  # the browser tells a screen reader a moment after it has drawn
    buttons = named(page, "button")
    letters = {f"{icon}{more}" for icon in icons() for more in ("", " icon")}
    assert {"delete", "delete icon"} <= letters
    assert [name for name in buttons if not name.strip() or name in letters] == []
    assert [name for name in named(page, "link") if not name.strip() or name in letters] == []
    without = "images => images.filter(image => !image.alt.trim()).map(image => image.outerHTML.slice(0, 200))"
    assert page.get_by_test_id("stMain").locator("img").evaluate_all(without) == []


def test_the_buttons_of_a_layer_say_which_layer(server, page):
    page.goto(f"{server.url}/designer?row=2")
    delete = page.get_by_role("button", name="Delete MaxPooling2D 2", exact=True)
    expect(delete).to_be_visible()
    settled(page)
    assert delete.bounding_box()["width"] == 24, "only the icon is seen"
    page.get_by_role("button", name="Move MaxPooling2D 2 up", exact=True).press("Enter")
    expect(page.get_by_role("button", name="Move MaxPooling2D 1 up", exact=True)).to_be_disabled()
    page.get_by_role("button", name="Duplicate MaxPooling2D 1", exact=True).press("Enter")
    expect(page.get_by_role("button", name="Delete MaxPooling2D 2", exact=True)).to_be_visible()
