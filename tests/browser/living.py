"""The living network on a page, for the tests in a browser: where its pad is, how one draws on it, what it shows."""

import itertools
from collections.abc import Iterator, Sequence

from playwright.sync_api import Locator, Page

from tests.browser.pages import settled

PAD = ".living .paper canvas"
STAGE = ".answers .stage"
CORNER_SEVEN = [(0.05, 0.06), (0.23, 0.06), (0.11, 0.32)]  # fractions of the pad's sides
Spots = Sequence[tuple[float, float]]


def pad(page: Page) -> Locator:
    """What one draws on."""
    return page.locator(PAD).first


def draw(page: Page, spots: Spots = CORNER_SEVEN) -> None:
    """One stroke of the mouse through these spots."""
    places = list(_places(page, spots))
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=8)
    page.mouse.up()


def watched_board(page: Page, address: str) -> list[int]:
    """Open a page to draw on; the list gets the length of each message that the browser sends from now on."""
    sent: list[int] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(len(frame))))
    page.goto(address)
    pad(page).wait_for()
    page.get_by_text("Nothing to predict yet").wait_for()
    settled(page)
    sent.clear()
    return sent


def move_pen(page: Page) -> None:
    """Across the pad, and leave it down."""
    box = pad(page).bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    for step in range(40):
        page.mouse.move(box["x"] + 20 + 3 * step, box["y"] + 20)


def touch(page: Page, spots: Spots, on: Locator | None = None) -> None:
    """The same with a finger, on the pad or on something else."""
    session = page.context.new_cdp_session(page)
    places = list(_places(page, spots, on))
    between = [
        (x0 + (x1 - x0) * step / 8, y0 + (y1 - y0) * step / 8)
        for (x0, y0), (x1, y1) in itertools.pairwise(places)
        for step in range(1, 9)
    ]
    for kind, place in [("touchStart", places[0]), *(("touchMove", place) for place in between), ("touchEnd", None)]:
        points = [{"x": place[0], "y": place[1]}] if place else []
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def _places(page: Page, spots: Spots, on: Locator | None = None) -> Iterator[tuple[float, float]]:
    on = on or pad(page)
    on.scroll_into_view_if_needed()
    box = on.bounding_box()
    return ((box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in spots)


def ink(page: Page) -> int:
    """How many pixels of the pad are drawn on."""
    return pad(page).evaluate(
        """canvas => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
                           .data.filter((value, index) => index % 4 == 0 && value > 128).length"""
    )


def worker_says(page: Page, stage: int = -1) -> list[str]:
    """What each network answers at this stage, such as "7 99.1%": 0 the raw drawing, -1 the treated digit."""
    page.locator(STAGE).first.wait_for()
    return page.locator(STAGE).all()[stage].locator(".answer").all_inner_texts()


def answer(page: Page) -> Locator:
    """The class that the network on the page predicts: "7"."""
    return page.locator(".living .bars .first span")


def headings(page: Page) -> list[str]:
    """The Keras names over the blocks, in their order."""
    return page.locator(".living .block .keras").all_inner_texts()
