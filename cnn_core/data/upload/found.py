"""What was found in an uploaded file: facts to show, and an index of the images to make a data set from.

A file may hold a million images, so what is known of one is a few bytes in arrays and never an object.
"""

import json
import re
import unicodedata
from array import array
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from cnn_core.data.datasets import OWN
from cnn_core.data.npz import MAX_CLASSES, MAX_NAME, MAX_SIDE
from cnn_core.errors import DataError, Words
from cnn_core.language import Text, joined

LEAST = 2  # images of a class: one to learn from, one to be tested on
LEAST_SIDE = 8  # px
MAX_PICTURES = 1_000_000  # in a file, those that are left out too
MAX_LABELS = 10 * MAX_CLASSES  # different ones in a file; most may turn out to have too few images
MOST_LISTED = 1000  # things that were left out, with their reasons


@dataclass(frozen=True)
class LeftOut:
    """Something in the file that is not taken, and why."""

    what: Words
    why: Words

    @classmethod
    def of(cls, plain: dict[str, Any]) -> "LeftOut":
        """What `Found.save` made of it."""
        return cls(Text.of(plain["what"]), Text.of(plain["why"]))


@dataclass(frozen=True)
class Found:
    """All that a page says of a file.

    Args:
        counts: images of each class, in the order of ``class_names``, which is that of the labels.
        smallest, largest: (height, width) by area, px.
        same_size: whether all images have one size.
        colour: how many images are in colour.
        is_split: whether the file itself says what the test set is.
        left_out: the first MOST_LISTED of ``left_out_count``.
    """

    class_names: tuple[str, ...]
    counts: tuple[int, ...]
    smallest: tuple[int, int]
    largest: tuple[int, int]
    same_size: bool
    colour: int
    is_split: bool
    left_out: tuple[LeftOut, ...]
    left_out_count: int

    @property
    def pictures(self) -> int:
        """How many there are."""
        return sum(self.counts)

    @property
    def uniform(self) -> tuple[int, int] | None:
        """(height, width) when all images have the same size and it can be worked at as it is."""
        return self.smallest if self.same_size and max(self.smallest) <= MAX_SIDE else None

    def save(self, path: Path) -> None:
        """Writes it as JSON."""
        path.write_text(json.dumps(asdict(self), default=Text.plain), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> "Found":
        """What `save` wrote."""
        told = json.loads(path.read_text(encoding="utf-8"))
        left_out = tuple(LeftOut.of(one) for one in told.pop("left_out"))
        told = {key: tuple(value) if isinstance(value, list) else value for key, value in told.items()}
        return cls(**told, left_out=left_out)


@dataclass(frozen=True, eq=False)
class Index:
    """The images that are taken, one row of these arrays for each.

    Args:
        places: (N,) int64, where the image is in the file: the entry of a zip, the line of a table.
        numbers: (N,) int64, its number among the pixels that the reader kept.
        labels: (N,) int64, into ``Found.class_names``.
        test: (N,) bool, whether the file itself puts it into the test set.
    """

    places: np.ndarray
    numbers: np.ndarray
    labels: np.ndarray
    test: np.ndarray


@dataclass
class Sieve:
    """Takes the images of a file one by one and keeps back exact duplicates.

    Args:
        name: what to call the image at a place of the file.
    """

    name: Callable[[int], Words]
    left_out: list[LeftOut] = field(default_factory=list)
    left_out_count: int = 0
    _images: int = 0
    _seen: dict[int, int] = field(default_factory=dict)  # the hash of an image's pixels -> its number
    _codes: dict[str, int] = field(default_factory=dict)  # label -> code
    _places: array = field(default_factory=lambda: array("q"))
    _labels: array = field(default_factory=lambda: array("H"))
    _sides: array = field(default_factory=lambda: array("I"))
    _colour: bytearray = field(default_factory=bytearray)
    _test: bytearray = field(default_factory=bytearray)

    def leave(self, what: Words, why: Words) -> None:
        """Note what is not taken."""
        self._count()
        self._note(what, why)

    def take(
        self, place: int, label: str, shape: tuple[int, ...], pixels: bytes, *, colour: bool, test: bool = False
    ) -> bool:
        """Keep the image of `shape`, (H, W, C), unless its pixels were there before; tells whether it was kept."""
        self._count()
        code, number = self._code(label), len(self._places)
        digest = blake2b(repr(shape).encode() + pixels, digest_size=8).digest()
        first = self._seen.setdefault(int.from_bytes(digest, "big"), number)
        if first != number:
            self._note_copy(place, code, test, first)
            return False
        self._places.append(place)
        self._labels.append(code)
        self._sides.extend(shape[:2])
        self._colour.append(colour)
        self._test.append(test)
        return True

    def found(self, names: Iterable[str] | None = None, *, is_split: bool = False) -> tuple[Found, Index]:
        """What remains, without classes that are too small; DataError when that is no data set.

        Args:
            names: the classes in their order; by default all labels, numbers in order of size.
            is_split: whether the file says what the test set is.
        """
        codes = np.array(self._labels, np.int64)
        counted = np.bincount(codes, minlength=len(self._codes) + 1)
        counts = {name: int(counted[self._codes.get(name, -1)]) for name in names or sorted(self._codes, key=_order)}
        for name, count in counts.items():
            if count < LEAST:
                self._note(Text("class {name}", name=printable(name)), _too_few(count))
        kept = tuple(name for name, count in counts.items() if count >= LEAST)
        label_of = np.full(len(self._codes) + 1, -1)
        label_of[[self._codes[name] for name in kept]] = range(len(kept))
        numbers = np.flatnonzero(label_of[codes] >= 0)
        labels, test = label_of[codes[numbers]], np.array(self._test, bool)[numbers]
        self._check(kept, labels, test, is_split)
        index = Index(np.array(self._places, np.int64)[numbers], numbers, labels, test)
        return self._facts(kept, index, is_split), index

    def _facts(self, names: tuple[str, ...], index: Index, is_split: bool) -> Found:
        sides = np.array(self._sides, np.int64).reshape(-1, 2)[index.numbers]
        areas = sides.prod(axis=1)
        return Found(
            class_names=names,
            counts=tuple(np.bincount(index.labels, minlength=len(names)).tolist()),
            smallest=tuple(sides[areas.argmin()].tolist()),
            largest=tuple(sides[areas.argmax()].tolist()),
            same_size=bool((sides == sides[0]).all()),
            colour=int(np.array(self._colour, bool)[index.numbers].sum()),
            is_split=is_split,
            left_out=tuple(self.left_out),
            left_out_count=self.left_out_count,
        )

    def _code(self, label: str) -> int:
        if label not in self._codes and len(self._codes) == MAX_LABELS:
            raise DataError(
                Text("There are too many classes"),
                expected=Text("at most {count:,} classes", count=MAX_CLASSES),
                received=Text("more than {count:,} different labels", count=MAX_LABELS),
            )
        return self._codes.setdefault(label, len(self._codes))

    def _count(self) -> None:
        self._images += 1
        if self._images > MAX_PICTURES:
            raise too_many(Text("more"))

    def _note(self, what: Words, why: Words) -> None:
        self.left_out_count += 1
        if len(self.left_out) < MOST_LISTED:
            self.left_out.append(LeftOut(printable(what) if isinstance(what, str) else what, why))

    def _note_copy(self, place: int, code: int, test: bool, first: int) -> None:
        if len(self.left_out) == MOST_LISTED:  # nobody will read why
            self.left_out_count += 1
            return
        self._note(self.name(place), self._copy_of(first, code, test))

    def _copy_of(self, first: int, code: int, test: bool) -> Text:
        """Why an image of the class `code` is not taken: the image number `first` has the same pixels."""
        other = self.name(self._places[first])
        if self._labels[first] != code:
            theirs, ours = (next(islice(self._codes, one, None)) for one in (self._labels[first], code))
            return Text(
                "the same image as {other}, which is {theirs} and not {ours}", other=other, theirs=theirs, ours=ours
            )
        if test and not self._test[first]:
            return Text("the same image as {other} in the training set", other=other)
        return Text("the same image as {other}", other=other)

    def _check(self, names: tuple[str, ...], labels: np.ndarray, test: np.ndarray, is_split: bool) -> None:
        if not 2 <= len(names) <= MAX_CLASSES:
            some = Text("{count}: {names}", count=len(names), names=", ".join(names[:5]))
            reasons = [Text("{what}: {why}", what=one.what, why=one.why) for one in self.left_out[:5]]
            raise DataError(
                Text("There is nothing to tell apart"),
                expected=Text(
                    "2 to {classes:,} classes with at least {images} different images each",
                    classes=MAX_CLASSES,
                    images=LEAST,
                ),
                received=some if names else Text("no image at all"),
                todo=Text("Left out: {reasons}", reasons=joined(reasons, "; ")) if reasons else "",
            )
        trained, tested = len(np.unique(labels[~test])), int(test.sum())
        if is_split and (trained < len(names) or not tested):
            raise DataError(
                Text("A part of this file is empty"),
                expected=Text("training images of every class, and test images that are not among them"),
                received=Text(
                    "{trained} of {classes} classes to train on, {tested} test images",
                    trained=trained,
                    classes=len(names),
                    tested=tested,
                ),
            )


def too_many(received: Words) -> DataError:
    """Of images in a file."""
    expected = Text("at most {count:,} images in a file", count=MAX_PICTURES)
    return DataError(Text("There are too many images"), expected=expected, received=received, todo=Text("Send fewer"))


def own_name(title: str) -> str:
    """The name of an uploaded data set: own- and the title in small letters; DataError when no letter is left."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-")
    if not slug:
        expected = Text("some letters from A to Z, or digits")
        raise DataError(Text("The data set needs a name"), expected=expected, received=repr(title[:40]))
    return OWN + slug


def printable(text: str) -> str:
    """Text from a file, short and without control characters, to show to people."""
    return "".join(letter if letter.isprintable() else "�" for letter in text[:200])


def class_name(text: str) -> str:
    """A label as it is shown and stored."""
    return printable(text.strip())[:MAX_NAME].strip()


def _order(name: str) -> tuple:
    return (0, int(name), "") if re.fullmatch(r"\d{1,9}", name) else (1, 0, name.casefold())


def _too_few(count: int) -> Text:
    if not count:
        return Text("no images")
    return Text("only 1 image: one is needed to learn from and one to be tested on")
