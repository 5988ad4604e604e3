"""A workshop: a class on one server, where everybody designs, trains short runs, draws and watches the others.

The people speak Streamlit's own protocol and paint nothing: thirty browsers have machines of their own to do that. But
they live on this machine, and what they take of it is shown. The memory of the workers is the sum of what each has; a
part of it they share. How fast a run is trained among people is seen from one that is trained again and again: before
they come, in its turn among theirs, and when all have gone, because the machine has faster and slower minutes.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Iterable, Sequence
from contextlib import closing

import psutil

from benchmarks.common import fresh_server, publish
from benchmarks.people import Click, Person
from cnn_core.data.datasets import BUNDLED
from cnn_core.design.presets import PRESETS
from cnn_core.runs.store import RunStore
from tests.browser.server import Server
from tests.support.waiting import until

PEOPLE, MINUTES = 30, 10.0
ARRIVAL = 20.0  # seconds in which all come
LOOK = 5.0  # seconds between two looks at the memory
ALONE = 4  # times that the same run is trained before anybody comes, and again when all have gone
LAST = 600.0  # seconds that the last runs may take
MEASURED = PRESETS["keras-log"].network, PRESETS["keras-log"].recipe.model_copy(update={"epochs": 10})
MIB = 2**20
AIM = {"any click": "95 of 100 under 1 s", "memory": "flat", "speed": "at least 0.85", "log": "0", "faults": "0"}


class Memory:
    """MiB of the server, and of its workers together, looked at again and again."""

    def __init__(self, server: Server):
        self._server = server
        self.seen: list[tuple[float, float, float]] = []

    async def watch(self) -> None:
        """Until it is cancelled."""
        while True:
            workers = sum(map(_resident, self._server.workers()))
            own = _resident(psutil.Process(self._server.process.pid))
            self.seen.append((time.monotonic(), own / MIB, workers / MIB))
            await asyncio.sleep(LOOK)

    def within(self, start: float, end: float) -> tuple[float, float]:
        """Of the server and of the workers, on average of that time, or when they were looked at last."""
        seen = [sizes for at, *sizes in self.seen if start <= at <= end] or [self.seen[-1][1:]]
        own, workers = zip(*seen, strict=True)
        return statistics.mean(own), statistics.mean(workers)


def _resident(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.NoSuchProcess:
        return 0


class Measured:
    """The same run, trained again and again."""

    def __init__(self, store: RunStore):
        self._store = store

    async def alone(self) -> list[float]:
        """Seconds of an epoch, each time, when nobody is there and nothing waits."""
        until(lambda: not self._store.lists.active(1), LAST)
        return [await self.epoch() for _ in range(ALONE)]

    async def among(self, end: float) -> list[float]:
        """The same until then."""
        found = []
        while time.monotonic() < end:
            found.append(await self.epoch())
        return found

    async def epoch(self) -> float:
        """Seconds of an epoch, in the middle; the first one also makes ready."""
        run = self._store.create("measured", *MEASURED, BUNDLED)
        self._store.submit(run.id)
        while (state := self._store.state(run.id)).active:
            await asyncio.sleep(0.2)
        return statistics.median(epoch.seconds for epoch in state.epochs_done[1:])


async def workshop(server: Server, number: int, minutes: float) -> tuple[list[Person], Memory, dict[str, float]]:
    """The people after so long, what memory was taken meanwhile, and how many cores the server and they took."""
    people, memory = [Person(server, one) for one in range(number)], Memory(server)
    watching = asyncio.create_task(memory.watch())
    process, start = psutil.Process(server.process.pid), time.monotonic()
    before = _worked(process), _worked(psutil.Process())
    await asyncio.gather(*(_life(one, ARRIVAL * n / number, start + 60 * minutes) for n, one in enumerate(people)))
    seconds = time.monotonic() - start
    watching.cancel()
    after = _worked(process), _worked(psutil.Process())
    taken = [(late - early) / seconds for early, late in zip(before, after, strict=True)]
    return people, memory, dict(zip(("the server's threads", "the people"), taken, strict=True))


async def _life(person: Person, late: float, end: float) -> None:
    await asyncio.sleep(late)
    try:
        await person.live(end)
    except Exception as error:
        person.visitor.faults.append(f"{type(error).__name__}: {error}")


def _worked(process: psutil.Process) -> float:
    return sum(process.cpu_times()[:2])


def of_clicks(name: str, clicks: Iterable[float]) -> list[str]:
    """A row: the median and what 95 of 100 stay below."""
    waits = sorted(clicks)
    if not waits:
        return [name, "–", ""]
    late, middle = waits[int(0.95 * (len(waits) - 1))], statistics.median(waits)
    told = f"{middle:.2f} s, 95 of 100 within {late:.2f} s, all within {waits[-1]:.2f} s (n = {len(waits):,})"
    return [name, told, AIM.get(name, "")]


def rows_of(people: Sequence[Person], memory: Memory, cores: dict[str, float]) -> list[list[str]]:
    """What people waited for, and what the machine gave."""
    clicks: list[Click] = [click for person in people for click in person.clicks]
    kinds = dict.fromkeys(click.what for click in clicks)
    rows = [of_clicks("any click", [click.seconds for click in clicks])]
    rows += [of_clicks(f"· {kind}", [click.seconds for click in clicks if click.what == kind]) for kind in kinds]
    rows.append(of_clicks("a refresh", [wait for person in people for wait in person.visitor.refreshes]))
    start, end = memory.seen[0][0], memory.seen[-1][0]
    minutes = memory.within(start, start + 60), memory.within(start + 60, start + 120), memory.within(end - 60, end)
    for place, name in enumerate(("the server", "its workers")):
        first, second, last = (minute[place] for minute in minutes)
        told = f"{first:,.0f}, {second:,.0f} and {last:,.0f} MiB; last to second {last / second:.2f}"
        rows.append([f"memory of {name}, first, second and last minute", told, AIM["memory"]])
        tenth = (end - start) / 10
        tenths = [memory.within(start + n * tenth, start + (n + 1) * tenth)[place] for n in range(10)]
        rows.append(["· in each tenth of the time", ", ".join(f"{each:,.0f}" for each in tenths), ""])
    rows += [[f"cores that {name} take", f"{taken:.2f}", ""] for name, taken in cores.items()]
    return rows


async def _measured(server: Server, number: int, minutes: float) -> tuple[tuple, list[float]]:
    """The workshop, and how fast the same run was trained in it, as fractions of its speed alone."""
    with closing(RunStore(f"sqlite:///{server.home}/runs.db", str(server.home / "models"))) as store:
        measured = Measured(store)
        before, end = await measured.alone(), time.monotonic() + 60 * minutes
        found, among = await asyncio.gather(workshop(server, number, minutes), measured.among(end))
        alone = statistics.median(before + await measured.alone())
    return found, [alone / one for one in among]


def main(number: int, minutes: float) -> None:
    with fresh_server(CNN_STUDIO_TEACHER_PASSWORD="owl") as server:  # one with a class
        log = server.home / "log.txt"
        asyncio.run(Person(server, number).try_out())
        before = len(log.read_text().splitlines())  # Streamlit's own, when it starts
        (people, memory, cores), fractions = asyncio.run(_measured(server, number, minutes))
        faults = [fault for person in people for fault in person.visitor.faults]
        print(*faults[:20], sep="\n", flush=True)
        rows = rows_of(people, memory, cores)
        said = log.read_text().splitlines()[before:]
    speed = f"{statistics.median(fractions):.2f} ({min(fractions):.2f} to {max(fractions):.2f}, n = {len(fractions)})"
    rows.append(["training among people, of its speed alone", speed, AIM["speed"]])
    rows.append(["lines in the server's log", str(len(said)), AIM["log"]])
    rows.append(["faults that people saw", str(len(faults)), AIM["faults"]])
    title = f"A workshop: {number} people for {minutes:g} minutes"
    publish("workshop", title, ["what", "measured", "aim"], rows, __doc__)
    print(*said[:20], sep="\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--hours", type=float, default=0.0, help="instead of minutes: 8 for a whole day")
    given = parser.parse_args()
    main(given.people, 60 * given.hours or given.minutes)
