"""A workshop on one server: a run trains, many visitors watch it, and one draws.

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
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from tornado.websocket import websocket_connect

from benchmarks.common import publish, served, spread
from benchmarks.responsiveness import open_drawing, readings
from cnn_core.runs.store import RunStore
from tests.browser.server import Server
from tests.browser.test_training import train

SECONDS = 20  # of watching that are measured
SETTLE = 8  # seconds that all visitors have to open the page


class Visitor:
    """Opens the page of a run, and asks for each part of it again as often as the page told the browser to."""

    def __init__(self, server: Server, run_id: str):
        self.waits: list[float] = []  # seconds from asking for a refresh to its end
        self._address = server.url.replace("http", "ws") + "/_stcore/stream"
        self._page = f"run={run_id}"
        self._asked: float | None = None
        self._refreshing: list[asyncio.Task] = []

    async def watch(self) -> None:
        """Until it is cancelled."""
        self._socket = await websocket_connect(self._address, subprotocols=["streamlit"])
        await self._ask(page_name="live")
        while (message := await self._socket.read_message()) is not None:
            self._hear(ForwardMsg.FromString(message))

    def _hear(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "auto_rerun":
            again = message.auto_rerun
            self._refreshing.append(asyncio.create_task(self._refresh(again.fragment_id, again.interval)))
        elif kind == "script_finished" and self._asked:
            self.waits.append(time.perf_counter() - self._asked)
            self._asked = None

    async def _refresh(self, fragment_id: str, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            if self._asked is None:
                self._asked = time.perf_counter()
                await self._ask(fragment_id=fragment_id, is_auto_rerun=True)

    async def _ask(self, **state: object) -> None:
        message = BackMsg()
        for name, value in {"query_string": self._page, **state}.items():
            setattr(message.rerun_script, name, value)
        await self._socket.write_message(message.SerializeToString(), binary=True)


class Crowd:
    """So many visitors in a thread of their own."""

    def __init__(self, server: Server, run_id: str, number: int):
        self.visitors = [Visitor(server, run_id) for _ in range(number)]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> "Crowd":
        self._thread.start()
        for visitor in self.visitors:
            asyncio.run_coroutine_threadsafe(visitor.watch(), self._loop)
        return self

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
            visitor.waits.clear()
        cpu, steps, start = sum(process.cpu_times()[:2]), _steps(store, run_id), time.monotonic()
        time.sleep(SECONDS)
        seconds = time.monotonic() - start
        cores = (sum(process.cpu_times()[:2]) - cpu) / seconds
        speed = (_steps(store, run_id) - steps) / seconds
        waits = sorted(wait for visitor in crowd.visitors for wait in visitor.waits)
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
    publish("workshop", "A workshop on one server, while a run trains", head, rows, __doc__)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, nargs="+", default=[0, 10, 30])
    main(parser.parse_args().visitors)
