"""The store with 10,000 runs and 100,000 points beside an empty one, on SQLite and on PostgreSQL.

The times of pages are those of a real server, from the visitor's question to the end of the script, without a browser:
as the visitor waits, and what of it the processor works, in the server and in PostgreSQL. Where other programs take the
cores, only the second is the store's. The first question after the start of the server is left out: it imports what the
page needs.
"""

import argparse
import asyncio
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from tornado.websocket import WebSocketClientConnection, websocket_connect

from benchmarks.common import fresh_server, publish, spread
from cnn_core.design.presets import PRESETS
from cnn_core.runs.events import Progress
from cnn_core.runs.store import RunStore
from tests.browser.server import Server
from tests.support.postgres import Postgres, new_folder
from tests.support.runs import STARTED, life, new

POINTS = 10  # of each run
TIMES = 20
PAGES = {"Home": "", "Runs": "runs", "Draw": "draw", "Duel": "duel"}
BOXES = {
    "Runs, a search": ("runs-search", "run 77"),
    "Runs, sorted by accuracy": ("runs-order", "Best test accuracy first"),
}


class Visitor:
    """Speaks Streamlit's own protocol and paints nothing."""

    def __init__(self, socket: WebSocketClientConnection):
        self._socket, self.boxes = socket, {}

    async def visit(self, page: str, box: str = "", value: str = "") -> float:
        """Seconds that the server takes for the page, with a value in one of its boxes."""
        message = BackMsg()
        message.rerun_script.page_name = page
        message.rerun_script.query_string = ""
        if box:
            message.rerun_script.widget_states.widgets.add(id=self.boxes[box], string_value=value)
        start = time.perf_counter()
        await self._socket.write_message(message.SerializeToString(), binary=True)
        while True:
            heard = ForwardMsg.FromString(await self._socket.read_message())
            self._hear(heard)
            if heard.WhichOneof("type") == "script_finished":
                return time.perf_counter() - start

    def _hear(self, heard: ForwardMsg) -> None:
        element = heard.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "exception":
            raise RuntimeError(element.exception.message)
        if kind in ("text_input", "selectbox"):
            key = getattr(element, kind).id
            self.boxes |= {name: key for name, _ in BOXES.values() if key.endswith(name)}


def worked(server: Server, folder: Path) -> float:
    """Seconds that the processor has worked for the server, and for the PostgreSQL in `folder`."""
    processes = [psutil.Process(server.process.pid)]
    if (pid := folder / "data" / "postmaster.pid").exists():
        postmaster = psutil.Process(int(pid.read_text().split()[0]))
        processes += [postmaster, *postmaster.children()]
    return sum(sum(process.cpu_times()[:2]) for process in processes)


async def visits(server: Server, folder: Path) -> dict[str, list[float]]:
    """Seconds of each page, and of the processor for it on average."""
    socket = await websocket_connect(server.url.replace("http", "ws") + "/_stcore/stream", subprotocols=["streamlit"])
    visitor, found = Visitor(socket), {}
    asked = {name: (page,) for name, page in PAGES.items()}
    asked |= {name: (PAGES["Runs"], box, value) for name, (box, value) in BOXES.items()}
    for name, (page, *box) in asked.items():
        await visitor.visit(page)
        if box and box[0] not in visitor.boxes:
            continue  # a short list has none
        start = worked(server, folder)
        found[name] = [await visitor.visit(page, *box) for _ in range(TIMES)]
        found[f"{name}: processor"] = [(worked(server, folder) - start) / TIMES]
    socket.close()
    return found


def timed(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def of_store(store: RunStore, url: str, files: str) -> dict[str, list[float]]:
    """Seconds of what is not a page."""
    other, run = RunStore(url, files), new(store, "measured")
    store.append(run.id, STARTED)
    found = {"start of a store": [timed(lambda: RunStore(url, files).close()) for _ in range(TIMES)]}
    appended, read, nothing = [], [], []
    for step in range(1, 201):
        event = Progress(epoch=0, step=step, points=((step, 1, 0),), images_per_second=1)
        appended.append(timed(lambda event=event: store.append(run.id, event)))
        read.append(timed(lambda: other.state(run.id)))
        nothing.append(timed(lambda: other.state(run.id)))
    found |= {"an event is stored": appended, "it is read": read, "nothing new is read": nothing}
    store.append(run.id, *life()[2:])
    store.delete(run.id)
    other.close()
    return found


def fill(store: RunStore, runs: int) -> None:
    """Finished runs of all presets."""
    presets = list(PRESETS.values())
    for number in range(runs):
        preset = presets[number % len(presets)]
        run = store.create(f"run {number}", preset.network, preset.recipe, "bundled")
        store.append(run.id, *life(points=POINTS, accuracy=0.9 + number % 1000 / 10_000))


def measured(url: str, folder: Path, cluster: Path, runs: int) -> dict[str, list[float]]:
    """Of a store with so many runs: seconds by what is done, and the server's memory in MiB."""
    store = RunStore(url, str(folder))
    fill(store, runs)
    found = of_store(store, url, str(folder))
    with fresh_server(CNN_STUDIO_DATABASE_URL=url) as server:
        found |= asyncio.run(visits(server, cluster))
        found["memory of the server"] = [psutil.Process(server.process.pid).memory_info().rss / 2**20]
    store.close()
    return found


def both(url_of: Callable[[], str], cluster: Path, runs: int) -> list[dict[str, list[float]]]:
    """Of an empty database, and of one with so many runs."""
    found = []
    for number in (0, runs):
        with tempfile.TemporaryDirectory() as files:
            found.append(measured(url_of() or f"sqlite:///{files}/runs.db", Path(files), cluster, number))
    return found


def main(runs: int) -> None:
    folder = new_folder()
    postgres = Postgres(folder)
    try:
        postgres.start()
        found = {"SQLite": both(str, Path("/nowhere"), runs), "PostgreSQL": both(postgres.database, folder, runs)}
    finally:
        postgres.stop()
        shutil.rmtree(folder)
    head = ["", *(f"{name}, {part}" for name in found for part in ("empty", f"{runs:,} runs", "ratio"))]
    rows = [[what, *(cell for pair in found.values() for cell in cells(what, *pair))] for what in found["SQLite"][1]]
    publish("store", f"The store with {runs:,} runs", head, rows, __doc__)


def cells(what: str, empty: dict[str, list[float]], full: dict[str, list[float]]) -> list[str]:
    """Empty, filled, and how many times as much."""
    unit, scale = ("MiB", 1) if "memory" in what else ("ms", 1000)
    texts = [told([value * scale for value in of[what]], unit) if what in of else "–" for of in (empty, full)]
    middle = [sorted(of[what])[len(of[what]) // 2] if what in of else None for of in (empty, full)]
    return [*texts, f"{middle[1] / middle[0]:.1f}" if middle[0] else "–"]


def told(values: Sequence[float], unit: str) -> str:
    return spread(values, unit, 1) if len(values) > 1 else f"{values[0]:.1f} {unit}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    main(parser.parse_args().runs)
