"""Looking inside, from the click to the screen: a fresh server, the ready-made CNN, a real Chromium."""

import time
from collections.abc import Callable

from playwright.sync_api import Page

from benchmarks.common import publish, served, tenths
from tests.browser.pages import settled

TIMES = 7
PICTURES = (
    "() => [...document.querySelectorAll('[data-testid=stMain] [data-testid=stImage] img')].map(one => one.src).join()"
)


def main() -> None:
    with served() as (server, page):
        rows = [
            _measured(page, f"{server.url}/inside?layer=2&{query}", name, act)
            for query, name, act in (
                ("view=decided", "three maps of another digit", _next("Which, of")),
                ("view=maps", "all maps and filters of a layer", _next("Which, of")),
                ("view=excited", "another filter's images", _next("Filter, of")),
                ("view=ascent", "one filter, 100 steps", _climb),
                ("view=ascent&what=all", "64 filters, 100 steps", _climb),
            )
        ]
    head = ["what", "median, ms", "worst tenth, ms"]
    note = "keras-log, bundled digits, 1280 x 900, software rendering. From the click to the end of the page's script."
    publish("inside", "Looking inside, from the click to the screen", head, rows, note)


def _measured(page: Page, address: str, name: str, act: Callable[[Page, int], float]) -> list[str]:
    """The first time warms the worker up and is left out."""
    page.goto(address)
    page.get_by_role("heading", name="Look inside").wait_for()
    page.wait_for_timeout(3000)
    spent = []
    for number in range(TIMES + 1):
        before = page.evaluate(PICTURES)
        began = act(page, number)
        page.wait_for_function(f"before => ({PICTURES})() !== before", arg=before, polling=5)
        page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
        spent.append(1000 * (time.perf_counter() - began))
    return tenths(name, spent[1:])


def _next(label: str) -> Callable[[Page, int], float]:
    """The plus beside a number; gives when it was clicked."""

    def click(page: Page, _number: int) -> float:
        plus = page.get_by_test_id("stNumberInput").filter(has_text=label).get_by_test_id("stNumberInputStepUp")
        began = time.perf_counter()
        plus.click()
        return began

    return click


def _climb(page: Page, number: int) -> float:
    """With another seed each time; gives when it was clicked, once it has ended."""
    seed = page.get_by_label("Seed")
    seed.fill(str(number + 1))
    seed.press("Enter")
    page.get_by_test_id("stMain").get_by_test_id("stImage").first.wait_for(state="detached")
    settled(page)
    began = time.perf_counter()
    page.get_by_role("button", name="Climb").click()
    page.get_by_test_id("stMain").get_by_test_id("stImage").first.wait_for()
    page.get_by_role("button", name="Climb").wait_for()
    return began


if __name__ == "__main__":
    main()
