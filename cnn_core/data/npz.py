"""Reads and checks ``<name>.npz`` files of labelled images, trusting nothing in them."""

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tokenize import TokenError
from typing import BinaryIO

import numpy as np
from numpy.lib import format as npy
from numpy.lib.npyio import NpzFile

from cnn_core.errors import DataError

KEYS = ("x_train", "y_train", "x_test", "y_test")
NAMES = "class_names"  # an array of text that a file may have besides: one name for each label from 0
MAX_BYTES = 4 * 2**30  # of all arrays together, known from their headers before any memory is asked for
MAX_SIDE = 1024
MAX_CLASSES = 1000
MAX_NAME = 80  # letters
_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
_UNREADABLE = (
    *(OSError, ValueError, TypeError, KeyError, EOFError, NotImplementedError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error, TokenError, MemoryError),
)


def read_shapes(source: Path | BinaryIO, name: str, max_bytes: int = MAX_BYTES) -> dict[str, tuple[int, ...]]:
    """The arrays' shapes from their headers alone; DataError unless they can be a data set of at most `max_bytes`."""
    try:
        with zipfile.ZipFile(source) as archive:
            headers = {key: _header(archive, key) for key in (*KEYS, NAMES) if f"{key}.npy" in archive.namelist()}
    except _UNREADABLE as error:
        raise _unreadable(name) from error
    _check_headers(headers, name, max_bytes)
    return {key: shape for key, (shape, _) in headers.items()}


def read_labels(path: Path) -> tuple[np.ndarray, tuple[str, ...]]:
    """The training labels, int64, (N,), and the names of the classes (none when the file has none)."""
    with _opened(path, path.name) as file:
        labels, names = file["y_train"], file.get(NAMES)
    labels = _labels(labels, "y_train", path.name)
    return labels, () if names is None else _names(names, int(labels.max()) + 1, path.name)


def read_arrays(source: Path | BinaryIO, name: str, max_bytes: int = MAX_BYTES) -> dict[str, np.ndarray]:
    """All arrays, checked: x uint8 (N, H, W, C), y int64 (N,), and `class_names` where the file has them."""
    shapes = read_shapes(source, name, max_bytes)
    with _opened(source, name) as file:
        arrays = {key: file[key] for key in shapes}
    return check_arrays(arrays, name)


def check_arrays(arrays: Mapping[str, np.ndarray], name: str) -> dict[str, np.ndarray]:
    """The same arrays as x uint8 (N, H, W, C) and y int64 (N,); DataError in words when they are no data set."""
    arrays = {key: np.asarray(arrays[key]) for key in (*KEYS, NAMES) if key in arrays}
    _check_headers({key: (array.shape, array.dtype) for key, array in arrays.items()}, name, MAX_BYTES)
    checked = {
        key: _pixels(array, key, name) if key.startswith("x") else _labels(array, key, name)
        for key, array in arrays.items()
        if key != NAMES
    }
    classes = int(checked["y_train"].max()) + 1
    if classes < 2:
        raise _wrong(name, "there is nothing to tell apart", "at least 2 classes", "only label 0")
    if checked["y_test"].max() >= classes:
        received = f"a test label of {checked['y_test'].max()}"
        raise _wrong(
            name, "the test images have a class that training never shows", f"labels 0 to {classes - 1}", received
        )
    if NAMES in arrays:
        checked[NAMES] = np.array(_names(arrays[NAMES], classes, name))
    return checked


@contextmanager
def _opened(source: Path | BinaryIO, name: str) -> Iterator[NpzFile]:
    if not isinstance(source, Path):
        source.seek(0)  # the headers were read from it
    # Arrays are unpacked only when they are asked for, so the body of the with statement can fail in the same ways.
    try:
        with np.load(source, allow_pickle=False) as file:
            yield file
    except _UNREADABLE as error:
        raise _unreadable(name) from error


