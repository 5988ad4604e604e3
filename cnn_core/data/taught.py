"""Pictures of a visitor's own things -> the arrays of a data set, in two parts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnn_core.data.npz import MAX_NAME, NAMES
from cnn_core.errors import DataError
from cnn_core.language import Text

SIDE = 224  # px: what networks that were made for photos take
LEAST_THINGS, LEAST = 2, 4
"""Fewer things leave nothing to tell apart; of fewer pictures of one thing, none could be kept for the test."""
TEST_SHARE = 0.2


@dataclass(frozen=True, eq=False)
class Taught:
    """One thing: what its teacher calls it, and its pictures in the order in which they were taken."""

    name: str
    pictures: Sequence[np.ndarray]


def check(counts: Sequence[tuple[str, int]]) -> None:
    """Raises DataError unless things with these names and numbers of pictures can be told apart.

    Things without pictures do not count, whatever their names.
    """
    filled = [(spelled(name), count) for name, count in counts if count]
    if len(filled) < LEAST_THINGS:
        raise DataError(
            Text("A network learns to tell things apart"),
            expected=Text("pictures of at least {count} things", count=LEAST_THINGS),
            received=Text.plural("pictures of {n} thing", "pictures of {n} things", len(filled)),
            todo=Text("Take pictures of another thing"),
        )
    for place, (name, _count) in enumerate(filled, start=1):
        if not name:
            todo = Text("Write one into the box above its pictures")
            raise DataError(Text("Thing {number} has no name", number=place), todo=todo)
    name, times = Counter(name.casefold() for name, _count in filled).most_common(1)[0]
    if times > 1:
        name = next(one for one, _count in filled if one.casefold() == name)
        raise DataError(
            Text("Two things have one name"),
            expected=Text("a different name for each thing"),
            received=Text("“{name}” {count} times", name=name, count=times),
            todo=Text("Rename one of them"),
        )
    for name, count in filled:
        if count < LEAST:
            raise DataError(
                Text("“{name}” has too few pictures", name=name),
                expected=Text("at least {count}", count=LEAST),
                received=Text.plural("{n} picture", "{n} pictures", count),
                todo=Text("Take {count} more; ten are better", count=LEAST - count),
            )


def arrays(things: Sequence[Taught]) -> dict[str, np.ndarray]:
    """The arrays of a data set, as `Catalogue.save` takes them. Things without pictures are left out.

    Of each thing the first fifth of its pictures is kept for the test, and at least one. The first and not any:
    pictures of a series look alike, so one from its middle would have twins in training; and a picture that was added
    because the network was wrong about it comes last, to be learned.

    Args:
        things: their pictures are uint8, (H, W, C), all of one shape.

    Returns:
        x_train, x_test: uint8, (N, H, W, C); y_train, y_test: int64, (N,); class_names: text, (things,).

    Raises DataError as `check` does.
    """
    check([(thing.name, len(thing.pictures)) for thing in things])
    filled = [thing for thing in things if len(thing.pictures)]
    cuts = [held_out(len(thing.pictures)) for thing in filled]
    test = [np.stack(thing.pictures[:cut]) for thing, cut in zip(filled, cuts, strict=True)]
    train = [np.stack(thing.pictures[cut:]) for thing, cut in zip(filled, cuts, strict=True)]
    return {
        "x_train": np.concatenate(train),
        "y_train": np.repeat(np.arange(len(filled)), list(map(len, train))),
        "x_test": np.concatenate(test),
        "y_test": np.repeat(np.arange(len(filled)), cuts),
        NAMES: np.array([spelled(thing.name) for thing in filled]),
    }


def held_out(count: int) -> int:
    """How many of so many pictures of a thing are kept for the test: a fifth, at least one, never all.

    >>> [held_out(count) for count in (4, 10, 12, 100)]
    [1, 2, 2, 20]
    """
    return min(max(1, round(TEST_SHARE * count)), count - 1)


def spelled(name: str) -> str:
    """A name as it is kept: in one line, without what cannot be printed."""
    printable = "".join(letter if letter.isprintable() else " " for letter in name)
    return " ".join(printable.split())[:MAX_NAME].strip()
