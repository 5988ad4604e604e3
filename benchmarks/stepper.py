"""The window on a digit while it plays, in a real Chromium: `python -m benchmarks.stepper`.

28 x 28 with 3 x 3 and 90 cells a second: the time between two frames, what of it the stepper takes, and how many
messages go to the server.
"""

from playwright.sync_api import Page

from benchmarks.common import publish, served, tenths
from benchmarks.drawing import WATCH, WATCHED
from tests.browser.pages import settled
from tests.browser.server import Server

PLAYED = "document.querySelector('[data-testid=stMain]') && !window.stepper_.player.playing"


def main() -> None:
    """Measure, print and write the table."""
    with served() as (server, page):
        rows = _playing(page, server)
    publish("stepper", "A convolution by hand while it plays", ["what", "median", "worst tenth"], rows, NOTE)


NOTE = "The first test digit with the filter of upright edges, 1280 x 900, software rendering."


def _playing(page: Page, server: Server) -> list[list[str]]:
    sent: list[int] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(len(frame))))
    page.goto(f"{server.url}/convolution?filter=1")
    page.locator(".window .boards").wait_for()
    settled(page)
    page.locator(".window").evaluate("window_ => { window.stepper_ = window_.stepper; }")
    page.get_by_label("Speed").select_option("fast")
    sent.clear()
    page.evaluate(WATCH)
    page.evaluate("() => { window.stepper_.frames = []; window.stepper_.player.play(true); }")
    page.wait_for_function(PLAYED)
    between = page.evaluate(WATCHED)
    computing = page.evaluate("window.stepper_.frames")
    return [
        tenths("between two frames, ms", between),
        tenths("the stepper's part of a frame, ms", computing),
        ["messages to the server while it plays", str(len(sent)), ""],
    ]


if __name__ == "__main__":
    main()
