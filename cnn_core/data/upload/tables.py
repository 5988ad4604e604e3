"""Images as numbers: CSV rows of `label, pixel0, pixel1, ...` (the form Kaggle gives MNIST in), and .npz files.

Rows are read one by one with Python's csv module, and not with pandas: its parser takes as long as csv.reader (0.4 of
the time of `read_table`), 19 times `read_table` for very wide rows, and it does not say which rows it drops
(benchmarks/csv_reading.py).
"""

import csv
from collections.abc import Callable, Iterator
from io import TextIOWrapper
from itertools import chain
from math import isqrt
from pathlib import Path
from typing import cast

import numpy as np

from cnn_core.data.npz import MAX_SIDE, check_labels, read_headers, read_labels, read_names, read_pixels
from cnn_core.data.photos import is_colour
from cnn_core.data.upload.found import MAX_PICTURES, Found, Index, Sieve, class_name, too_many
from cnn_core.data.upload.pixels import Kept
from cnn_core.errors import DataError
from cnn_core.language import Text

FORM = Text("rows of label, pixel0, pixel1, ...: whole numbers from 0 to 255, a square image in grayscale or colour")
REPORT = 1000  # images between two reports of progress
MAX_VALUES = 3 * MAX_SIDE**2  # in a row
MAX_LINE = 8 * MAX_VALUES  # letters
MAX_BY_COLUMNS = 64 * 2**20  # bytes of an array that is stored column by column, so that no image is in one piece
_NUMBER = {str(number): number for number in range(256)}
_UNREADABLE = Text("This table can't be read")


def read_table(path: Path, keep: Kept, progress: Callable[[float], None]) -> tuple[Found, Index, tuple[int, int, int]]:
    """The images of a CSV, their index and shape; a header names the column `label`, without one it is the first.

    Raises:
        DataError: not such a table, or fewer than two classes with two images each.
    """
    sieve, total = Sieve(_line), path.stat().st_size
    with path.open("rb") as file:
        rows = _rows(TextIOWrapper(file, "utf-8-sig", "replace", newline=""))
        first = next(rows, None)
        if first is None:
            raise DataError(Text("This table is empty"), expected=FORM)
        headed, place = _head([cell.strip() for cell in first[1]])
        shape = _shape(len(first[1]) - 1)
        for done, (line, cells) in enumerate(rows if headed else chain([first], rows)):
            if done % REPORT == 0:
                progress(file.tell() / total)
            _take_row(sieve, keep, line, cells, place, shape)
    return *sieve.found(), shape


def read_npz(
    path: Path, max_bytes: int, keep: Kept, progress: Callable[[float], None]
) -> tuple[Found, Index, tuple[int, int, int]]:
    """The same for an .npz with x_train, y_train, x_test, y_test (and class_names): its own split is kept.

    Raises:
        DataError: not such a file, Python objects in it, or it unpacks to more than `max_bytes`.
    """
    name = Text("This file")
    headers = read_headers(path, name, max_bytes)
    train, *sides = headers["x_train"].shape
    total = train + headers["x_test"].shape[0]
    _check_form(headers, total)
    labels, tested = (read_labels(path, name, headers, key) for key in ("y_train", "y_test"))
    classes = check_labels(labels, tested, name)
    names = read_names(path, name, headers, classes) or tuple(map(str, range(classes)))
    sieve = Sieve(
        lambda place: (
            Text("train {number}", number=place) if place < train else Text("test {number}", number=place - train)
        )
    )
    shape = cast(tuple[int, int, int], (*sides, 1)[:3])
    labels = np.concatenate([labels, tested]).tolist()
    # Training first: an image that is in both is left out of the test set.
    parts = chain(read_pixels(path, name, headers, "x_train"), read_pixels(path, name, headers, "x_test"))
    for place, image in enumerate(chain.from_iterable(parts)):
        if place % REPORT == 0:
            progress(place / total)
        _take(sieve, keep, place, names[labels[place]], shape, image.tobytes(), test=place >= train)
    return *sieve.found(names, is_split=True), shape


