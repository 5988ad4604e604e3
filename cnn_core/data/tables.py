"""Pictures as numbers: CSV rows of `label, pixel0, pixel1, ...` (the form Kaggle gives MNIST in), and .npz files."""

from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO
from math import isqrt

import numpy as np

from cnn_core.data.found import Found, Item, Sieve, class_name
from cnn_core.data.npz import MAX_SIDE, NAMES, read_arrays
from cnn_core.data.photos import is_colour
from cnn_core.errors import DataError

FORM = "rows of label, pixel0, pixel1, ...: whole numbers from 0 to 255, a square picture in grayscale or colour"
REPORT_ROWS = 1000


def read_table(data: bytes, progress: Callable[[float], None] = lambda share: None) -> Found:
    """The pictures of a CSV; a header names the column `label`, without one it is the first.

    Raises:
        DataError: not such a table, or fewer than two classes with two pictures each.
    """
    lines = data.removeprefix(b"\xef\xbb\xbf").splitlines()
    rows = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not rows:
        raise DataError("This table is empty.", expected=FORM)
    separator = max((b",", b";", b"\t"), key=rows[0][1].count)
    first = [_bare(cell) for cell in rows[0][1].split(separator)]
    headed = len(first) > 1 and not any(cell.isdigit() for cell in first[1:])
    place = [cell.lower() for cell in first].index(b"label") if headed and b"label" in map(bytes.lower, first) else 0
    shape = _shape(len(first) - 1)
    sieve = Sieve()
    for done, (number, line) in enumerate(rows[headed:]):
        if done % REPORT_ROWS == 0:
            progress(done / len(rows))
        _take_row(sieve, f"line {number}", line.split(separator), place, shape)
    return sieve.found()


def read_npz(data: bytes, max_bytes: int, progress: Callable[[float], None] = lambda share: None) -> Found:
    """The pictures of an .npz with x_train, y_train, x_test, y_test (and class_names): its own split is kept.

    Raises:
        DataError: not such a file, Python objects in it, or it unpacks to more than `max_bytes`.
    """
    arrays = read_arrays(BytesIO(data), "This file", max_bytes)
    labels = max(int(arrays["y_train"].max()), 1) + 1
    names = tuple(arrays[NAMES].tolist()) if NAMES in arrays else tuple(map(str, range(labels)))
    sieve = Sieve()
    for part in ("train", "test"):  # training first: a picture that is in both is left out of the test set
        images = arrays[f"x_{part}"]
        for index, (image, label) in enumerate(zip(images, arrays[f"y_{part}"], strict=True)):
            if index % REPORT_ROWS == 0:
                progress(index / len(images))
            sieve.take(_item(f"{part} {index}", names[label], image, part == "test"), image)
    return sieve.found(names)


def _take_row(sieve: Sieve, name: str, cells: list[bytes], place: int, shape: tuple[int, int, int]) -> None:
    wanted = int(np.prod(shape)) + 1
    if len(cells) != wanted:
        sieve.leave(name, f"{len(cells):,} values instead of {wanted:,}")
        return
    label = class_name(_bare(cells.pop(place)).decode("utf-8", "replace"))
    if not label:
        sieve.leave(name, "no label")
        return
    try:
        pixels = np.frombuffer(bytes(_numbers(cells)), np.uint8).reshape(shape)
    except ValueError:
        sieve.leave(name, "a value that is no whole number from 0 to 255")
        return
    sieve.take(_item(name, label, pixels), pixels)


def _numbers(cells: list[bytes]) -> Iterator[int]:
    """bytes() raises ValueError for what is not 0 to 255, int() for what is no number; int() alone would take 1_0."""
    for cell in cells:
        if len(cell) > 8 or b"_" in cell:
            raise ValueError
        yield int(cell)


def _item(name: str, label: str, pixels: np.ndarray, test: bool | None = None) -> Item:
    colour = pixels.shape[2] == 3 and is_colour(pixels)
    return Item(name, label, pixels.shape[:2], colour, partial(np.asarray, pixels), test)


def _shape(pixels: int) -> tuple[int, int, int]:
    """(H, W, C) of a square picture with so many values."""
    for channels in (1, 3):
        side = isqrt(pixels // channels)
        if pixels == side * side * channels and 1 < side <= MAX_SIDE:
            return side, side, channels
    raise DataError(
        "This table has no square pictures.",
        expected=FORM + ", such as 784 values for 28 × 28",
        received=f"a first line with {pixels + 1:,} columns",
        todo="Check that there is a label column, and that commas separate the values.",
    )


def _bare(cell: bytes) -> bytes:
    return cell.strip().strip(b'"').strip()
