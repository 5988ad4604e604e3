"""Memory of a whole server that nobody uses: before its first visitor, after some, and with a worker for questions.

A server would have that worker from its start if it did not begin with the first question: the last row, on the same
server.
"""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import psutil
from playwright.sync_api import Page

from benchmarks.common import publish, served
from tests.browser.pages import settled
from tests.browser.server import Server

PAGES = ("", "designer", "live", "draw", "browse", "runs")
CALM = 0.03  # of a core
MIB = 1024  # KiB
MAPPING = re.compile(r"[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ (\d+)\s*(.*)")


class Memory:
    """What processes take together, each page counted once, however many of them share it. In KiB (Linux).

    The proportional set size would do, were there no strangers on the machine who have the same libraries open: they
    would take a part of it over. So it is used for anonymous memory, and each file counts as much as the process holds
    of it that holds most.
    """

    def __init__(self, processes: Iterable[psutil.Process]):
        self.anonymous = 0
        files: Counter[tuple[str, str]] = Counter()
        for process in processes:
            folder = Path(f"/proc/{process.pid}")
            rollup = (folder / "smaps_rollup").read_text(encoding="utf-8")
            self.anonymous += sum(map(int, re.findall(r"Pss_(?:Anon|Shmem): +(\d+)", rollup)))
            files |= _files((folder / "smaps").read_text(encoding="utf-8"))
        self.files = files.total()


def _files(smaps: str) -> Counter[tuple[str, str]]:
    """KiB of each file that one process has in memory, without what it has written over."""
    found: Counter[tuple[str, str]] = Counter()
    file = None
    for line in smaps.splitlines():
        name, _, value = line.partition(":")
        if mapping := MAPPING.fullmatch(line):
            file = (mapping[1], mapping[2]) if mapping[1] != "0" else None
        elif file and name in ("Rss", "Anonymous"):
            found[file] += int(value.split()[0]) * (1 if name == "Rss" else -1)
    return found


def main() -> None:
    with served() as (server, page):
        until(lambda: server.workers())
        rows = [row("before the first visitor", server)]
        for name in PAGES:
            page.goto(f"{server.url}/{name}")
            settled(page)
        page.goto("about:blank")
        rows.append(row(f"after one who looked at {len(PAGES)} pages", server))
        ask(server, page)
        rows.append(row("with a worker for questions", server))
    saved = 1 - float(rows[1][-1]) / float(rows[2][-1])
    head = ["at rest", "processes", "server, MiB", "its cluster, MiB", "files of both, MiB", "together, MiB"]
    note = (
        f"Without the worker for questions {saved:.0%} less. Each page of memory is counted once, however many of the "
        "processes share it: anonymous memory as proportional set size (Pss_Anon of smaps_rollup), a file as much as "
        "the process has of it that has most. Those of files, TensorFlow's libraries above all, the system can drop "
        "and read again."
    )
    publish("rest", "Memory of a server at rest", head, rows, note)


def ask(server: Server, page: Page) -> None:
    """Look at the page whose numbers come from a worker."""
    page.goto(f"{server.url}/why")
    page.get_by_test_id("stMetricValue").first.wait_for()
    page.goto("about:blank")


def row(name: str, server: Server) -> list[str]:
    """Of the table, once nothing is done any more."""
    process = psutil.Process(server.process.pid)
    until(lambda: cores(family(process)) < CALM)
    own, cluster, both = [Memory(processes) for processes in ([process], family(process)[1:], family(process))]
    parts = (own.anonymous, cluster.anonymous, both.files, both.anonymous + both.files)
    return [name, str(len(family(process))), *(f"{part / MIB:.0f}" for part in parts)]


def family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def cores(processes: list[psutil.Process], seconds: float = 3) -> float:
    """How many of the machine's they keep busy."""
    before, began = spent(processes), time.perf_counter()
    time.sleep(seconds)
    return (spent(processes) - before) / (time.perf_counter() - began)


def spent(processes: list[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def until(condition: Callable[[], object]) -> None:
    while not condition():
        time.sleep(0.1)


if __name__ == "__main__":
    main()
