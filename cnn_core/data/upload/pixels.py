"""The images of an upload: kept as plain bytes on disk while it is read, and had back one by one."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from cnn_core.errors import DataError
from cnn_core.language import Text

SPARE = 2**29  # bytes of the disk that uploads never take: runs are written there too
_CHECKED = 2**26  # bytes between two looks at the disk


class Kept:
    """A file of uint8 images of one shape, (H, W, C), one after the other."""

    def __init__(self, path: Path):
        self._path, self._size = path, 0

    def add(self, pixels: bytes) -> None:
        """Append one image; DataError when the disk is nearly full."""
        if self._size % _CHECKED < len(pixels):
            check_room(self._path.parent, _CHECKED)
        self._size += len(pixels)
        self._file.write(pixels)

    def __enter__(self) -> "Kept":
        self._file = self._path.open("wb")
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()


@contextmanager
def kept(path: Path, shape: tuple[int, int, int]) -> Iterator[Callable[[int], np.ndarray]]:
    """Gives what reads the image of a number from the file that `Kept` wrote."""
    size = int(np.prod(shape))
    with path.open("rb") as file:

        def read(number: int) -> np.ndarray:
            file.seek(number * size)
            return np.frombuffer(file.read(size), np.uint8).reshape(shape)

        yield read


def check_room(folder: Path, wanted: int) -> None:
    """Raises DataError unless the disk has `wanted` bytes more than what is left alone."""
    if shutil.disk_usage(folder).free < wanted + SPARE:
        todo = Text("Ask whoever runs this server to make room on it")
        raise DataError(Text("The server's disk is nearly full"), todo=todo)
