"""What was found in an uploaded file, and how it becomes a data set."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np

from cnn_core.data.datasets import OWN, stratified_split
from cnn_core.data.npz import MAX_CLASSES, MAX_NAME, MAX_SIDE
from cnn_core.data.photos import fitted
from cnn_core.errors import DataError

LEAST = 2  # pictures of a class: one to learn from, one to be tested on
LEAST_SIDE = 8  # px
REPORT = 20  # pictures between two reports of progress
MAX_PIXELS = 2 * 10**9  # of all pictures of a file: about a minute of decoding
MAX_ARRAY_BYTES = 2**30  # of all pictures at the chosen size


@dataclass(frozen=True)
class LeftOut:
    """Something in the file that is not taken, and why."""

    what: str
    why: str


@dataclass(frozen=True, eq=False)
class Item:
    """One picture of the file.

    Args:
        size: (height, width) of the picture, px.
        test: whether the file itself puts it into the test set; None when it does not say.
        read: gives its pixels, uint8 (H, W, 1) or (H, W, 3).
    """

    name: str
    label: str
    size: tuple[int, int]
    colour: bool
    read: Callable[[], np.ndarray]
    test: bool | None = None


@dataclass(frozen=True, eq=False)
class Found:
    """All usable pictures of a file; ``class_names`` in the order of the labels."""

    items: tuple[Item, ...]
    class_names: tuple[str, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def labels(self) -> np.ndarray:
        """(N,) int64: an index into ``class_names`` for each item."""
        index = {name: number for number, name in enumerate(self.class_names)}
        return np.array([index[item.label] for item in self.items], np.int64)

    @property
    def sizes(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """The smallest and the largest (height, width), by area."""
        ordered = sorted((item.size for item in self.items), key=lambda size: size[0] * size[1])
        return ordered[0], ordered[-1]

    @property
    def uniform(self) -> tuple[int, int] | None:
        """(height, width) when all pictures have the same size and it can be worked at as it is."""
        smallest, largest = self.sizes
        same = all(item.size == smallest for item in self.items)
        return smallest if same and smallest == largest and max(smallest) <= MAX_SIDE else None

    @property
    def colour(self) -> int:
        """How many pictures are in colour."""
        return sum(item.colour for item in self.items)

    @property
    def is_split(self) -> bool:
        """Whether the file itself says what the test set is."""
        return self.items[0].test is not None


@dataclass
class Budget:
    """What a file may still unpack to in all: bytes, and pixels; and the most pixels of one picture."""

    bytes: int
    picture_pixels: int
    pixels: int = MAX_PIXELS


@dataclass
class Sieve:
    """Takes the pictures of a file one by one and keeps back exact duplicates."""

    items: list[Item] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    seen: dict[bytes, Item] = field(default_factory=dict)

    def leave(self, what: str, why: str) -> None:
        """Note what is not taken."""
        self.left_out.append(LeftOut(printable(what), why))

    def take(self, item: Item, pixels: np.ndarray) -> None:
        """Keep `item` unless its pixels were there before."""
        key = blake2b(repr(pixels.shape).encode() + pixels.tobytes(), digest_size=16).digest()
        first = self.seen.setdefault(key, item)
        if first is item:
            self.items.append(item)
        elif first.label != item.label:
            self.leave(item.name, f"the same picture as {first.name}, which is {first.label} and not {item.label}")
        else:
            where = " in the training set" if item.test and not first.test else ""
            self.leave(item.name, f"the same picture as {first.name}{where}")

    def found(self, names: Iterable[str] | None = None) -> Found:
        """What remains, without classes that are too small; DataError when that is no data set.

        Args:
            names: the classes in their order; by default all labels, numbers in order of size.
        """
        counted = Counter(item.label for item in self.items)
        counts = {name: counted[name] for name in names or sorted(counted, key=_order)}
        for name, count in counts.items():
            if count < LEAST:
                self.leave(f"class {name}", f"{_pictures(count)}: one is needed to learn from and one to be tested on")
        kept = tuple(name for name, count in counts.items() if count >= LEAST)
        items = tuple(item for item in self.items if item.label in set(kept))
        _check_classes(kept, items, self.left_out)
        return Found(items, kept, tuple(self.left_out))


def arrays(
    found: Found,
    size: tuple[int, int],
    *,
    colour: bool,
    test_share: float,
    seed: int = 0,
    progress: Callable[[float], None] = lambda share: None,
) -> dict[str, np.ndarray]:
    """Reads all pictures at one size and splits them, stratified: what `Catalogue.save` takes.

    Args:
        size: (height, width) to work at, px.
        colour: three channels, else one.
        test_share: of each class, at least one picture; not used when the file itself says what the test set is.
        progress: gets the share (0 to 1) that is done.
    """
    shape = (*size, 3 if colour else 1)
    needed = len(found.items) * int(np.prod(shape))
    if min(size) < LEAST_SIDE or max(size) > MAX_SIDE or needed > MAX_ARRAY_BYTES:
        received = f"{size[0]} × {size[1]} px, {needed / 2**20:,.0f} MiB in all"
        expected = f"sides from {LEAST_SIDE} to {MAX_SIDE} px, at most {MAX_ARRAY_BYTES // 2**20:,} MiB in all"
        raise DataError("This size can't be worked at.", expected=expected, received=received)
    pictures = np.empty((len(found.items), *shape), np.uint8)
    for number, item in enumerate(found.items):
        pictures[number] = fitted(item.read(), shape)
        if number % REPORT == 0:
            progress(number / len(found.items))
    train, test = split(found, test_share, seed)
    labels = found.labels
    # Files list class after class: the first n training pictures shall show all classes.
    train = np.random.default_rng(seed).permutation(train)
    return {
        "x_train": pictures[train],
        "y_train": labels[train],
        "x_test": pictures[test],
        "y_test": labels[test],
        "class_names": np.array(found.class_names),
    }


def split(found: Found, test_share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(training, test) indices: those of the file, or stratified with at least one picture of each class in both."""
    labels = found.labels
    if found.is_split:
        test = np.array([item.test for item in found.items])
        return np.flatnonzero(~test), np.flatnonzero(test)
    train, test = stratified_split(labels, test_share, seed)
    lacking = np.setdiff1d(labels, labels[test])
    moved = [train[np.flatnonzero(labels[train] == label)[0]] for label in lacking]
    return np.setdiff1d(train, moved), np.union1d(test, moved).astype(int)