def _header(archive: zipfile.ZipFile, key: str) -> tuple[tuple[int, ...], np.dtype]:
    with archive.open(f"{key}.npy") as file:
        shape, _, dtype = _HEADERS[npy.read_magic(file)](file)
    return shape, dtype


def _check_headers(headers: Mapping[str, tuple[tuple[int, ...], np.dtype]], name: str, max_bytes: int) -> None:
    missing = [key for key in KEYS if key not in headers]
    if missing:
        raise _wrong(name, "arrays are missing", "the arrays " + ", ".join(KEYS), "no " + ", ".join(missing))
    shapes = {key: shape for key, (shape, _) in headers.items()}
    for key, (shape, dtype) in headers.items():
        _check_header(key, shape, dtype, name)
    for part in ("train", "test"):
        images, labels = shapes[f"x_{part}"][0], shapes[f"y_{part}"][0]
        if images != labels:
            raise _wrong(
                name, "each image needs one label", f"as many {part} labels as images", f"{images} and {labels}"
            )
    if shapes["x_train"][1:] != shapes["x_test"][1:]:
        received = f"{shapes['x_train'][1:]} and {shapes['x_test'][1:]}"
        raise _wrong(name, "training and test images differ in shape", "one shape for both", received)
    if sum(int(np.prod(shape, dtype=object)) * dtype.itemsize for shape, dtype in headers.values()) > max_bytes:
        raise _wrong(name, "it is too large", f"at most {max_bytes / 2**30:.3g} GiB unpacked", "more")


def _check_header(key: str, shape: tuple[int, ...], dtype: np.dtype, name: str) -> None:
    received = f"{dtype} of shape {shape}"
    if key.startswith("x"):
        good = (
            len(shape) in (3, 4) and all(1 <= side <= MAX_SIDE for side in shape[1:3]) and shape[3:] in ((), (1,), (3,))
        )
        expected = f"uint8 of shape (N, H, W), (N, H, W, 1) or (N, H, W, 3), sides up to {MAX_SIDE}"
    elif key == NAMES:
        good = len(shape) == 1
        expected = "text of shape (classes,)"
    else:
        good = len(shape) == 1 or (len(shape) == 2 and shape[1] == 1)
        expected = "whole numbers of shape (N,)"
    if not good or dtype.kind not in ("U" if key == NAMES else "iu"):
        raise _wrong(name, f"{key} has the wrong form", expected, received)
    if shape[0] < 1:
        raise _wrong(name, f"{key} is empty", "at least one", "none")


def _pixels(array: np.ndarray, key: str, name: str) -> np.ndarray:
    if array.dtype != np.uint8 and (array.min() < 0 or array.max() > 255):
        raise _wrong(name, f"{key} is out of range", "pixels from 0 to 255", f"{array.min()} to {array.max()}")
    return array.astype(np.uint8, copy=False).reshape(*array.shape[:3], -1)


def _labels(array: np.ndarray, key: str, name: str) -> np.ndarray:
    low, high = int(array.min()), int(array.max())
    if low < 0 or high >= MAX_CLASSES:
        raise _wrong(name, f"{key} is out of range", f"labels from 0 to {MAX_CLASSES - 1}", f"{low} to {high}")
    return array.astype(np.int64).reshape(-1)


def _names(array: np.ndarray, classes: int, name: str) -> tuple[str, ...]:
    names = tuple(text.strip()[:MAX_NAME] for text in array.tolist())
    if len(names) != classes or len(set(names)) != classes or not all(text.isprintable() and text for text in names):
        raise _wrong(name, f"{NAMES} is wrong", f"{classes} different names, for labels from 0", repr(names)[:200])
    return names


def _wrong(name: str, what: str, expected: str, received: str) -> DataError:
    return DataError(
        f"{name} can't be used: {what}.", expected=expected, received=received, todo="Save it again that way."
    )


def _unreadable(name: str) -> DataError:
    expected = f"a file written by numpy.savez with {', '.join(KEYS)}, no Python objects in it"
    return DataError(f"{name} can't be read.", expected=expected, received="a damaged file or one of another kind")
