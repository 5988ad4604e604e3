"""What all benchmarks share: a table that is printed and kept, a server with a browser, medians."""

from __future__ import annotations

import datetime
import os
import platform
import shutil
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.server import Server

TABLES = Path(__file__).parent / "tables"


def publish(name: str, title: str, head: Sequence[str], rows: Sequence[Sequence[object]], note: str = "") -> None:
    """Print a Markdown table and keep it as benchmarks/tables/<name>.md."""
    lines = [f"# {title}", "", f"`python -m benchmarks.{name}`, {_where()}", ""]
    lines += [_row(head), _row(["---"] * len(head)), *map(_row, rows)]
    lines += ["", note] if note else []
    text = "\n".join(lines) + "\n"
    TABLES.mkdir(exist_ok=True)
    (TABLES / f"{name}.md").write_text(text, encoding="utf-8")
    print(text)


def spread(values: Sequence[float], unit: str = "s", digits: int = 2) -> str:
    """Median and range of repeated measurements."""
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:.{digits}f} {unit} ({low:.{digits}f} to {high:.{digits}f}, n = {len(values)})"


def tenths(name: str, values: Sequence[float]) -> list[str]:
    """A row of a table: the median, and what nine of ten stay below."""
    ordered = sorted(values)
    return [name, f"{statistics.median(ordered):.1f}", f"{ordered[int(0.9 * (len(ordered) - 1))]:.1f}"]


@contextmanager
def served() -> Iterator[tuple[Server, Page]]:
    """A fresh server with an empty home, and an empty tab."""
    with fresh_server() as server, browsed() as page:
        yield server, page


@contextmanager
def fresh_server(**environment: str) -> Iterator[Server]:
    """One with an empty home, and with these variables in its environment."""
    from tests.browser.server import Server, free_port

    with tempfile.TemporaryDirectory() as home, patch.dict(os.environ, environment):
        server = Server(Path(home), free_port()).start()
        try:
            yield server
        finally:
            server.kill()


@contextmanager
def browsed() -> Iterator[Page]:
    """An empty tab of 1280 x 900 in a Chromium of its own."""
    from playwright.sync_api import sync_playwright  # a machine that only measures training has none

    from tests.browser.server import FLAGS

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        browser.close()


def _row(cells: Sequence[object]) -> str:
    return "| " + " | ".join(map(str, cells)) + " |"


def _where() -> str:
    load = os.getloadavg()[0]
    return (
        f"{datetime.date.today():%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"load {load:.1f} when it ended"
    )
