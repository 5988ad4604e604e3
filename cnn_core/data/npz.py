"""Reads, checks and writes ``<name>.npz`` files of labelled images, trusting nothing in them.

Pixels are read and written some rows at a time: beside the uint8 pixels themselves that takes a few MiB, whatever kind
of whole numbers a file holds.
"""

import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tokenize import TokenError
from typing import IO, NamedTuple

import numpy as np
from numpy.lib import format as npy

from cnn_core.errors import DataError, Words
from cnn_core.language import Text

KEYS = ("x_train", "y_train", "x_test", "y_test")
NAMES = "class_names"  # an array of text that a file may have besides: one name for each label from 0
MAX_BYTES = 4 * 2**30  # of all arrays together, known from their headers before any memory is asked for
MAX_SIDE = 1024
MAX_CLASSES = 1000
MAX_NAME = 80  # letters that are kept
MAX_TEXT = 1000  # letters that a name may have in the file
BLOCK = 4 * 2**20  # bytes of a file that are in memory at once
_LONGEST_HEADER = 70_000  # bytes: numpy writes some hundred, but may be told of gigabytes
_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
_UNREADABLE = (
    *(OSError, ValueError, TypeError, KeyError, EOFError, NotImplementedError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error, TokenError),
)


class Header(NamedTuple):
    """What an array says of itself; `start` is where its values begin, bytes."""

    shape: tuple[int, ...]
    by_columns: bool
    dtype: np.dtype
    start: int = 0

    @property
    def values(self) -> int:
        """How many values there are."""
        return int(np.prod(self.shape, dtype=object))


@dataclass(frozen=True)
class Rows:
    """Images on their way into a file, never all in memory: uint8 of `shape`, in parts that follow each other."""

    shape: tuple[int, ...]
    parts: Iterable[np.ndarray]


def read_headers(path: Path, name: Words, max_bytes: int = MAX_BYTES) -> dict[str, Header]:
    """What the arrays say of themselves; DataError unless they can be a data set of at most `max_bytes`."""
    with _opened(path, name) as archive:
        there = archive.namelist()
        headers = {key: _header(archive, key) for key in (*KEYS, NAMES) if f"{key}.npy" in there}
    _check_headers(headers, name, max_bytes)
    return headers


def read_labels(path: Path, name: Words, headers: Mapping[str, Header], key: str = "y_train") -> np.ndarray:
    """The labels `key`, int64, (N,)."""
    return _labels(_values(path, name, headers, key), key, name)


def read_names(path: Path, name: Words, headers: Mapping[str, Header], classes: int) -> tuple[str, ...]:
    """The names of the classes; none when the file has none."""
    return _names(_values(path, name, headers, NAMES), classes, name) if NAMES in headers else ()


def read_pixels(path: Path, name: Words, headers: Mapping[str, Header], key: str) -> Iterator[np.ndarray]:
    """The images `key` as uint8, (n, H, W, C), some at a time."""
    header = headers[key]
    with _opened(path, name) as archive, archive.open(f"{key}.npy") as file:
        if header.by_columns:
            yield _turned(file, header, key, name)
            return
        sides = header.shape[1:]
        for values in _blocks(file, header, int(np.prod(sides))):
            yield _pixels(values.reshape(-1, *sides), key, name)


def read_arrays(path: Path, name: Words, max_bytes: int = MAX_BYTES) -> dict[str, np.ndarray]:
    """All arrays, checked: x uint8 (N, H, W, C), y int64 (N,), and `class_names` where the file has them."""
    headers = read_headers(path, name, max_bytes)
    arrays = {
        key: _whole(path, name, headers, key) if key.startswith("x") else _values(path, name, headers, key)
        for key in headers
    }
    return check_arrays(arrays, name)


def check_arrays(arrays: Mapping[str, np.ndarray], name: Words) -> dict[str, np.ndarray]:
    """The same arrays as x uint8 (N, H, W, C) and y int64 (N,); DataError in words when they are no data set."""
    arrays = {key: np.asarray(arrays[key]) for key in (*KEYS, NAMES) if key in arrays}
    _check_headers({key: Header(array.shape, False, array.dtype) for key, array in arrays.items()}, name, MAX_BYTES)
    checked = {
        key: _pixels(array, key, name) if key.startswith("x") else _labels(array, key, name)
        for key, array in arrays.items()
        if key != NAMES
    }
    classes = check_labels(checked["y_train"], checked["y_test"], name)
    if NAMES in arrays:
        checked[NAMES] = np.array(_names(arrays[NAMES], classes, name))
    return checked


