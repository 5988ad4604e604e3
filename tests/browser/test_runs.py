"""The list of runs in a real Chromium: its rows live on a canvas, where only a mouse gets."""

import pytest
from playwright.sync_api import Locator, Page, expect

from cnn_core.design.presets import PRESETS
from cnn_core.runs.events import EpochEnded, Failed, Progress, Started, Submitted
from cnn_core.runs.store import RunStore
from tests.support.runs import ended

pytestmark = pytest.mark.browser
WAIT = 30_000  # milliseconds: a busy machine is slow
ROW = 35  # pixels, the height of a row of st.dataframe


@pytest.fixture
def store(fresh_server) -> RunStore:
    """The server's store, with three runs that failed after an epoch; the newest is the first row."""
    store = RunStore(f"sqlite:///{fresh_server.home}/runs.db", str(fresh_server.home / "models"))
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
    return store


def choose(page: Page, *rows: int) -> None:
    """Click the boxes at the left end of these rows."""
    table = page.locator("[data-testid=stDataFrame] canvas").first
    table.wait_for()
    page.wait_for_timeout(500)
    box = table.bounding_box()
    for row in rows:
        page.mouse.click(box["x"] + 18, box["y"] + ROW * (row + 1.5))
        page.wait_for_timeout(300)


def test_open_rename_delete_and_compare(fresh_server, store, page):
    page.goto(f"{fresh_server.url}/runs")
    choose(page, 0)
    page.get_by_role("button", name="Rename").click()
    name = page.get_by_role("textbox", name="New name")
    name.fill("better name")
    name.press("Enter")
    page.wait_for_timeout(1000)
    assert [run.name for run in store.lists.page()[0]] == ["better name", "middle", "oldest"]
    page.get_by_role("button", name="Rename").click()
    name.fill("best name")
    page.get_by_role("button", name="Save").click()
    page.wait_for_timeout(1000)
    assert [run.name for run in store.lists.page()[0]] == ["best name", "middle", "oldest"]

    page.goto(f"{fresh_server.url}/runs")
    choose(page, 1)
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete it").click()
    page.wait_for_timeout(1000)
    assert [run.name for run in store.lists.page()[0]] == ["best name", "oldest"]

    page.goto(f"{fresh_server.url}/runs")
    choose(page, 0, 1)
    expect(page.locator(".js-plotly-plot").first.get_by_text("best name")).to_be_visible()
    expect(page.locator(".js-plotly-plot").first.get_by_text("oldest")).to_be_visible()

    choose(page, 1)
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("heading", name="best name")).to_be_visible()
    expect(page.get_by_text("It was a test.")).to_be_visible()


def test_the_ticked_run_stays_the_ticked_one_while_others_come(fresh_server, store, page):
    """A new run moves all rows down; what is deleted is still what was ticked, and the question is asked once."""
    for name in ("under way", "started meanwhile"):
        if name == "started meanwhile":
            page.goto(f"{fresh_server.url}/runs")
            choose(page, 2)  # "middle"
            page.get_by_role("button", name="Delete").click()
            expect(page.get_by_text("Delete middle of")).to_be_visible()
        run = store.create(name, PRESETS["keras-log"].network, PRESETS["keras-log"].recipe, "bundled")
        store.append(run.id, Submitted())
    page.wait_for_timeout(5000)
    expect(page.get_by_text("Delete middle of")).to_be_visible()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("Delete middle of")).to_be_hidden()
    page.wait_for_timeout(1000)
    assert [run.name for run in store.lists.page()[0]] == ["started meanwhile", "under way", "newest", "oldest"]
    expect(page.get_by_role("button", name="Delete it")).to_be_hidden()


def test_ticks_of_several_pages_are_compared(fresh_server, store, page):
    """With more runs than a page has: turned, searched and sorted, what was ticked stays so."""
    for number in range(60):
        ended(store, f"run {number}")
    page.goto(f"{fresh_server.url}/runs")
    curves = page.locator(".js-plotly-plot").first
    choose(page, 0)
    seen(curves.get_by_text("run 59"))
    number = page.get_by_role("spinbutton", name="Page (of 2)")
    number.fill("2")
    number.press("Enter")
    seen(page.get_by_text("Also chosen, on other pages: run 59"))
    choose(page, 2)  # of run 9, run 8, run 7
    seen(curves.get_by_text("run 7"))
    seen(curves.get_by_text("run 59"))
    search = page.get_by_role("textbox", name="Search")
    search.fill("MIDDLE")
    search.press("Enter")
    seen(page.get_by_text("Also chosen, on other pages: run 59, run 7"))
    page.get_by_role("button", name="Untick them").click()
    expect(page.get_by_text("Also chosen")).to_be_hidden(timeout=WAIT)
    expect(curves).to_be_hidden(timeout=WAIT)


def seen(what: Locator) -> None:
    expect(what).to_be_visible(timeout=WAIT)
