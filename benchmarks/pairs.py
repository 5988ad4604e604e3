"""Pairs of trainings, plain fit and the app's, as rows of a table. Without Keras: the app's one may be on a worker."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

HEAD = ["plain fit, s", "the app, s", "ratio", "without the first epoch", "test accuracy, plain", "test accuracy, app"]


@dataclass(frozen=True)
class Training:
    """How a training went.

    Args:
        seconds: of each epoch, validation included.
        accuracy: on the test set.
        choices: how it was computed, in words.
        cpu: seconds of the process's CPU time in all epochs.
    """

    seconds: list[float]
    accuracy: float
    choices: str = ""
    cpu: float = math.nan


Pair = tuple[Training, Training]
"""By plain fit, and as the app does it."""


def ratio(pair: Pair, first: int = 0) -> float:
    """How many times as long plain fit takes, from the epoch `first` (from 0) on."""
    plain, app = pair
    return sum(plain.seconds[first:]) / sum(app.seconds[first:])


def row(pair: Pair) -> list[str]:
    """The cells under HEAD."""
    seconds = [f"{sum(training.seconds):.2f}" for training in pair]
    ratios = [f"{ratio(pair, first):.2f}" for first in (0, 1)]
    return [*seconds, *ratios, *(f"{training.accuracy:.3f}" for training in pair)]


def summary(pairs: Sequence[Pair]) -> str:
    """Medians and means of all pairs, in words."""
    whole, later = (statistics.median(ratio(pair, first) for pair in pairs) for first in (0, 1))
    plain, app = (statistics.mean(training.accuracy for training in side) for side in zip(*pairs, strict=True))
    return (
        f"Median ratio: **{whole:.2f}**, without the first epoch **{later:.2f}**. {pairs[0][1].choices}. "
        f"Mean test accuracy: {plain:.3f} plain, {app:.3f} in the app."
    )
