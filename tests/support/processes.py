"""Other servers on the same database: Python processes of their own."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]


def python(code: str, *arguments: str, **options: object) -> subprocess.Popen:
    """A process that runs `code`; `sys.argv[1:]` are the arguments, and what it prints can be read."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def printed(processes: Sequence[subprocess.Popen]) -> list[list[str]]:
    """What each of them printed, line by line, once all have ended well."""
    answers = [process.communicate(timeout=120) for process in processes]
    for process, (_, fault) in zip(processes, answers, strict=True):
        assert process.returncode == 0, fault[-3000:]
    return [out.split() for out, _ in answers]
