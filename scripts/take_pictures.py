"""Take the pictures of README from the real pages, in Debian's Chromium: `python -m scripts.take_pictures`."""

import io
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from cnn_core.design.presets import PRESETS
from tests.browser.living import STAGE, answer, draw, pad
from tests.browser.pages import WAIT, settled
from tests.browser.server import FLAGS, Server, free_port

FOLDER = Path(__file__).parents[1] / "assets" / "pictures"
SIZE = {"width": 1280, "height": 860}
SEVEN = [(0.2, 0.2), (0.75, 0.2), (0.45, 0.85)]  # fractions of the pad's sides
NETWORK = PRESETS["keras-log"].network
SEEN = re.compile(r"Epoch ([6-9]|1\d) of 20")  # the curves have a shape, and it still trains


def home(page: Page, url: str) -> None:
    """A digit is drawn."""
    page.goto(url)
    _draws(page)


def convolution(page: Page, url: str) -> None:
    """A filter at work on a digit."""
    page.goto(f"{url}/convolution?image=digit")
    page.locator(".window .boards").wait_for()


def designer(page: Page, url: str) -> None:
    """The drawing of before runs through the design."""
    page.goto(f"{url}/designer?design={NETWORK.to_token()}")
    expect(page.locator(".living .bars .first")).to_have_count(1)


def training(page: Page, url: str) -> None:
    """In the middle of one."""
    page.goto(f"{url}/live?design={NETWORK.to_token()}")
    settled(page)
    epochs = page.get_by_role("spinbutton", name="epochs")
    epochs.fill("20")
    epochs.press("Enter")
    settled(page)
    page.get_by_role("button", name="Train", exact=True).click()
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    expect(page.get_by_text(SEEN)).to_be_visible(timeout=180_000)


def inside(page: Page, url: str) -> None:
    """Which pixels decided."""
    page.goto(f"{url}/inside?view=decided&model=keras-log")
    page.get_by_test_id("stImage").nth(2).wait_for()


def duel(page: Page, url: str) -> None:
    """One drawing in front of two networks."""
    page.goto(f"{url}/duel")
    heading = page.get_by_role("heading", name="The same drawing, both networks")
    settled(page)
    heading.evaluate("heading => heading.scrollIntoView()")


def reading(page: Page, url: str) -> None:
    """The drawing of before, stage by stage."""
    page.goto(f"{url}/draw")
    page.locator(STAGE).first.wait_for()


PICTURES: dict[str, Callable[[Page, str], None]] = {
    "home": home,
    "convolution": convolution,
    "designer": designer,
    "training": training,
    "inside": inside,
    "duel": duel,
    "draw": reading,
}


def _draws(page: Page) -> None:
    pad(page).wait_for()
    settled(page)
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")


def main() -> None:
    """Write `assets/pictures/<page>.webp`, of a fresh server."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as studio, sync_playwright() as playwright:
        server = Server(Path(studio), free_port()).start()
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        try:
            page = browser.new_page(viewport=SIZE, color_scheme="light")
            page.set_default_timeout(WAIT)
            for name, shows in PICTURES.items():
                shows(page, server.url)
                if name != "training":  # that one is never still
                    settled(page)
                Image.open(io.BytesIO(page.screenshot())).save(FOLDER / f"{name}.webp", quality=85, method=6)
        finally:
            browser.close()
            server.kill()


if __name__ == "__main__":
    main()
