"""How long the server takes for a page, and for a refresh of one's own run, with so many runs waiting before it.

One server, and the same visitor again and again. The one trainer is stopped in the middle of a run, so that those that
wait stay where they are, and takes nothing of the processor. The processor's time is the server's, for all pages
together. A watcher opens their run that waits, and looks at it as often as the page says; the last row is what thirty
of them cost the server.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks.common import publish
from benchmarks.visitor import Visitor
from cnn_core.design.recipe import Recipe
from cnn_core.runs.run import Run
from cnn_core.runs.store import RunStore
from tests.browser.server import Server, free_port
from tests.support.runs import PRESET, ended
from tests.support.waiting import until

PAGES = {"Home": "", "Training": "live", "Runs": "runs", "Draw": "draw", "Duel": "duel", "my run": "run"}
TIMES = 15
WATCHERS, SECONDS = 30, 15.0
FIRST, BEFORE = 3, 1  # visits that are left out; runs before mine at least: the one that trains


@contextmanager
def nobody_trains(server: Server, store: RunStore) -> Iterator[None]:
    """One run has begun, and does not go on."""
    [run] = waiting(store, 1, Recipe(epochs=1000))
    until(lambda: store.state(run.id).loss.x)
    trainer = max(server.workers(), key=_worked)
    trainer.suspend()
    try:
        yield
    finally:
        trainer.resume()


def waiting(store: RunStore, number: int, recipe: Recipe = PRESET.recipe) -> list[Run]:
    """That many more runs wait."""
    runs = [
        store.create(f"waits {one}", PRESET.network.changed(name=f"network {one}"), recipe, "bundled")
        for one in range(number)
    ]
    for run in runs:
        store.submit(run.id)
    return runs


def of_each(server: Server, store: RunStore, numbers: Sequence[int]) -> Iterator[dict[str, float]]:
    """What is measured for the last in the line, with so many before it."""
    there = BEFORE
    with nobody_trains(server, store):
        for number in numbers:
            mine = waiting(store, number + 1 - there)[-1]
            there = number + 1
            yield asyncio.run(measured(server, mine))


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


async def opened(server: Server) -> None:
    """The first visitor has been there: the workers start."""
    visitor = Visitor(server)
    await visitor.arrive()
    await visitor.visit("live")
    visitor.leave()


def main(numbers: list[int]) -> None:
    with tempfile.TemporaryDirectory() as home:
        server = Server(Path(home), free_port()).start()
        store = RunStore(f"sqlite:///{home}/runs.db", str(Path(home) / "models"))
        try:
            ended(store)
            asyncio.run(opened(server))
            found = list(of_each(server, store, (BEFORE, *numbers)))
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
