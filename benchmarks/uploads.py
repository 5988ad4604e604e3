"""What an upload costs the server: its own memory, that of the reader, and how long another visitor waits meanwhile."""

import re
import tempfile
import threading
import time
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import psutil
from playwright.sync_api import Page

from benchmarks.common import publish, served
from cnn_core.settings import MIB
from tests.browser.server import Server
from tests.data.test_own import picture

RULE = 300  # MiB above the file's own decoded size
READER = "cnn_core.data.upload.reader"


def arrays(path: Path, x: np.ndarray, compressed: bool = True, **more: np.ndarray) -> int:
    """Saves pictures with labels of three classes; gives the bytes of their pixels."""
    y = np.arange(len(x)) % 3
    save = np.savez_compressed if compressed else np.savez
    save(path, x_train=x[6:], y_train=y[6:], x_test=x[:6], y_test=y[:6], **more)
    return x.size


def black(path: Path) -> int:
    """About 1 MB that unpacks to 1 GB."""
    x = np.zeros((100_000, 100, 100), np.uint8)
    x[:240, 0, 0] = np.arange(240)
    return arrays(path, x)


def wide(path: Path) -> int:
    """Whole numbers of 8 bytes: 1 GB, of which an eighth are pixels."""
    x = np.zeros((13_000, 100, 100), np.int64)
    x[:, 0, :5] = np.arange(len(x))[:, np.newaxis] // 10 ** np.arange(5) % 10
    return arrays(path, x)


def named(path: Path) -> int:
    """Three names of 100 million letters each."""
    x = np.arange(12 * 64, dtype=np.uint8).reshape(12, 8, 8)
    return arrays(path, x, class_names=np.array(["a", "b", "c" * 70_000_000]))


def rows(path: Path) -> int:
    """200 MB of rows of four pixels."""
    block = "".join(f"{n % 2},{n % 8},1,{n % 5},3\n" for n in range(100_000))
    with path.open("w") as file:
        for _ in range(199_000_000 // len(block)):
            file.write(block)
    return path.stat().st_size * 2 // 5


def table(path: Path) -> int:
    """25,000 different pictures of 28 x 28 as a CSV, 70 MB."""
    x = np.random.default_rng(0).integers(0, 256, (25_000, 784), np.uint8)
    np.savetxt(path, np.column_stack([np.arange(len(x)) % 10, x]), "%d", ",")
    return x.size


def photos(path: Path) -> int:
    """30,000 small pictures in class folders."""
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(30_000):
            archive.writestr(f"{number % 10}/{number}.png", picture(number))
    return 30_000 * 24 * 16 * 3


def noise(path: Path) -> int:
    """An honest file of 199 MB."""
    return arrays(path, np.random.default_rng(0).integers(0, 256, (64_500, 32, 32, 3), np.uint8), compressed=False)


CASES: dict[str, tuple[str, Callable[[Path], int]]] = {
    "1 MB of black pictures that unpack to 1 GB": ("black.npz", black),
    "pixels of 8 bytes, 1 GB unpacked": ("wide.npz", wide),
    "a class name of 70 million letters": ("named.npz", named),
    "200 MB of CSV rows with 4 pixels": ("rows.csv", rows),
    "25,000 pictures of 28 × 28 as CSV": ("table.csv", table),
    "zip of 30,000 small pictures": ("photos.zip", photos),
    "honest file of 199 MB": ("noise.npz", noise),
}


class Memory:
    """The most that the server and its readers had, by the kernel's own account (Linux); MiB."""

    def __init__(self, server: Server):
        self.pid = server.process.pid
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")  # the peak is counted from here
        self.before = peak(self.pid)
        self.reader = 0.0

    @property
    def server(self) -> float:
        """The server's peak above what it had before."""
        return peak(self.pid) - self.before

    def look(self) -> None:
        """Take the readers that run now into account."""
        with suppress(psutil.Error, OSError, TypeError):  # one that has just ended
            for child in psutil.Process(self.pid).children():
                if READER in child.cmdline():
                    self.reader = max(self.reader, peak(child.pid))


def peak(pid: int) -> float:
    """The most memory that a process has had."""
    return int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) / 1024


