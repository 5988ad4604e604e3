"""A run trains, many visitors watch it, and one draws.

The visitors speak Streamlit's own protocol and paint nothing: thirty browsers have machines of their own to do that.
The one who draws has a real browser.
"""

import argparse
import asyncio
import statistics
import threading
import time

import psutil
from playwright.sync_api import Page

from benchmarks.common import publish, served, spread
from benchmarks.responsiveness import open_drawing, readings
from benchmarks.visitor import Visitor
from cnn_core.runs.store import RunStore
from tests.browser.server import Server
from tests.browser.test_training import train

SECONDS = 20  # of watching that are measured
SETTLE = 8  # seconds that all visitors have to open the page


class Crowd:
    """So many visitors in a thread of their own."""

    def __init__(self, server: Server, run_id: str, number: int):
        self.visitors, self._run = [Visitor(server) for _ in range(number)], run_id
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> "Crowd":
        self._thread.start()
        for visitor in self.visitors:
            asyncio.run_coroutine_threadsafe(self._watch(visitor), self._loop)
        return self

    async def _watch(self, visitor: Visitor) -> None:
        await visitor.arrive()
        await visitor.visit("run", f"run={self._run}")

    def __exit__(self, *error: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()


def measured(server: Server, page: Page, run_id: str, number: int) -> list[str]:
    """A row of the table: `number` visitors watch the run, then one draws."""
    store = RunStore(f"sqlite:///{server.home}/runs.db", str(server.home / "models"))
    process = psutil.Process(server.process.pid)
    with Crowd(server, run_id, number) as crowd:
        time.sleep(SETTLE)
        for visitor in crowd.visitors:
            visitor.refreshes.clear()
        cpu, steps, start = sum(process.cpu_times()[:2]), _steps(store, run_id), time.monotonic()
        time.sleep(SECONDS)
        seconds = time.monotonic() - start
        cores = (sum(process.cpu_times()[:2]) - cpu) / seconds
        speed = (_steps(store, run_id) - steps) / seconds
        waits = sorted(wait for visitor in crowd.visitors for wait in visitor.refreshes)
        late = f"{statistics.quantiles(waits, n=20)[-1]:.2f} s" if number else "–"
        middle = f"{statistics.median(waits):.2f} s ({len(waits)} refreshes)" if number else "–"
        open_drawing(server, page)
        drawn = spread(readings(server, page, 5))
    return [str(number), middle, late, f"{cores:.2f}", f"{speed:.0f}", drawn]


def _steps(store: RunStore, run_id: str) -> int:
    state = store.state(run_id)
    return state.epoch * state.started_now.steps_per_epoch + state.step


def main(numbers: list[int]) -> None:
    with served() as (server, page):
        run_id = train(page, server.url, epochs=1000)
        page.get_by_text("Epoch 2 of").wait_for(timeout=90_000)
        page.goto("about:blank")
        rows = [measured(server, page, run_id, number) for number in numbers]
    head = ["visitors who watch", "wait for a refresh, median", "95 of 100 wait at most", "cores the server takes"]
    head += ["training, steps/s", "pen up to reading of one who draws"]
    publish("watching", "People who watch a run on one server", head, rows, __doc__)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, nargs="+", default=[0, 10, 30])
    main(parser.parse_args().visitors)