def check_labels(train: np.ndarray, test: np.ndarray, name: Words) -> int:
    """How many classes there are; DataError when it is one, or when the test labels have more."""
    classes = int(train.max()) + 1
    if classes < 2:
        problem = Text("there is nothing to tell apart")
        raise _wrong(name, problem, Text("at least 2 classes"), Text("only label 0"))
    if test.max() >= classes:
        problem = Text("the test images have a class that training never shows")
        expected = Text("labels from {low} to {high}", low=0, high=classes - 1)
        raise _wrong(name, problem, expected, Text("a test label of {label}", label=int(test.max())))
    return classes


def write_arrays(file: IO[bytes], arrays: Mapping[str, np.ndarray | Rows]) -> None:
    """Writes a compressed .npz, as numpy.savez_compressed does, but of images only a few at a time."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for key, array in arrays.items():
            with archive.open(f"{key}.npy", "w", force_zip64=True) as member:
                if isinstance(array, Rows):
                    header = {"descr": "|u1", "fortran_order": False, "shape": array.shape}
                    npy.write_array_header_1_0(member, header)
                    for part in array.parts:
                        member.write(part.tobytes())
                else:
                    npy.write_array(member, np.asarray(array), allow_pickle=False)


@contextmanager
def _opened(path: Path, name: Words) -> Iterator[zipfile.ZipFile]:
    # Arrays are unpacked only when they are asked for, so the body of the with statement can fail in the same ways.
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except _UNREADABLE as error:
        raise DataError(
            Text("{file} can't be read", file=name),
            expected=Text("a file written by numpy.savez with {keys}, no Python objects in it", keys=", ".join(KEYS)),
            received=Text("a damaged file or one of another kind"),
        ) from error
    except MemoryError as error:
        todo = Text("Save fewer or smaller images")
        raise DataError(Text("{file} needs more memory than there is", file=name), todo=todo) from error


def _header(archive: zipfile.ZipFile, key: str) -> Header:
    with archive.open(f"{key}.npy") as file:
        start = BytesIO(file.read(_LONGEST_HEADER))
    try:
        shape, by_columns, dtype = _HEADERS[npy.read_magic(start)](start)
    except MemoryError as error:  # so Python 3.12's parser calls a text that is nested too deeply
        raise ValueError from error
    return Header(shape, by_columns, dtype, start.tell())


def _blocks(file: IO[bytes], header: Header, unit: int) -> Iterator[np.ndarray]:
    """The array's values as they follow each other in the file, a whole number of `unit` values at a time."""
    file.read(header.start)
    left, size = header.values, header.dtype.itemsize
    step = max(1, BLOCK // max(1, unit * size)) * unit
    while left:
        content = file.read(min(step, left) * size)
        values = np.frombuffer(content, header.dtype)  # ValueError for half a value
        if not values.size or (values.size != step and values.size != left):
            raise EOFError
        left -= values.size
        yield values
    file.read(1)  # the checksum is compared at the end


def _turned(file: IO[bytes], header: Header, key: str, name: Words) -> np.ndarray:
    """The images of an array that is stored column by column; they can only be had all at once."""
    flat, at = np.empty(header.values, np.uint8), 0
    for values in _blocks(file, header, 1):
        flat[at : at + values.size] = _in_range(values, key, name)
        at += values.size
    return _channelled(flat.reshape(header.shape[::-1]).T)


def _whole(path: Path, name: Words, headers: Mapping[str, Header], key: str) -> np.ndarray:
    count, height, width, *channels = headers[key].shape
    images, at = np.empty((count, height, width, *(channels or (1,))), np.uint8), 0
    for part in read_pixels(path, name, headers, key):
        images[at : at + len(part)] = part
        at += len(part)
    return images


def _values(path: Path, name: Words, headers: Mapping[str, Header], key: str) -> np.ndarray:
    """Labels or names, all at once."""
    header = headers[key]
    with _opened(path, name) as archive, archive.open(f"{key}.npy") as file:
        values = np.concatenate(list(_blocks(file, header, 1)))
    return values.reshape(header.shape)  # (N,) or (N, 1): by rows or by columns is the same


def _check_headers(headers: Mapping[str, Header], name: Words, max_bytes: int) -> None:
    if missing := [key for key in KEYS if key not in headers]:
        expected = Text("the arrays {keys}", keys=", ".join(KEYS))
        raise _wrong(name, Text("arrays are missing"), expected, Text("no {keys}", keys=", ".join(missing)))
    shapes = {key: header.shape for key, header in headers.items()}
    for key, header in headers.items():
        _check_header(key, header.shape, header.dtype, name)
    for part in ("train", "test"):
        images, labels = shapes[f"x_{part}"][0], shapes[f"y_{part}"][0]
        if images != labels:
            keys = {"x": f"x_{part}", "y": f"y_{part}"}
            received = Text(
                "{images:,} images and {labels:,} labels in {x} and {y}", images=images, labels=labels, **keys
            )
            raise _wrong(name, Text("each image needs one label"), Text("as many labels as images"), received)
    if shapes["x_train"][1:] != shapes["x_test"][1:]:
        problem = Text("training and test images differ in shape")
        received = Text("{one} and {other}", one=str(shapes["x_train"][1:]), other=str(shapes["x_test"][1:]))
        raise _wrong(name, problem, Text("one shape for both"), received)
    if sum(header.values * header.dtype.itemsize for header in headers.values()) > max_bytes:
        expected = Text("at most {size:.3g} GiB unpacked", size=max_bytes / 2**30)
        raise _wrong(name, Text("it is too large"), expected, Text("more"))


def _check_header(key: str, shape: tuple[int, ...], dtype: np.dtype, name: Words) -> None:
    if key.startswith("x"):
        good = (
            len(shape) in (3, 4) and all(1 <= side <= MAX_SIDE for side in shape[1:3]) and shape[3:] in ((), (1,), (3,))
        )
        expected = Text("uint8 of shape (N, H, W), (N, H, W, 1) or (N, H, W, 3), sides up to {side}", side=MAX_SIDE)
    elif key == NAMES:
        good = len(shape) == 1 and shape[0] <= MAX_CLASSES and dtype.itemsize <= 4 * MAX_TEXT
        expected = Text(
            "text of shape (classes,), at most {count:,} names of at most {letters:,} letters",
            count=MAX_CLASSES,
            letters=MAX_TEXT,
        )
    else:
        good = len(shape) == 1 or (len(shape) == 2 and shape[1] == 1)
        expected = Text("whole numbers of shape (N,)")
    if not good or dtype.kind not in ("U" if key == NAMES else "iu"):
        received = Text("{dtype} of shape {shape}", dtype=str(dtype), shape=str(shape))
        raise _wrong(name, Text("{array} has the wrong form", array=key), expected, received)
    if shape[0] < 1:
        raise _wrong(name, Text("{array} is empty", array=key), Text("at least one"), Text("none"))


def _pixels(array: np.ndarray, key: str, name: Words) -> np.ndarray:
    return _channelled(_in_range(array, key, name))


def _in_range(array: np.ndarray, key: str, name: Words) -> np.ndarray:
    if array.dtype != np.uint8 and (array.min() < 0 or array.max() > 255):
        expected = Text("pixels from {low} to {high}", low=0, high=255)
        raise _out_of_range(name, key, expected, int(array.min()), int(array.max()))
    return array.astype(np.uint8, copy=False)


def _channelled(array: np.ndarray) -> np.ndarray:
    """(N, H, W) as (N, H, W, 1); (N, H, W, C) as it is."""
    return array if array.ndim == 4 else array[..., np.newaxis]


def _labels(array: np.ndarray, key: str, name: Words) -> np.ndarray:
    low, high = int(array.min()), int(array.max())
    if low < 0 or high >= MAX_CLASSES:
        expected = Text("labels from {low} to {high}", low=0, high=MAX_CLASSES - 1)
        raise _out_of_range(name, key, expected, low, high)
    return array.astype(np.int64).reshape(-1)


def _names(array: np.ndarray, classes: int, name: Words) -> tuple[str, ...]:
    names = tuple(text.strip()[:MAX_NAME] for text in array.tolist())
    if len(names) != classes or len(set(names)) != classes or not all(text.isprintable() and text for text in names):
        expected = Text("{count} different names, for the labels from 0", count=classes)
        raise _wrong(name, Text("{array} is wrong", array=NAMES), expected, repr(names)[:200])
    return names


def _out_of_range(name: Words, key: str, expected: Text, low: int, high: int) -> DataError:
    problem = Text("{array} is out of range", array=key)
    return _wrong(name, problem, expected, Text("{low} to {high}", low=low, high=high))


def _wrong(name: Words, problem: Text, expected: Text, received: Words) -> DataError:
    what = Text("{file} can't be used: {problem}", file=name, problem=problem)
    return DataError(what, expected=expected, received=received, todo=Text("Save it again that way"))
