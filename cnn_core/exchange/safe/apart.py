"""Reading a stranger's model in a process of its own: a library in C reads it, and what ends that ends nothing else.

What passes between the two processes is a line of JSON, and bytes after it: no pickle, in either direction.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from itertools import chain
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from cnn_core.design.network import Network
from cnn_core.design.shapes import FLOAT_BYTES
from cnn_core.errors import DataError
from cnn_core.exchange.safe.reading import Imported, Limits, Sent, check_sent
from cnn_core.exchange.weights import packed, weight_shapes
from cnn_core.language import Text
from cnn_core.settings import MIB

ROOT = Path(__file__).parents[3]
SECONDS = 20
"""Of a processor; a model of the largest size takes about two."""
PATIENCE = 300
"""Seconds on the clock: a busy machine is no fault of the file's."""


def read_apart(files: Sequence[Sent], limits: Limits, design: Network | None = None) -> Imported:
    """As `reading.read_model`, which a process of its own does; it ends when that takes too much memory or time.

    Raises DataError in words, whatever becomes of that process.
    """
    check_sent(files, limits)
    command = [sys.executable, "-m", "cnn_core.exchange.safe"]
    # The second: HDF5 shall look for no programs that a file may name as filters.
    env = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "HDF5_PLUGIN_PRELOAD": "::"}
    request = asked(files, limits, design)
    try:
        done = subprocess.run(command, input=request, capture_output=True, timeout=PATIENCE, cwd=ROOT, env=env)
    except subprocess.TimeoutExpired:
        raise _too_long() from None
    if done.returncode:
        ended = -done.returncode in (getattr(signal, "SIGXCPU", None), getattr(signal, "SIGKILL", None))
        raise _too_long() if ended else _unexpected()
    return _told(done.stdout)


def asked(files: Sequence[Sent], limits: Limits, design: Network | None) -> bytes:
    """What the reading process is sent."""
    head = {
        "names": [file.name for file in files],
        "sizes": [len(file.content) for file in files],
        "limits": vars(limits),
        "memory": memory(limits),
        "seconds": SECONDS,
        "design": design and design.model_dump(),
    }
    return b"".join([json.dumps(head).encode(), b"\n", *(file.content for file in files)])


def memory(limits: Limits) -> int:
    """Bytes that reading may take beside its code: the files, what is in them, the arrays, and the answer."""
    return 64 * MIB + 6 * limits.model


def answered(imported: Imported) -> bytes:
    """What the reading process answers."""
    head = {
        "network": imported.network.model_dump(),
        "pixels": imported.pixels,
        "notes": [note.plain() for note in imported.notes],
    }
    return json.dumps(head, default=Text.plain).encode() + b"\n" + packed(imported.arrays, "float32")


def _told(answer: bytes) -> Imported:
    line, _end, content = answer.partition(b"\n")
    head = json.loads(line or b"{}")
    if "error" in head:
        told: dict[str, Any] = {name: Text.of(plain) for name, plain in head["error"].items()}
        raise DataError(told.pop("what"), **told)
    if "network" not in head:
        raise _too_much() if "out_of_memory" in head else _unexpected()
    network = Network.from_plain(head["network"])
    shapes = weight_shapes(network.opened())
    sizes = [prod(shape) for shape in chain.from_iterable(shapes)]
    if len(content) != FLOAT_BYTES * sum(sizes):
        raise _unexpected()
    pieces = iter(np.split(np.frombuffer(content, np.float32), np.cumsum(sizes)))
    arrays = [[next(pieces).reshape(shape) for shape in of_layer] for of_layer in shapes]
    return Imported(network, arrays, head["pixels"], tuple(map(Text.of, head["notes"])))


def _too_long() -> DataError:
    received, expected = Text("more"), Text("at most {seconds} s of a processor", seconds=SECONDS)
    return DataError(Text("Reading this model takes too long"), expected=expected, received=received)


def _too_much() -> DataError:
    todo = Text("Send a smaller model, or one without the state of its optimizer.")
    return DataError(Text("Reading this model takes too much memory"), todo=todo)


def _unexpected() -> DataError:
    received = Text("something on which the process that reads it ended")
    return DataError(Text("This model cannot be read"), received=received)