def own_name(title: str) -> str:
    """The name of an uploaded data set: own- and the title in small letters; DataError when no letter is left."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-")
    if not slug:
        raise DataError("The data set needs a name.", expected="some letters or digits", received=repr(title[:40]))
    return OWN + slug


def printable(text: str) -> str:
    """Text from a file, short and without control characters, to show to people."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)[:200]


def class_name(text: str) -> str:
    """A label as it is shown and stored."""
    return printable(text.strip())[:MAX_NAME].strip()


def _check_classes(names: tuple[str, ...], items: tuple[Item, ...], left_out: list[LeftOut]) -> None:
    if not 2 <= len(names) <= MAX_CLASSES:
        received = f"{len(names)}: {', '.join(names[:5])}" if names else "no picture at all"
        reasons = "; ".join(f"{one.what}: {one.why}" for one in left_out[:5])
        raise DataError(
            "There is nothing to tell apart.",
            expected=f"2 to {MAX_CLASSES:,} classes with at least {LEAST} different pictures each",
            received=received,
            todo=f"Left out: {reasons}" if reasons else "",
        )
    trained = {item.label for item in items if not item.test}
    if items[0].test is not None and (len(trained) < len(names) or not any(item.test for item in items)):
        raise DataError(
            "A part of this file is empty.",
            expected="training pictures of every class, and test pictures that are not among them",
            received=f"{len(trained)} of {len(names)} classes to train on, {sum(map(_tested, items))} test pictures",
        )


def _tested(item: Item) -> bool:
    return bool(item.test)


def _order(name: str) -> tuple:
    return (0, int(name), "") if re.fullmatch(r"\d{1,9}", name) else (1, 0, name.casefold())


def _pictures(count: int) -> str:
    return f"only {count} picture" if count == 1 else f"{count or 'no'} pictures"
