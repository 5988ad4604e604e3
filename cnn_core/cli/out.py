"""What is written where: answers on standard output, everything else on standard error."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from cnn_core.errors import DataError, StudioError
from cnn_core.language import Text, _

Rows = Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class Out:
    """How one command speaks; `as_json` for scripts: then one document is all that it says."""

    as_json: bool = False

    def say(self, words: str) -> None:
        """Something to know meanwhile."""
        if not self.as_json:
            print(words, file=sys.stderr, flush=True)

    def answer(self, value: Any, words: str = "", table: Rows = ()) -> None:
        """What was asked for: `value` as JSON, or the table and the words."""
        if self.as_json:
            print(json.dumps(value, ensure_ascii=False, indent=2), flush=True)
            return
        if table:
            _print_table(table)
        if words:
            print(words, flush=True)

    def fault(self, error: StudioError) -> None:
        """Why there is no answer."""
        if self.as_json:
            parts = {name: str(getattr(error, name)) for name in ("what", "expected", "received", "todo")}
            print(json.dumps({"error": parts}, ensure_ascii=False), file=sys.stderr, flush=True)
        else:
            print(error, file=sys.stderr, flush=True)

    def written(self, path: Path, content: bytes, more: str = "", **facts: Any) -> None:
        """Write a file that was asked for, and say so and what `more` there is to say.

        Raises DataError where it cannot be written.
        """
        try:
            path.write_bytes(content)
        except OSError as error:
            what, todo = Text("{file} cannot be written", file=str(path)), Text("Choose another file with --out")
            raise DataError(what, received=str(error.strerror or error), todo=todo) from error
        size = len(content)
        told = _("{file} ({size:,} bytes)", file=str(path), size=size)
        self.answer({"file": str(path), "bytes": size, **facts}, "\n".join(filter(None, (told, more))))


def _print_table(rows: Rows) -> None:
    """As wide as it must be where nobody sees it: a narrow file would cut names."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for place, head in enumerate(rows[0]):
        numbers = place > 0 and all(row[head].lstrip("−")[:1].isdigit() or row[head] in ("", "–") for row in rows)
        table.add_column(head, justify="right" if numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*row.values())
    Console(width=None if sys.stdout.isatty() else 200, markup=False, highlight=False).print(table)


def in_the_app(address: str) -> str:
    """Where a browser finds it, at the address that the app has when nothing else is said."""
    return _("In the app (cnn-studio serve): {address}", address=f"http://localhost:8501{address}")
