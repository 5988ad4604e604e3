"""Looking inside, from the click to the screen: a fresh server, the ready-made CNN, a real Chromium."""

import time
from collections.abc import Callable

from playwright.sync_api import Page

from benchmarks.common import publish, served, tenths
from cnn_core.data.datasets import BUNDLED, Catalogue
from cnn_core.design.presets import PRESETS
from cnn_core.runs.events import EpochEnded
from cnn_core.settings import Settings
from cnn_core.training.build import Attempt, snapshot
from cnn_core.training.fit import fit
from tests.browser.pages import settled
from tests.browser.test_training import train

TIMES = 7
MOVED = """
async key => {
  const slider = document.querySelector("[data-testid=stMain] .stBidiComponent") && [...document.querySelectorAll("*")]
    .map(one => one.shadowRoot?.querySelector(".timeline input[type=range]")).find(Boolean);
  const timeline = slider.closest(".timeline");
  const living = [...document.querySelectorAll("*")].map(one => one.shadowRoot?.querySelector(".living")).find(Boolean);
  const told = () => timeline.querySelector(".told").textContent;
  const shares = () => String(living.living.maps.at(-1).values);
  const [words, answer, began] = [told(), shares(), performance.now()];
  slider.value = Number(slider.value) + (key === "ArrowLeft" ? -1 : 1);
  slider.dispatchEvent(new Event("input"));
  const until = async changed => {
    while (!changed()) await new Promise(requestAnimationFrame);
    return performance.now() - began;
  };
  return [await until(() => told() !== words), await until(() => shares() !== answer)];
}
"""
"""Moves the slider of the time machine; milliseconds until its words and until the maps below are others."""
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
                ("view=dream&layers=2", "a dream of 224 pixels, 3 sizes of 20 steps", _dream),
            )
        ]
        rows += _turned(page, server.url)
    head = ["what", "median, ms", "worst tenth, ms"]
    note = (
        "keras-log, bundled digits, 1280 x 900, software rendering. From the click to the end of the page's script. "
        f"Keeping every epoch costs the training {_cost_of_keeping():+.2%} (the time of all snapshots by that of all "
        f"epochs, on one worker's code)."
    )
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


def _dream(page: Page, number: int) -> float:
    """Each time as strong as not before; gives when it was clicked, once it has ended."""
    slider = page.get_by_role("slider", name="Strength")
    slider.press("Home")
    for _ in range(number):
        slider.press("ArrowRight")
    page.get_by_role("button", name="Dream", exact=True).wait_for()
    settled(page)
    began = time.perf_counter()
    page.get_by_role("button", name="Dream", exact=True).click()
    page.get_by_role("button", name="Download the dream").wait_for()
    return began


def _turned(page: Page, url: str) -> list[list[str]]:
    """The time machine of a run: a key on its slider, to the other filters and to the maps below them."""
    train(page, url, epochs=6, network=PRESETS["keras-log"].network)
    page.get_by_text("Finished").first.wait_for(timeout=300_000)
    page.get_by_role("link", name="Time machine").click()
    page.locator(".timeline .matrix canvas").wait_for()
    settled(page)
    filters, maps = [], []
    page.locator(".timeline").get_by_role("slider").focus()
    for number in range(2 * TIMES):
        page.wait_for_timeout(1000)
        told = page.evaluate(MOVED, "ArrowLeft" if number % 2 == 0 else "ArrowRight")
        filters.append(told[0])
        maps.append(told[1])
    return [tenths("time machine: a move, to its words and images", filters), tenths("… to the maps below", maps)]


def _cost_of_keeping() -> float:
    """A fraction of the training's time."""
    preset, data = PRESETS["keras-log"], Catalogue(Settings().home).load(BUNDLED)
    recipe = preset.recipe.model_copy(update={"epochs": 4})
    kept, ended = [], []

    def keep(attempt: Attempt, epochs: int) -> None:
        began = time.perf_counter()
        snapshot(attempt.model)
        kept.append(time.perf_counter() - began)

    fit(preset.network, recipe, data, lambda event: ended.append(event), on_epoch=keep)
    return sum(kept[1:]) / sum(event.seconds for event in ended if isinstance(event, EpochEnded))


if __name__ == "__main__":
    main()