def _check_form(headers: dict, total: int) -> None:
    if total > MAX_PICTURES:
        raise too_many(f"{total:,}")
    for key in ("x_train", "x_test"):
        if headers[key].by_columns and headers[key].values > MAX_BY_COLUMNS:
            raise DataError(
                Text("This file is stored column by column"),
                expected=Text("an array in C order"),
                received=Text("{name} in Fortran order", name=key),
                todo=Text("Save it again with {call}", call=f"numpy.ascontiguousarray({key})"),
            )


def _rows(text: TextIOWrapper) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, each with the number of its line."""
    separator = _separator(text)
    reader = csv.reader(_lines(text), delimiter=separator, skipinitialspace=True)
    try:
        for cells in reader:
            if len(cells) > 1 or (cells and cells[0].strip()):
                yield reader.line_num, cells
    except csv.Error as error:
        received = Text("a value without an end in line {number:,}", number=reader.line_num)
        todo = Text("Look for a quotation mark that is not closed")
        raise DataError(_UNREADABLE, expected=FORM, received=received, todo=todo) from error


def _separator(text: TextIOWrapper) -> str:
    """What separates the values in the first line that is not empty; `text` is at its beginning again afterwards."""
    first = next((line for line in _lines(text) if line.strip()), "")
    text.seek(0)
    return max(",;\t", key=first.count)


def _lines(text: TextIOWrapper) -> Iterator[str]:
    while line := text.readline(MAX_LINE):
        if len(line) == MAX_LINE:
            expected = Text("at most {most:,} values in a row", most=MAX_VALUES)
            received = Text("a line of {letters:,} letters or more", letters=MAX_LINE)
            raise DataError(_UNREADABLE, expected=expected, received=received)
        yield line


def _head(cells: list[str]) -> tuple[bool, int]:
    """Whether the first row is a header, and where the label is."""
    headed = len(cells) > 1 and not any(cell.isdigit() for cell in cells[1:])
    lower = [cell.lower() for cell in cells] if headed else []
    return headed, lower.index("label") if "label" in lower else 0


def _take_row(sieve: Sieve, keep: Kept, line: int, cells: list[str], place: int, shape: tuple[int, int, int]) -> None:
    wanted = shape[0] * shape[1] * shape[2] + 1
    if len(cells) != wanted:
        sieve.leave(_line(line), Text("{count:,} values instead of {wanted:,}", count=len(cells), wanted=wanted))
        return
    label = class_name(cells.pop(place))
    if not label:
        sieve.leave(_line(line), Text("no label"))
        return
    try:
        pixels = _numbers(cells)
    except ValueError:
        sieve.leave(_line(line), Text("a value that is no whole number from 0 to 255"))
        return
    _take(sieve, keep, line, label, shape, pixels)


def _take(
    sieve: Sieve, keep: Kept, place: int, label: str, shape: tuple[int, int, int], pixels: bytes, test: bool = False
) -> None:
    colour = shape[2] == 3 and is_colour(np.frombuffer(pixels, np.uint8).reshape(shape))
    if sieve.take(place, label, shape, pixels, colour=colour, test=test):
        keep.add(pixels)


def _line(number: int) -> Text:
    return Text("line {number}", number=number)


def _numbers(cells: list[str]) -> bytes:
    """One byte for each cell; ValueError for what is no whole number from 0 to 255."""
    try:
        return bytes(map(_NUMBER.__getitem__, cells))
    except KeyError:
        return bytes(map(_number, cells))


def _number(cell: str) -> int:
    digits = cell.strip()  # int() alone would take 1_0
    if len(digits) > 8 or not (digits.isascii() and digits.isdigit()):
        raise ValueError
    return int(digits)


def _shape(pixels: int) -> tuple[int, int, int]:
    """(H, W, C) of a square image with so many values."""
    for channels in (1, 3):
        side = isqrt(pixels // channels)
        if pixels == side * side * channels and 1 < side <= MAX_SIDE:
            return side, side, channels
    raise DataError(
        Text("This table has no square images"),
        expected=Text("{form}, such as 784 values for 28 × 28", form=FORM),
        received=Text("a first line with {columns:,} columns", columns=pixels + 1),
        todo=Text("Check that there is a label column, and that commas separate the values"),
    )
