"""Teach it your own things, from the first picture to the first answer: ten photos each of cats and dogs, by files.

`CNN_STUDIO_TEST_DATA` is the folder with `photos` and `keras_home`.
"""

import os
import time
from pathlib import Path

from playwright.sync_api import Page, expect

from benchmarks.common import publish, served
from tests.browser.pages import settled

DATA = Path(os.environ.get("CNN_STUDIO_TEST_DATA", "../shared/data")).resolve()
PICTURES = 10


def main() -> None:
    os.environ["KERAS_HOME"] = str(DATA / "keras_home")  # the server of this process takes its weights from there
    with served() as (server, page):
        page.goto(f"{server.url}/teach")
        page.get_by_role("heading", name="1. Take pictures").wait_for()
        settled(page)
        page.wait_for_timeout(20_000)  # a person has to take the pictures; the workers start meanwhile
        rows = [[what, f"{seconds:.1f}"] for what, seconds in _taught(page)]
    note = "Seconds since the first picture was given; frozen MobileNetV2 0.35, its features computed once."
    publish("teach", "Teach it your own things", ["what", "s"], rows, note)


def _taught(page: Page) -> list[tuple[str, float]]:
    begun, files = time.perf_counter(), page.locator("input[type=file]")
    told = []

    def reached(what: str) -> None:
        told.append((what, time.perf_counter() - begun))

    photos = [sorted((DATA / "photos" / kind).iterdir()) for kind in ("cats", "dogs")]
    for place, paths in enumerate(photos):
        files.nth(place).set_input_files(paths[: 10 * PICTURES : 10])
    button = page.get_by_role("button", name="Teach", exact=True)
    expect(button).to_be_enabled()
    reached("all pictures are on the server")
    button.click()
    page.get_by_text("right that").first.wait_for(timeout=120_000)
    reached("it has learned, and was tested")
    settled(page)
    page.locator("input[type=file]").last.set_input_files(photos[0][5])
    page.get_by_text("It reads Thing").wait_for(timeout=60_000)
    reached("the first answer")
    return told


if __name__ == "__main__":
    main()
