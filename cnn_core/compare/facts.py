"""What a duel's numbers say, as data: who leads, who was expected to, and what may be luck.

Computed here once, whatever the language; `sentences` only puts it into words. Nothing here knows how a duel ought to
end: the same code has to be right when the CNN loses, when nobody leads, and when one seed is all there is. A side is
0 or 1; accuracies are fractions of 1, and so are differences of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from cnn_core.compare.report import Report, Sweep
from cnn_core.compare.statistics import Interval, mcnemar, paired_interval
from cnn_core.compare.tables import names as side_names
from cnn_core.compare.tables import paired_accuracies
from cnn_core.figures.duel import distinct

Names = tuple[str, str]
Both = tuple[float, float]
"""A number for each side."""
Seeds = Sequence[float]

SIGNIFICANT = 0.05
_NEAR_CHANCE = 0.05  # an accuracy less than this above guessing has nothing to lose
_SURE = 0.5
_EXPECTED = {"shift": "CNN", "rotate": None, "noise": None, "rows": "CNN", "less": "CNN", "shuffled": "DNN"}
"""By experiment: which family was expected to do better."""


@dataclass(frozen=True)
class Lead:
    """Which side has the larger mean, and by how much.

    Attributes:
        side: None when the difference is not even a tenth of a point.
        interval: of the leader's values minus the other's; None with one seed.
    """

    side: int | None
    by: float
    interval: Interval | None

    @classmethod
    def of(cls, first: Seeds, second: Seeds) -> "Lead":
        """Equal places belong together (the same seed); what only one side has is left out."""
        pairs = list(zip(first, second, strict=False))
        by = fmean(one - other for one, other in pairs)
        ordered = [pair[::-1] if by < 0 else pair for pair in pairs]
        side = None if nothing(by) else int(by < 0)
        return cls(side, abs(by), paired_interval(*zip(*ordered, strict=True)))

    @property
    def within_luck(self) -> bool:
        """Whether the seeds differ so much that the lead may be luck; with one seed nothing is known of that."""
        return self.interval is not None and self.interval.low <= 0 <= self.interval.high


def nothing(difference: float) -> bool:
    """Whether a difference is less than what is shown of one, a tenth of a point."""
    return round(100 * difference, 1) == 0


@dataclass(frozen=True)
class Outcome:
    """The test accuracies of both sides: their means over `seeds` seeds, and who leads."""

    names: Names
    means: Both
    lead: Lead
    seeds: int
    test_images: int


@dataclass(frozen=True)
class Disagreement:
    """What McNemar's test finds in the test images that only one side predicts right.

    Attributes:
        seeds: how many were tested.
        found: for each side, in how many seeds the test finds more than luck in its favour.
        only: with one seed, how many images each side alone predicts right, and `p`; otherwise those of the first.
    """

    names: Names
    seeds: int
    found: tuple[int, int]
    only: tuple[int, int]
    p: float


@dataclass(frozen=True)
class Experiment:
    """One experiment: what it is, and which side did better in it.

    Attributes:
        kind: a key of the experiments: shift, rotate, noise, rows, less or shuffled.
        families: 'CNN' or 'DNN' for each side.
        favoured: the side that was expected to do better; None when neither was.
        guessing: the sides whose predictions were hardly better than guesses, so that their result says nothing.
    """

    kind: str
    names: Names
    families: tuple[str, str]
    favoured: int | None
    lead: Lead
    guessing: tuple[int, ...]


@dataclass(frozen=True)
class Losses(Experiment):
    """What both sides lost on changed images; who `leads` lost less. Means over the seeds.

    Attributes:
        before, after: accuracy on plain and on changed images.
        lost: how much of it was lost; negative where something was gained.
        amounts: the smallest and the largest change; None where there is only one.
    """

    before: Both
    after: Both
    lost: Both
    amounts: tuple[float, float] | None = None


@dataclass(frozen=True)
class Fewer(Experiment):
    """What both sides learned from the fewest images; who `leads` is ahead with these.

    Attributes:
        sizes: numbers of training images: the fewest, and all of them (once when they are the same).
        means: for each size the accuracy of both sides.
    """

    sizes: tuple[int, ...]
    means: tuple[Both, ...]


@dataclass(frozen=True)
class Dragged:
    """How far a drawing can be moved while a network stays more than half sure of it.

    Attributes:
        reach: pixels for each side; None: not even where it was drawn.
        further: the side that reaches further; None when neither does.
        whole: whether both stay sure as far as it was moved.
    """

    names: Names
    reach: tuple[float | None, float | None]
    further: int | None
    whole: bool


def outcome(report: Report) -> Outcome | None:
    """Who leads on the test set; None before a seed has been tested on both sides."""
    first, second = paired_accuracies(report)
    if not first:
        return None
    means = fmean(first), fmean(second)
    return Outcome(side_names(report), means, Lead.of(first, second), len(first), report.test_images)


def disagreement(report: Report) -> Disagreement | None:
    """What McNemar's test says; None before a seed has been tested on both sides."""
    if not report.agreements:
        return None
    found = [0, 0]
    for one in report.agreements:
        if mcnemar(one.only_first, one.only_second) < SIGNIFICANT:
            found[one.only_second > one.only_first] += 1
    only = report.agreements[0].only_first, report.agreements[0].only_second
    return Disagreement(side_names(report), len(report.agreements), (found[0], found[1]), only, mcnemar(*only))


