"""What reads an upload, in a process of its own: `python -m cnn_core.data.upload.reader REQUEST`.

It is told in JSON what to do and answers in lines of JSON. It ends when it needs too much memory, or when the process
that started it has ended; its files are in the folder that it was given, and nowhere else.
"""

import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import numpy as np

from cnn_core.data.upload.archives import Budget, images, read_archive
from cnn_core.data.upload.found import Found, Index
from cnn_core.data.upload.make import Choice
from cnn_core.data.upload.make import make as make_dataset
from cnn_core.data.upload.memory import limit_memory
from cnn_core.data.upload.pixels import Kept, kept
from cnn_core.data.upload.tables import read_npz, read_table
from cnn_core.errors import StudioError
from cnn_core.language import Text

BETWEEN = 0.2  # s between two reports of progress
FOUND, INDEX, PIXELS = "found.json", "index.npz", "pixels"


def look(
    file: Path,
    kind: str,
    folder: Path,
    *,
    max_unpacked_bytes: int,
    max_image_pixels: int,
    progress: Callable[[float], None] = lambda fraction: None,
) -> Found:
    """What is in the file; `folder` gets all that `make` needs besides.

    Args:
        kind: zip, csv or npz.
        progress: gets the fraction (0 to 1) that is read.

    Raises:
        DataError: the file is not what its name says, or no data set.
    """
    shape: tuple[int, ...] = ()
    if kind == "zip":
        found, index = read_archive(file, Budget(max_unpacked_bytes, max_image_pixels), progress)
    else:
        with Kept(folder / PIXELS) as keep:
            if kind == "csv":
                found, index, shape = read_table(file, keep, progress)
            else:
                found, index, shape = read_npz(file, max_unpacked_bytes, keep, progress)
    np.savez(folder / INDEX, **vars(index), shape=np.array(shape, int))
    found.save(folder / FOUND)
    return found


def make(
    file: Path,
    folder: Path,
    made: Path,
    choice: Choice,
    *,
    max_image_pixels: int,
    progress: Callable[[float], None] = lambda fraction: None,
) -> None:
    """Writes the data set of what `look` left in `folder` to the file `made`."""
    with np.load(folder / INDEX) as kept_index:
        told = dict(kept_index)
    shape, index = told.pop("shape").tolist(), Index(**told)
    with ExitStack() as stack:
        if shape:
            one, places = stack.enter_context(kept(folder / PIXELS, tuple(shape))), index.numbers
        else:
            one, places = stack.enter_context(images(file, max_image_pixels)), index.places
        make_dataset(
            Found.load(folder / FOUND), index, lambda row: one(int(places[row])), choice, made, progress=progress
        )


def main() -> None:
    """Do what the request says, and tell how far it is and how it ended."""
    request = json.loads(sys.argv[1])
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(10)  # pages come first
    limit_memory(request.pop("max_reading_bytes"))
    _tell(ready=True)
    try:
        _obey(**request)
    except StudioError as error:
        _tell(error=vars(error))  # texts travel as message and values: their reader's language is not known here
    except MemoryError:
        _tell(out_of_memory=True)
    except Exception:
        traceback.print_exc()  # into the server's log
        sys.exit(1)
    else:
        _tell(done=True)


def _obey(do: str, file: str, folder: str, max_unpacked_bytes: int, max_image_pixels: int, **more: Any) -> None:
    limits: dict[str, Any] = {"max_image_pixels": max_image_pixels, "progress": _Reports()}
    if do == "look":
        look(Path(file), more["kind"], Path(folder), max_unpacked_bytes=max_unpacked_bytes, **limits)
    else:
        choice = Choice(**more["choice"] | {"size": tuple(more["choice"]["size"])})
        make(Path(file), Path(folder), Path(more["made"]), choice, **limits)


class _Reports:
    """Tells how far the work is, a few times a second."""

    def __init__(self) -> None:
        self._next = 0.0

    def __call__(self, fraction: float) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + BETWEEN
            _tell(progress=fraction)


def _tell(**message: object) -> None:
    print(json.dumps(message, default=Text.plain), flush=True)


def _end_with_parent() -> None:
    with suppress(OSError):
        os.read(sys.stdin.fileno(), 1)  # nothing is ever sent: it returns when the other end is gone
    os._exit(1)


if __name__ == "__main__":
    main()
