"""How long the server takes for a page, and for a refresh of one's own run, with so many runs waiting before it.

One server, and the same visitor again and again. The waiting runs are held by this process, so that nobody trains them
and they stay where they are. The processor's time is the server's, for all pages together. A watcher opens their run
that waits, and looks at it as often as the page says; the last column is what thirty of them cost the server.
"""

import argparse
import asyncio
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks.common import publish
from benchmarks.visitor import Visitor
from cnn_core.design.presets import PRESETS
from cnn_core.runs.run import Run
from cnn_core.runs.store import RunStore
from tests.browser.server import Server, free_port
from tests.support.runs import ended

PAGES = {"Home": "", "Training": "live", "Runs": "runs", "Draw": "draw", "Duel": "duel", "my run": "run"}
TIMES = 15
WATCHERS, SECONDS = 30, 15.0
HOLDER = "benchmark"
FIRST, BEFORE = 3, 1  # visits that are left out; runs that wait before mine at least


@contextmanager
def held(store: RunStore) -> Iterator[None]:
    """The runs that this process has taken stay its own."""
    leases, over = store.leases(HOLDER), threading.Event()

    def hold() -> None:
        while not over.wait(1):
            leases.renew()

    thread = threading.Thread(target=hold, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def waiting(store: RunStore, number: int) -> Run:
    """That many more runs wait; the last of them."""
    preset = PRESETS["keras-log"]
    for one in range(number):
        network = preset.network.changed(name=f"network {one}")
        run = store.create(f"waits {one}", network, preset.recipe, "bundled")
        store.submit(run.id)
        store.leases(HOLDER).claim(1)  # before the server does
    return run


async def measured(server: Server, run: Run) -> dict[str, float]:
    """Milliseconds by page, of the processor for all of them, and the cores that watchers take."""
    visitor, process = Visitor(server), psutil.Process(server.process.pid)
    await visitor.arrive()
    found: dict[str, list[float]] = {name: [] for name in PAGES}
    for number in range(FIRST + TIMES):
        if number == FIRST:
            before = _worked(process)
        for name, page in PAGES.items():
            seconds = await visitor.visit(page, f"run={run.id}" if name == "my run" else "")
            found[name] += [seconds] * (number >= FIRST)
    told = {name: 1000 * statistics.median(seconds) for name, seconds in found.items()}
    told["processor, all pages"] = 1000 * (_worked(process) - before) / TIMES
    visitor.leave()
    return told | await _watched(server, run, process)


async def _watched(server: Server, run: Run, process: psutil.Process) -> dict[str, float]:
    visitors = [Visitor(server) for _ in range(WATCHERS)]
    for visitor in visitors:
        await visitor.arrive()
        await visitor.visit("run", f"run={run.id}")
    before, start = _worked(process), time.monotonic()
    await asyncio.sleep(SECONDS)
    cores = (_worked(process) - before) / (time.monotonic() - start)
    waits = [wait for visitor in visitors for wait in visitor.refreshes]
    for visitor in visitors:
        visitor.leave()
    return {"refresh of my run": 1000 * statistics.median(waits), f"cores for {WATCHERS} who wait": cores}


def _worked(process: psutil.Process) -> float:
    return sum(process.cpu_times()[:2])


def main(numbers: list[int]) -> None:
    with tempfile.TemporaryDirectory() as home:
        server = Server(Path(home), free_port()).start()
        store = RunStore(f"sqlite:///{home}/runs.db", str(Path(home) / "models"))
        try:
            with held(store):
                ended(store)
                found, there = [], 0
                for number in (BEFORE, *numbers):
                    run = waiting(store, number + 1 - there)
                    there = number + 1
                    time.sleep(1)
                    found.append(asyncio.run(measured(server, run)))
        finally:
            server.kill()
            store.close()
    head = ["", *(f"{number} before mine" for number in (BEFORE, *numbers)), f"{numbers[-1]} to {BEFORE}"]
    rows = [[name, *(_told(name, one[name]) for one in found), _ratio(name, found)] for name in found[0]]
    publish("waiting", "Pages while runs wait", head, rows, __doc__)


def _told(name: str, value: float) -> str:
    return f"{value:.2f}" if "cores" in name else f"{value:.1f} ms"


def _ratio(name: str, found: list[dict[str, float]]) -> str:
    return f"{found[-1][name] / found[0][name]:.2f}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, nargs="+", default=[100, 300])
    main(parser.parse_args().runs)
