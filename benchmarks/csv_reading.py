"""A CSV of pictures: what `read_table` takes, and what parsing alone takes, by Python's csv module and by pandas."""

import csv
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.common import publish, spread
from cnn_core.data.upload.pixels import Kept
from cnn_core.data.upload.tables import read_table

ROWS, WIDE, TIMES = 10_000, 20, 5


def table(path: Path, rows: int, pixels: int) -> None:
    """Pictures like MNIST's, four fifths black."""
    random = np.random.default_rng(0)
    values = random.integers(0, 256, (rows, pixels)) * (random.random((rows, pixels)) < 0.2)
    path.write_text("".join(f"{n % 10}," + ",".join(map(str, row)) + "\n" for n, row in enumerate(values)))


def ours(path: Path) -> None:
    with tempfile.TemporaryDirectory() as folder, Kept(Path(folder) / "pixels") as keep:
        read_table(path, keep, lambda share: None)


def by_csv(path: Path) -> None:
    with path.open(newline="") as file:
        for _ in csv.reader(file):
            pass


def by_pandas(path: Path, rows: int = 1000) -> None:
    for part in pd.read_csv(path, header=None, dtype=np.uint8, chunksize=rows):
        part.to_numpy()


def seconds(read: Callable[[Path], None], path: Path) -> list[float]:
    """Of the processor's time, again and again."""
    taken = []
    for _ in range(TIMES):
        start = time.process_time()
        read(path)
        taken.append(time.process_time() - start)
    return taken


def main() -> None:
    ways = {
        "read_table: parsed, checked, copies left out": ours,
        "csv.reader alone": by_csv,
        "pandas alone, 1,000 rows at a time": by_pandas,
        "pandas alone, 4,000 rows at a time": lambda path: by_pandas(path, 4000),
    }
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        for title, rows, pixels in (("28 × 28", ROWS, 784), ("256 × 256 in colour", WIDE, 256 * 256 * 3)):
            table(path, rows, pixels)
            taken = {way: seconds(read, path) for way, read in ways.items() if rows > WIDE or "4,000" not in way}
            whole = np.median(taken[next(iter(ways))])
            lines += [
                [f"{rows:,} of {title}", way, spread(all_, "s"), f"{np.median(all_) / whole:.2f}"]
                for way, all_ in taken.items()
            ]
    publish("csv_reading", "Reading a CSV of pictures", ["rows", "way", "processor time", "share of read_table"], lines)


if __name__ == "__main__":
    main()
