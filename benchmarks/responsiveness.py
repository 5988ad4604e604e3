"""(b) to (f): how long a person waits, and what a watcher costs the server; all in a real browser, warm."""

import argparse
import tempfile
import threading
import time
import timeit
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from playwright.sync_api import Page

from benchmarks.common import browsed, publish, served, spread
from cnn_core.design.presets import PRESETS
from cnn_core.design.shapes import trace
from cnn_core.runs.events import EpochEnded, Event, Progress, Started, Submitted
from cnn_core.runs.store import RunStore
from cnn_core.ui.train.panel import REFRESH
from tests.browser.server import Server, free_port
from tests.browser.test_designer import TYPE_AND_WAIT
from tests.browser.test_training import LOSS

READING = "() => /%/.test(document.querySelector('.js-plotly-plot')?.textContent ?? '')"


def first_point(page: Page) -> float:
    """(b) Seconds from the click on Train, on the training page, to the first point on screen."""
    page.get_by_role("button", name="Train", exact=True).wait_for()
    page.wait_for_timeout(1500)
    page.get_by_role("button", name="Train", exact=True).click()
    start = time.perf_counter()
    page.wait_for_function(f"{LOSS}?.length > 0", polling=20, timeout=60_000)
    seconds = time.perf_counter() - start
    page.get_by_text("Finished").first.wait_for(timeout=120_000)
    return seconds


def first_points_of_new_networks(server: Server, page: Page, times: int) -> list[float]:
    """(b) for networks that nobody has trained before: edited in the designer, then to the training page."""
    measured = []
    for n in range(times):
        page.goto(f"{server.url}/designer")
        page.locator("input[aria-label=filters]").wait_for()
        page.wait_for_timeout(2000)
        page.evaluate(TYPE_AND_WAIT, str(20 + n))
        page.get_by_test_id("stSidebarNav").get_by_text("Training", exact=True).click()
        measured.append(first_point(page))
    return measured


def first_points_of_known_networks(server: Server, page: Page, times: int) -> list[float]:
    """(b) for a network that was trained before, as when a preset is tried with another recipe."""
    measured = []
    for _ in range(times):
        page.goto(f"{server.url}/live")
        measured.append(first_point(page))
    return measured


def edits(server: Server, page: Page, times: int) -> list[float]:
    """(c) Seconds from Enter in a field of the designer to the repainted totals."""
    page.goto(f"{server.url}/designer")
    page.locator("input[aria-label=filters]").wait_for()
    page.wait_for_timeout(2000)
    return [page.evaluate(TYPE_AND_WAIT, str(33 + n)) / 1000 for n in range(times)]


def readings(server: Server, page: Page, times: int) -> list[float]:
    """(d) Seconds from pen up to the bars of the reading on screen, from an empty canvas each time."""
    measured = []
    for n in range(times):
        page.get_by_role("button", name="Clear", exact=True).click()
        page.get_by_text("Nothing to predict yet").wait_for()
        page.wait_for_timeout(800)
        box = page.locator("canvas.upper-canvas").bounding_box()
        page.mouse.move(box["x"] + 60 + n, box["y"] + 40)
        page.mouse.down()
        page.mouse.move(box["x"] + 190, box["y"] + 40 + n, steps=6)
        page.mouse.move(box["x"] + 110, box["y"] + 240, steps=6)
        page.mouse.up()
        start = time.perf_counter()
        page.wait_for_function(READING, polling=10)
        measured.append(time.perf_counter() - start)
    return measured


