"""Other servers on the same database, and the workers of a cluster: Python processes of their own."""

import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psutil

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


def workers_of(process: psutil.Process) -> list[psutil.Process]:
    """The Dask workers of a server or cluster, also those that are just beginning: copies, or spawned ones."""
    found = []
    for child in process.children(recursive=True):
        with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
            if "spawn_main" in _command(child) or (_is_copy(child) and _is_copy(child.parent())):
                found.append(child)
    return found


def _is_copy(process: psutil.Process | None) -> bool:
    """Of the process that has imported TensorFlow, or that one itself."""
    return process is not None and "multiprocessing.forkserver" in _command(process)


def _command(process: psutil.Process) -> str:
    return " ".join(process.cmdline())
