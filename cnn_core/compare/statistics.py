"""How much of a duel's outcome may be luck: spreads over seeds, paired intervals, McNemar's test."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev


@dataclass(frozen=True)
class Spread:
    """The mean of `n` values, with the smallest and the largest of them."""

    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Interval:
    """A confidence interval from `low` to `high` for a mean; `level` is its confidence, such as 0.95."""

    mean: float
    low: float
    high: float
    n: int
    level: float


def spread(values: Sequence[float]) -> Spread:
    """The mean and the range of the values. Raises ValueError when there are none."""
    return Spread(fmean(values), min(values), max(values), len(values))


def paired_interval(first: Sequence[float], second: Sequence[float], level: float = 0.95) -> Interval | None:
    """The interval of the mean of `first - second`, where equal places belong together (the same seed).

    Student's t on the n differences d: mean(d) ± t(n - 1) * s(d) / √n; source: NIST/SEMATECH e-Handbook of Statistical
    Methods, 1.3.5.2 "Confidence limits for the mean". It takes the differences for normally distributed. Its width is
    zero when all differences are equal.

    Args:
        first, second: equally many values; ValueError otherwise.
        level: the confidence, between 0 and 1.

    Returns:
        The interval, or None with fewer than two pairs, which say nothing about a spread.
    """
    differences = [one - two for one, two in zip(first, second, strict=True)]
    if len(differences) < 2:
        return None
    from scipy.special import stdtrit  # not scipy.stats: its import takes several times as long

    mean, n = fmean(differences), len(differences)
    half = float(stdtrit(n - 1, (1 + level) / 2)) * stdev(differences) / math.sqrt(n)
    return Interval(mean, mean - half, mean + half, n, level)


def mcnemar(only_first: int, only_second: int) -> float:
    """How likely a split this uneven, or more, is by luck: the exact two-sided p of McNemar's test.

    Only the test images that one network alone predicts right tell the two apart. If both were equally good, each of
    these would be a coin toss, so p is that of a binomial test with probability 1/2; source: Dietterich 1998,
    "Approximate statistical tests for comparing supervised classification learning algorithms", section 3.1 (there
    with the chi-squared approximation).

    Args:
        only_first, only_second: how many images only the first, only the second network predicts right.

    Returns:
        p in (0, 1]; 1.0 when both are 0.
    """
    from scipy.special import bdtr

    return min(1.0, 2 * float(bdtr(min(only_first, only_second), only_first + only_second, 0.5)))