def open_drawing(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/draw")
    page.locator("canvas.upper-canvas").wait_for()
    page.wait_for_timeout(3000)


def starts(times: int) -> list[float]:
    """(e) Seconds from starting the server's process to a home page whose button can be pressed."""
    measured = []
    for _ in range(times):
        with tempfile.TemporaryDirectory() as home, browsed() as page:
            start = time.perf_counter()
            server = Server(Path(home), free_port()).start()
            page.goto(server.url)
            page.get_by_role("button", name="Train it").wait_for()
            measured.append(time.perf_counter() - start)
            server.kill()
    return measured


def refresh_cost(server: Server, page: Page, run_id: str, seconds: float = 20) -> float:
    """(f) Milliseconds of the server's CPU per refresh of the live panel of `run_id`, its idle time taken off."""
    page.goto("about:blank")
    page.wait_for_timeout(3000)
    idle = _cpu(server, seconds)
    page.goto(f"{server.url}/live?run={run_id}")
    page.wait_for_function(f"{LOSS}?.length > 0", timeout=60_000)
    page.wait_for_timeout(3000)
    return 1000 * (_cpu(server, seconds) - idle) / (seconds / REFRESH)


def _cpu(server: Server, seconds: float) -> float:
    process = psutil.Process(server.process.pid)
    before = sum(process.cpu_times()[:2])
    time.sleep(seconds)
    return sum(process.cpu_times()[:2]) - before


@contextmanager
def watched_run(server: Server, points: int, epochs: int) -> Iterator[str]:
    """A run that stays in training, with that many events behind it, as long as this process renews its lease."""
    store = RunStore(f"sqlite:///{server.home}/runs.db", str(server.home / "models"))
    preset = PRESETS["keras-log"]
    run = store.create("watched", preset.network, preset.recipe.model_copy(update={"epochs": epochs}), "bundled")
    steps = max(1, points // epochs)
    events: list[Event] = [
        Submitted(),
        Started(device="", choices="", epochs=epochs, steps_per_epoch=steps, train_images=9, validation_images=1),
    ]
    for epoch in range(epochs // 2):
        events += [
            Progress(epoch=epoch, step=step + 1, points=((step + 1, 1 / (epoch + 1), 0.5),), images_per_second=1000)
            for step in range(steps)
        ]
        events.append(EpochEnded(epoch=epoch, loss=1, accuracy=0.5, val_loss=1, val_accuracy=0.5, seconds=1))
    store.append(run.id, *events)
    leases, ended = store.leases("benchmark"), threading.Event()
    if run.id not in leases.take_left():
        raise RuntimeError("The server has settled the run before this process had its lease")

    def renew() -> None:
        while not ended.wait(1):
            leases.renew()

    threading.Thread(target=renew, daemon=True).start()
    try:
        yield run.id
    finally:
        ended.set()


def busy(server: Server, page: Page) -> Page:
    """A second tab that has started a long training."""
    other = page.context.new_page()
    other.goto(f"{server.url}/live")
    box = other.get_by_role("spinbutton", name="epochs")
    box.fill("500")
    box.press("Enter")
    other.get_by_text("in all").wait_for()
    other.wait_for_timeout(1500)
    other.get_by_role("button", name="Train", exact=True).click()
    other.wait_for_function(f"{LOSS}?.length > 0", timeout=60_000)
    return other


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=9)
    times = parser.parse_args().times
    network = PRESETS["keras-log"].network
    one_trace = 1000 * min(timeit.repeat(lambda: trace(network), number=100, repeat=5)) / 100
    rows = [["(e) server start to a usable page", spread(starts(3)), "3 s"]]
    with served() as (server, page):
        page.goto(server.url)
        page.get_by_role("button", name="Train it").wait_for()
        page.wait_for_timeout(15_000)  # warm: the workers have loaded Keras
        new = spread(first_points_of_new_networks(server, page, times))
        rows.append(["(b) click on Train to the first point, new network", new, "1.5 s"])
        known = spread(first_points_of_known_networks(server, page, times))
        rows.append(["(b) the same, network trained before", known, "1.5 s"])
        rows.append(["(c) designer edit to repainted totals", spread(edits(server, page, times)), "0.3 s"])
        rows.append(["(c) trace() of keras-log", f"{one_trace:.3f} ms", "1 ms"])
        open_drawing(server, page)
        readings(server, page, 1)
        rows.append(["(d) pen up to the reading", spread(readings(server, page, times)), "0.4 s"])
        for points, epochs in ((40, 10), (20_000, 1000)):
            with watched_run(server, points, epochs) as run_id:
                cost = refresh_cost(server, page, run_id)
            rows.append([f"(f) server CPU per refresh, {points // 2:,} points trained", f"{cost:.1f} ms", "15 ms"])
        busy(server, page)
        open_drawing(server, page)
        rows.append(["(d) the same while a run trains", spread(readings(server, page, times)), "0.6 s"])
    publish("responsiveness", "How long a person waits", ["what", "median (range)", "goal"], rows)


if __name__ == "__main__":
    main()