def sweep_losses(report: Report, sweep: Sweep) -> Losses | None:
    """What both lose on changed test images, the mean over all amounts; None without numbers."""
    if len(sweep.amounts) < 2 or not all(sweep.accuracies):
        return None
    plain = [[seed[0] for seed in side] for side in sweep.accuracies]
    changed = [[fmean(seed[1:]) for seed in side] for side in sweep.accuracies]
    amounts = None if sweep.kind == "rows" else (sweep.amounts[1], sweep.amounts[-1])
    return _losses(report, sweep.kind, plain, changed, amounts)


def shuffled_losses(report: Report) -> Losses | None:
    """What the order of the pixels is worth to both; None when it was not measured."""
    if report.shuffled is None or not all(report.shuffled):
        return None
    plain = [[run.test_accuracy for run in side.runs] for side in report.sides]
    return _losses(report, "shuffled", plain, report.shuffled)


def _losses(
    report: Report, kind: str, plain: Sequence[Seeds], changed: Sequence[Seeds], amounts: Both | None = None
) -> Losses:
    pairs = zip(plain, changed, strict=True)
    drops = [[before - after for before, after in zip(*pair, strict=False)] for pair in pairs]
    lead = Lead.of(*([-drop for drop in side] for side in drops))
    before, after, lost = (_means(sides) for sides in (plain, changed, drops))
    return Losses(*_common(report, kind, lead), _near_chance(report, plain), before, after, lost, amounts)


def _means(sides: Sequence[Seeds]) -> Both:
    first, second = map(fmean, sides)
    return first, second


def fewer_images(report: Report) -> Fewer | None:
    """Who is ahead with the fewest training images; None when it was not measured."""
    less = report.less
    if less is None or not all(less.accuracies):
        return None
    few = [[seed[0] for seed in side] for side in less.accuracies]
    places = tuple(dict.fromkeys((0, len(less.sizes) - 1)))
    means = tuple(_means([[seed[place] for seed in side] for side in less.accuracies]) for place in places)
    common = _common(report, "less", Lead.of(*few))
    return Fewer(*common, _near_chance(report, few), tuple(less.sizes[place] for place in places), means)


def _common(report: Report, kind: str, lead: Lead) -> tuple[str, Names, tuple[str, str], int | None, Lead]:
    family = _EXPECTED[kind]
    favoured = report.families.index(family) if report.families.count(family) == 1 else None
    return kind, side_names(report), report.families, favoured, lead


def _near_chance(report: Report, sides: Sequence[Seeds]) -> tuple[int, ...]:
    near = 1 / len(report.class_names) + _NEAR_CHANCE
    return tuple(side for side, values in enumerate(sides) if fmean(values) < near)


def dragged(names: Sequence[str], displacements: Sequence[float], confidences: Sequence[Seeds]) -> Dragged | None:
    """How far a drawing can be dragged; None without displacements.

    Args:
        displacements: pixels, negative for the other way, in any order.
        confidences: [side][displacement], fractions of 1, in the right class.
    """
    if not len(displacements):
        return None
    reach = _reach(displacements, confidences[0]), _reach(displacements, confidences[1])
    first, second = (-1.0 if far is None else far for far in reach)
    further = None if first == second else int(second > first)
    one, other = distinct(names)
    return Dragged((one, other), reach, further, first == second == max(map(abs, displacements)))


def _reach(displacements: Sequence[float], confidences: Seeds) -> float | None:
    """The largest distance up to which, in all directions, the confidence is above a half; None: not even the least."""
    farthest = None
    for distance in sorted({abs(displacement) for displacement in displacements}):
        at = [sure for moved, sure in zip(displacements, confidences, strict=True) if abs(moved) == distance]
        if min(at) <= _SURE:
            break
        farthest = distance
    return farthest
