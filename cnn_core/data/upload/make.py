"""From what was found in an upload to a data set: images at one size, split, written a few at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnn_core.data.datasets import stratified_split
from cnn_core.data.npz import MAX_SIDE, Rows, write_arrays
from cnn_core.data.photos import fitted
from cnn_core.data.upload.found import LEAST_SIDE, Found, Index
from cnn_core.design.arithmetic import sides
from cnn_core.errors import DataError
from cnn_core.language import Text

MAX_ARRAY_BYTES = 2**30  # of all images at the chosen size
REPORT = 20  # images between two reports of progress


@dataclass(frozen=True)
class Choice:
    """How to work with the images.

    Args:
        size: (height, width) to work at, px.
        colour: three channels, else one.
        test_share: of each class, at least one image; not used when the file itself says what the test set is.
    """

    size: tuple[int, int]
    colour: bool
    test_share: float
    seed: int = 0

    @property
    def shape(self) -> tuple[int, int, int]:
        """(H, W, C) of an image in the data set."""
        return (*self.size, 3 if self.colour else 1)

    def bytes(self, images: int) -> int:
        """What so many of them take in memory."""
        return images * int(np.prod(self.shape))


def make(
    found: Found,
    index: Index,
    read: Callable[[int], np.ndarray],
    choice: Choice,
    path: Path,
    progress: Callable[[float], None],
) -> None:
    """Writes the data set to `path`, an .npz as `Catalogue.load` takes it.

    Args:
        read: gives the pixels of the image in a row of `index`, uint8 (H, W, 1) or (H, W, 3).
        progress: gets the fraction (0 to 1) that is done.
    """
    check(found, choice)
    train, test = split(found, index, choice)
    # Files list class after class: the first n training images shall show all classes.
    train = np.random.default_rng(choice.seed).permutation(train)
    done = _fitted(np.concatenate([train, test]), read, choice.shape, progress)
    arrays = {
        "x_train": Rows((len(train), *choice.shape), (next(done) for _ in train)),
        "x_test": Rows((len(test), *choice.shape), done),
        "y_train": index.labels[train],
        "y_test": index.labels[test],
        "class_names": np.array(found.class_names),
    }
    with path.open("wb") as file:
        write_arrays(file, arrays)


def check(found: Found, choice: Choice) -> None:
    """Raises DataError when so many images can't be worked with at that size."""
    needed = choice.bytes(found.pictures)
    if min(choice.size) < LEAST_SIDE or max(choice.size) > MAX_SIDE or needed > MAX_ARRAY_BYTES:
        raise DataError(
            Text("The images can't be made this size"),
            expected=Text(
                "sides from {low} to {high} px, at most {most:,} MiB in all",
                low=LEAST_SIDE,
                high=MAX_SIDE,
                most=MAX_ARRAY_BYTES // 2**20,
            ),
            received=Text("{sides} px, {size:,.0f} MiB in all", sides=sides(choice.size), size=needed / 2**20),
        )


def split(found: Found, index: Index, choice: Choice) -> tuple[np.ndarray, np.ndarray]:
    """(training, test) rows: those of the file, or stratified with at least one image of each class in both."""
    if found.is_split:
        return np.flatnonzero(~index.test), np.flatnonzero(index.test)
    labels = index.labels
    train, test = stratified_split(labels, choice.test_share, choice.seed)
    lacking = np.setdiff1d(labels, labels[test])
    moved = [train[np.flatnonzero(labels[train] == label)[0]] for label in lacking]
    return np.setdiff1d(train, moved), np.union1d(test, moved).astype(int)


def _fitted(
    rows: np.ndarray,
    read: Callable[[int], np.ndarray],
    shape: tuple[int, int, int],
    progress: Callable[[float], None],
) -> Iterator[np.ndarray]:
    for number, row in enumerate(rows.tolist()):
        if number % REPORT == 0:
            progress(number / len(rows))
        yield fitted(read(row), shape)