@contextmanager
def watched(server: Server) -> Iterator[tuple[Memory, list[float]]]:
    """The memory, and how long each of another visitor's requests took, for as long as the body runs."""
    memory, waits, over = Memory(server), [], threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            memory.look()

    def ask() -> None:
        while not over.wait(0.05):
            start = time.perf_counter()
            urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=60).read()
            waits.append(time.perf_counter() - start)

    threads = [threading.Thread(target=watch), threading.Thread(target=ask)]
    for thread in threads:
        thread.start()
    try:
        yield memory, waits
    finally:
        over.set()
        for thread in threads:
            thread.join()


def click(other: Page, number: int) -> float:
    """Seconds from another visitor's click to the page that it asks for."""
    view, text = (("Larger than memory", "A generator"), ("Bring your own", "Your images"))[number % 2]
    start = time.perf_counter()
    other.get_by_role("radio", name=view).click()
    other.get_by_text(text).first.wait_for(timeout=60_000)
    return time.perf_counter() - start


def measured(server: Server, page: Page, other: Page, file: Path) -> tuple[Memory, float, float, float, str]:
    """Sends the file: memory, seconds, slowest request and slowest click of the other visitor, what came of it."""
    page.goto(f"{server.url}/browse")
    page.get_by_role("radio", name="Bring your own").click()
    page.get_by_text("Your images").wait_for()
    page.wait_for_timeout(2000)
    ended = page.locator("[data-testid=stMetric], [data-testid=stAlertContentError]")
    with watched(server) as (memory, waits):
        start = time.perf_counter()
        page.locator("input[type=file]").set_input_files(file)
        clicks = []
        while not ended.count() and time.perf_counter() - start < 400:
            clicks.append(click(other, len(clicks)))
        seconds = time.perf_counter() - start
    words = ended.first.inner_text().replace("\n", " ")
    page.get_by_role("button", name="Discard").click() if words.startswith("Images") else None
    page.wait_for_timeout(1000)
    return memory, seconds, max(waits), max(clicks), words.split(". ")[0]


def main() -> None:
    table = []
    with tempfile.TemporaryDirectory() as folder, served() as (server, page):
        page.goto(server.url)
        page.get_by_role("button", name="Train it").wait_for()
        page.wait_for_timeout(20_000)  # the workers have started
        other = page.context.new_page()
        other.goto(f"{server.url}/browse")
        other.get_by_role("radio", name="Larger than memory").wait_for()
        idle = [click(other, number) for number in range(20)]
        for title, (name, make) in CASES.items():
            file = Path(folder) / name
            decoded = make(file)
            memory, seconds, wait, slowest, words = measured(server, page, other, file)
            sizes = [f"{file.stat().st_size / MIB:.1f}", f"{decoded / MIB:.0f}"]
            peaks = [f"{memory.server:.0f}", f"{memory.reader:.0f}"]
            print(title, *sizes, *peaks, seconds, words, flush=True)
            table.append([title, *sizes, *peaks, f"{seconds:.1f} s", f"{wait:.2f} s", f"{slowest:.2f} s", words])
            file.unlink()
    note = (
        f"Sizes in MiB. The rule: neither the server nor the reader takes more than {RULE} MiB above the decoded size. "
        "Nothing is taken off here. A click of another visitor takes up to "
        f"{max(idle):.2f} s when nobody sends anything (median {np.median(idle):.2f} s, n = {len(idle)})."
    )
    head = ["file", "size", "decoded", "server's peak above before", "reader's peak", "until the answer"]
    head += ["another visitor's slowest request", "slowest click", "what the page said"]
    publish("uploads", "What an upload costs", head, table, note)


if __name__ == "__main__":
    main()
