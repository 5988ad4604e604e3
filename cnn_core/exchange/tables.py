"""Tables as CSV, for spreadsheets and for programs."""

import csv
import io
from collections.abc import Iterable
from typing import Any

from cnn_core.runs.state import RunState

CURVES = ("epoch", "loss", "accuracy", "val_loss", "val_accuracy", "seconds")
_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")


def table(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """A line for each row below the head; what a spreadsheet would run is made plain text."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([harmless(value) for value in row] for row in rows)
    return text.getvalue()


def harmless(value: Any) -> Any:
    """A name that a spreadsheet would run as a formula begins with '; numbers stay numbers. OWASP, "CSV Injection"."""
    return f"'{value}" if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULAS) else value


def epochs_table(state: RunState) -> str:
    """A row for each epoch of a run, counted from 1: means over the epoch, and what validation gave behind it."""
    rows = [[one.epoch + 1, *(getattr(one, name) for name in CURVES[1:])] for one in state.epochs_done]
    return table(CURVES, rows)
