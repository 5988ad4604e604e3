"""The list of runs in a real Chromium: its rows live on a canvas, where only a mouse gets."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from cnn_core.design.presets import PRESETS
from cnn_core.errors import RunError
from cnn_core.runs.events import EpochEnded, Failed, Progress, Started, Submitted
from cnn_core.runs.store import RunStore
from tests.browser.pages import settled, tick
from tests.support.runs import ended
from tests.support.waiting import until

pytestmark = pytest.mark.browser


@pytest.fixture
def store(own_server) -> Iterator[RunStore]:
    """The server's store, with three runs that failed after an epoch, and no other; the newest is the first row."""
    store = RunStore(f"sqlite:///{own_server.home}/runs.db", str(own_server.home / "models"))
    while old := store.lists.page()[0]:
        for run in old:
            until(lambda run=run: gone(store, run.id))
    preset = PRESETS["keras-log"]
    for name in ("oldest", "middle", "newest"):
        run = store.create(name, preset.network, preset.recipe, "bundled")
        store.append(
            run.id,
            Submitted(),
            Started(device="", choices="", epochs=5, steps_per_epoch=2, train_images=9, validation_images=1),
            Progress(epoch=0, step=1, points=((1, 2, 0.2),), images_per_second=9),
            EpochEnded(epoch=0, loss=1, accuracy=0.5, val_loss=1, val_accuracy=0.5, seconds=1),
            Failed(message="It was a test."),
        )
    yield store
    store.close()


def gone(store: RunStore, run_id: str) -> bool:
    """The server may just have begun to train what a test before this one has put into the queue."""
    if store.state(run_id).active:
        store.append(run_id, Failed(message="Its test is over."))
    try:
        store.delete(run_id)
    except RunError:
        return False
    return True


def names(store: RunStore) -> list[str]:
    return [run.name for run in store.lists.page()[0]]


def test_open_rename_delete_and_compare(own_server, store, page):
    page.goto(f"{own_server.url}/runs")
    tick(page, "newest")
    page.get_by_role("button", name="Rename").click()
    name = page.get_by_role("textbox", name="New name")
    name.fill("better name")
    name.press("Enter")
    until(lambda: names(store) == ["better name", "middle", "oldest"])
    expect(name).to_be_hidden()  # the menu is a new one, with the new name
    settled(page)
    page.get_by_role("button", name="Rename").click()
    name.fill("best name")
    page.get_by_role("button", name="Save").click()
    until(lambda: names(store) == ["best name", "middle", "oldest"])

    page.goto(f"{own_server.url}/runs")
    tick(page, "middle")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete it").click()
    until(lambda: names(store) == ["best name", "oldest"])

    page.goto(f"{own_server.url}/runs")
    tick(page, "best name", "oldest")
    expect(page.locator(".js-plotly-plot").first.get_by_text("best name")).to_be_visible()
    expect(page.locator(".js-plotly-plot").first.get_by_text("oldest")).to_be_visible()

    tick(page, "oldest")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("heading", name="best name")).to_be_visible()
    expect(page.get_by_text("It was a test.")).to_be_visible()


def test_the_ticked_run_stays_the_ticked_one_while_others_come(own_server, store, page):
    """A new run moves all rows down; what is deleted is still what was ticked, and the question is asked once."""
    for name in ("under way", "started meanwhile"):
        if name == "started meanwhile":
            page.goto(f"{own_server.url}/runs")
            tick(page, "middle")
            page.get_by_role("button", name="Delete").click()
            expect(page.get_by_text("Delete middle of")).to_be_visible()
        run = store.create(name, PRESETS["keras-log"].network, PRESETS["keras-log"].recipe, "bundled")
        store.append(run.id, Submitted())
    expect(page.locator("canvas").get_by_text("started meanwhile")).to_be_attached()
    settled(page)
    expect(page.get_by_text("Delete middle of")).to_be_visible()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("Delete middle of")).to_be_hidden()
    until(lambda: names(store) == ["started meanwhile", "under way", "newest", "oldest"])
    settled(page)
    expect(page.get_by_role("button", name="Delete it")).to_be_hidden()


def test_ticks_of_several_pages_are_compared(own_server, store, page):
    """With more runs than a page has: turned, searched and sorted, what was ticked stays so."""
    for number in range(60):
        ended(store, f"run {number}")
    page.goto(f"{own_server.url}/runs")
    curves = page.locator(".js-plotly-plot").first
    tick(page, "run 59")
    seen(curves.get_by_text("run 59"))
    number = page.get_by_role("spinbutton", name="Page (of 2)")
    number.fill("2")
    number.press("Enter")
    seen(page.get_by_text("Also chosen, on other pages: run 59"))
    tick(page, "run 7")
    seen(curves.get_by_text("run 7"))
    seen(curves.get_by_text("run 59"))
    search = page.get_by_role("textbox", name="Search")
    search.fill("MIDDLE")
    search.press("Enter")
    seen(page.get_by_text("Also chosen, on other pages: run 59, run 7"))
    page.get_by_role("button", name="Untick them").click()
    expect(page.get_by_text("Also chosen")).to_be_hidden()
    expect(curves).to_be_hidden()


def seen(what: Locator) -> None:
    expect(what).to_be_visible()
