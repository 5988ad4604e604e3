"""The process that reads an upload, as seen from the server: started, watched, ended."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, Any, cast

import psutil

from cnn_core.errors import DataError
from cnn_core.language import Text
from cnn_core.settings import MIB, Settings

ROOT = Path(__file__).parents[3]
READERS = 2  # files that are read at the same time; the others wait
TICK = 0.1  # s
_SMALLER = Text("Send fewer or smaller images")
_free = threading.BoundedSemaphore(READERS)


def read_apart(request: Mapping[str, Any], limits: Settings, progress: Callable[[float], None]) -> None:
    """Has a process of its own do what `request` says (see `reader`), and waits for it.

    Args:
        progress: gets the share (0 to 1) that is done, several times a second even when nothing happens. When it
            raises, because the visitor has left, the process ends.

    Raises:
        DataError: what the reader says, or that it took too much memory or too long.
    """
    with _place(progress), _reader(request, limits) as process:
        messages = _messages(process)
        share, usual = 0.0, None
        while True:
            progress(share)
            with suppress(Empty):
                message = messages.get(timeout=TICK)
                if "ready" in message:
                    usual = _memory(process)
                share = message.get("progress", share)
                if _is_last(message, limits):
                    return
            if usual is not None and _memory(process) - usual > limits.max_reading_bytes:
                raise _too_much(limits)
            if _seconds(process) >= limits.max_reading_seconds:
                raise _too_long(limits)


@contextmanager
def _place(progress: Callable[[float], None]) -> Iterator[None]:
    """One of the READERS places; waits for it."""
    while not _free.acquire(timeout=TICK):
        progress(0.0)
    try:
        yield
    finally:
        _free.release()


@contextmanager
def _reader(request: Mapping[str, Any], limits: Settings) -> Iterator[subprocess.Popen]:
    names = ("max_unpacked_bytes", "max_image_pixels", "max_reading_bytes")
    told = json.dumps({**request, **{name: getattr(limits, name) for name in names}})
    process = subprocess.Popen(
        [sys.executable, "-m", "cnn_core.data.upload.reader", told],
        cwd=ROOT,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.PIPE,  # closes when this process ends, however it ends; then so does the reader
        stdout=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        cast(IO, process.stdin).close()


def _messages(process: subprocess.Popen) -> SimpleQueue:
    """What the reader says, as it comes; at last an empty message."""
    messages: SimpleQueue = SimpleQueue()

    def forward() -> None:
        with cast(IO, process.stdout) as lines:
            for line in lines:
                messages.put(json.loads(line))
        messages.put({})

    threading.Thread(target=forward, daemon=True).start()
    return messages


def _is_last(message: Mapping[str, Any], limits: Settings) -> bool:
    """Whether the work is done; DataError when it is over and not done."""
    if "error" in message:
        told = {name: Text.of(plain) for name, plain in message["error"].items()}
        raise DataError(told.pop("what"), **told)
    if "out_of_memory" in message:
        raise _too_much(limits)
    if not message:
        received = Text("something that its reader did not expect")
        raise DataError(Text("This file can't be read"), received=received)
    return "done" in message


def _memory(process: subprocess.Popen) -> int:
    with suppress(psutil.Error):
        return psutil.Process(process.pid).memory_info().rss
    return 0


def _seconds(process: subprocess.Popen) -> float:
    """Of the processor's time, not of the clock's: pages and trainings come before a reader."""
    with suppress(psutil.Error):
        times = psutil.Process(process.pid).cpu_times()
        return times.user + times.system
    return 0.0


def _too_long(limits: Settings) -> DataError:
    return DataError(
        Text("Reading this file takes too long"),
        expected=Text("at most {seconds:,.0f} s of the processor", seconds=limits.max_reading_seconds),
        received=Text("more"),
        todo=_SMALLER,
    )


def _too_much(limits: Settings) -> DataError:
    return DataError(
        Text("Reading this file takes too much memory"),
        expected=Text("at most {size:,.0f} MiB beside its images", size=limits.max_reading_bytes / MIB),
        received=Text("more"),
        todo=_SMALLER,
    )
