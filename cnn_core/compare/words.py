"""A duel in sentences computed from its numbers: what was expected, what was measured, and what that means.

Nothing here knows how a duel ought to end: the same code has to be right when the CNN loses, when nobody leads, and
when one seed is all there is. Accuracies are told in percent, differences of them in points.
"""

from collections.abc import Sequence
from statistics import fmean

from cnn_core.compare.phrases import Lead, Seeds, change, listed, points, signed
from cnn_core.compare.plan import Plan
from cnn_core.compare.report import Agreement, PerSide, Report, Sweep
from cnn_core.compare.statistics import Interval, mcnemar
from cnn_core.compare.tables import names as side_names
from cnn_core.compare.tables import paired_accuracies, probability
from cnn_core.design.recipe import Recipe
from cnn_core.design.shapes import trace
from cnn_core.figures.duel import distinct
from cnn_core.figures.template import percent

Pair = tuple[str, str]

SIGNIFICANT = 0.05
_NEAR_CHANCE = 0.05  # an accuracy less than this above guessing has nothing to lose
_SURE = 0.5
_DATA = ("train_images", "validation_share", "seed")
_CALLED = {"train_images": "training pictures", "pixel_order": "shuffled pixels"}
_KINDS = {"CNN": "CNNs", "DNN": "dense networks"}

_SWEEPS = {
    "shift": ("CNN", "shifted pictures", "its kernels look for the same patterns everywhere"),
    "rotate": (None, "turned pictures", "neither has a way to turn what it has learned"),
    "noise": (None, "noisy pictures", "neither has anything against noise built in"),
    "rows": ("CNN", "pictures without every other row", "it looks for parts of a subject, and those stay"),
}
"""By kind: which family was expected to lose less, on what, and why."""

_OVER = {
    "shift": "on average over shifts of {} pixels",
    "rotate": "on average over rotations of {}°",
    "noise": "on average over noise with standard deviations of {}",
    "rows": "without every other row",
}


def verdict(report: Report) -> tuple[str, ...]:
    """In sentences: who leads on the test set and by how much, the main one; then whether that may be luck."""
    first, second = paired_accuracies(report)
    if not first:
        return ("No seed has been tested on both sides yet.",)
    sentences = (_leader(report, first, second), _mcnemar(report.agreements, side_names(report)))
    return tuple(sentence for sentence in sentences if sentence)


def _leader(report: Report, first: Seeds, second: Seeds) -> str:
    names, means, lead = side_names(report), (fmean(first), fmean(second)), Lead.of(first, second)
    over = f", on average over {len(first)} seeds" if len(first) > 1 else ", with one seed"
    if lead.side is None:
        told = " and ".join(f"{name} {percent(mean)}" for name, mean in zip(names, means, strict=True))
        return f"Neither leads on the {report.test_images:,} test pictures: {told}{over}{_between(lead.interval)}."
    other = 1 - lead.side
    luck = ": the interval includes zero, so the lead may be luck" if lead.within_luck else ""
    return (
        f"{names[lead.side]} leads on the {report.test_images:,} test pictures, {percent(means[lead.side])} against "
        f"{percent(means[other])} of {names[other]}, by {points(lead.by)}{over}{_between(lead.interval)}{luck}."
    )


def _between(interval: Interval | None) -> str:
    """Of the difference, in parentheses; empty without one."""
    if interval is None:
        return ""
    return f" ({interval.level:.0%} interval of the difference: {signed(interval.low)} to {points(interval.high)})"


def _mcnemar(agreements: Sequence[Agreement], names: Pair) -> str:
    """What McNemar's test says: with one seed its counts and p, else in how many seeds it finds more than luck."""
    if len(agreements) < 2:
        return " ".join(_one_mcnemar(agreement, names) for agreement in agreements)
    found = [0, 0]
    for one in agreements:
        if mcnemar(one.only_first, one.only_second) < SIGNIFICANT:
            found[one.only_second > one.only_first] += 1
    if not any(found):
        return f"McNemar's test finds no more than luck in any of the {len(agreements)} seeds (p ≥ {SIGNIFICANT})."
    told = [f"of {name} in {count}" for name, count in zip(names, found, strict=True) if count]
    return (
        f"McNemar's test finds more than luck (p < {SIGNIFICANT}) in favour {' and '.join(told)} "
        f"of {len(agreements)} seeds."
    )


def _one_mcnemar(counts: Agreement, names: Pair) -> str:
    p = mcnemar(counts.only_first, counts.only_second)
    shown = probability(p)
    means = "more than luck with these pictures" if p < SIGNIFICANT else "no more than luck may do"
    return (
        f"{names[0]} alone reads {counts.only_first:,} of them right and {names[1]} alone {counts.only_second:,}, by "
        f"McNemar's test {means} (p {shown if shown.startswith('<') else f'= {shown}'}); another seed may differ."
    )


def sweep_words(report: Report, sweep: Sweep) -> str:
    """How both bear changed test pictures: the mean of what they lose over all amounts; empty without numbers."""
    if len(sweep.amounts) < 2 or not all(sweep.accuracies):
        return ""
    names = side_names(report)
    plain = [[seed[0] for seed in side] for side in sweep.accuracies]
    drops = [[seed[0] - fmean(seed[1:]) for seed in side] for side in sweep.accuracies]
    favoured = _favoured(report, _SWEEPS[sweep.kind][0])
    ends = [f"{amount:,g}" for amount in (sweep.amounts[1], sweep.amounts[-1])]
    over = _OVER[sweep.kind].format(" to ".join(dict.fromkeys(ends)))
    told = " and ".join(f"{name} {change(side)}" for name, side in zip(names, drops, strict=True))
    meaning = _guessing(report, plain) or Lead.of(*_negative(drops)).meaning(names, favoured, "lost less")
    return f"{_expected(report, sweep.kind)}; {over}, {told}; {meaning}."


def _expected(report: Report, kind: str) -> str:
    family, what, why = _SWEEPS[kind]
    if len(set(report.families)) == 1:
        return f"Of two {_KINDS[report.families[0]]} neither was expected to lose less on {what}"
    if family is None:
        return f"Neither network was expected to lose less on {what}, because {why}"
    return f"A CNN was expected to lose less than a dense network on {what}, because {why}"


def less_words(report: Report) -> str:
    """Who is ahead with the fewest training pictures; empty when it was not measured."""
    less = report.less
    if less is None or not all(less.accuracies):
        return ""
    names, few = side_names(report), [[seed[0] for seed in side] for side in less.accuracies]
    told = _readings(less.accuracies, less.sizes, names)
    if all(fmean(side) < _chance(report) + _NEAR_CHANCE for side in few):
        meaning = "so few are too few for both, which are hardly better than guessing"
    else:
        meaning = Lead.of(*few).meaning(names, _favoured(report, "CNN"), "is ahead with the fewest")
    expected = "A CNN was expected to need fewer pictures than a dense network, because it learns a pattern only once"
    if len(set(report.families)) == 1:
        expected = f"Of two {_KINDS[report.families[0]]} neither was expected to need fewer pictures"
    return f"{expected}; {told}; {meaning}."


def _readings(accuracies: PerSide, sizes: Sequence[int], names: Pair) -> str:
    """The accuracies with the fewest and with all pictures."""
    told = []
    for place in dict.fromkeys((0, len(sizes) - 1)):
        means = [percent(fmean(seed[place] for seed in side)) for side in accuracies]
        learned = f"{'all ' if place else ''}{sizes[place]:,} pictures"
        told.append(f"with {learned} {names[0]} reads {means[0]} right and {names[1]} {means[1]}")
    return ", ".join(told)


def shuffled_words(report: Report) -> str:
    """What the order of the pixels is worth to both; empty when it was not measured."""
    if report.shuffled is None or not all(report.shuffled):
        return ""
    names, plain = side_names(report), [[run.test_accuracy for run in side.runs] for side in report.sides]
    pairs = zip(plain, report.shuffled, strict=True)
    drops = [[one - other for one, other in zip(*pair, strict=False)] for pair in pairs]
    told = " and ".join(
        f"{name} {change(drop)} ({percent(fmean(before))} before, {percent(fmean(after))} after)"
        for name, drop, before, after in zip(names, drops, plain, report.shuffled, strict=True)
    )
    favoured = _favoured(report, "DNN")
    meaning = _guessing(report, plain) or Lead.of(*_negative(drops)).meaning(names, favoured, "lost less")
    return f"{_expected_of_shuffling(report)}; trained and tested on shuffled pixels, {told}; {meaning}."


def _expected_of_shuffling(report: Report) -> str:
    if len(set(report.families)) == 2:
        return (
            "Shuffling the pixels was expected to cost a CNN its neighbourhoods and a dense network nothing, because "
            "their order means nothing to it"
        )
    if report.families[0] == "DNN":
        return "Shuffling the pixels was expected to cost neither of two dense networks anything"
    return "Shuffling the pixels was expected to cost both CNNs their neighbourhoods alike"


def drag_words(names: Sequence[str], displacements: Sequence[float], confidences: Sequence[Seeds]) -> str:
    """How far a drawing can be dragged while both stay more than half sure of it; empty without displacements.

    Args:
        displacements: pixels, negative for the other way, in any order.
        confidences: [side][displacement], shares of 1, in the right class.
    """
    if not len(displacements):
        return ""
    names = distinct(names)
    reach = [_reach(displacements, side) for side in confidences]
    told = " and ".join(f"{name} is {_away(far)}" for name, far in zip(names, reach, strict=True))
    return (
        "The further a drawing is dragged, the less sure a network was expected to be of it; more than half sure of "
        f"the right answer {told}; {_further(names, reach, max(map(abs, displacements)))}."
    )


def _reach(displacements: Sequence[float], confidences: Seeds) -> float | None:
    """The largest distance up to which, in all directions, the confidence is above a half; None: not even the least."""
    farthest = None
    for distance in sorted({abs(displacement) for displacement in displacements}):
        at = [sure for moved, sure in zip(displacements, confidences, strict=True) if abs(moved) == distance]
        if min(at) <= _SURE:
            break
        farthest = distance
    return farthest


def _away(reach: float | None) -> str:
    if reach is None:
        return "nowhere"
    return f"up to {reach:g} px away" if reach else "only where it was drawn"


def _further(names: Pair, reach: Sequence[float | None], end: float) -> str:
    first, second = (-1.0 if far is None else far for far in reach)
    if first == second:
        return "so both hold on the whole way" if first == end else "so neither holds on longer"
    return f"so with this drawing {names[second > first]} holds on longer"


def unfair(plan: Plan) -> list[str]:
    """How the two sides differ besides the network, such as 'epochs: 20 against 5'; empty when they do not."""
    first, second = plan.recipes
    return [
        f"{_CALLED.get(name, name.replace('_', ' '))}: {_setting(first, name)} against {_setting(second, name)}"
        for name in Recipe.model_fields
        if getattr(first, name) != getattr(second, name)
    ]


def _setting(recipe: Recipe, name: str) -> str:
    value = getattr(recipe, name)
    if value is None:
        return "all" if name == "train_images" else "none"
    return f"{value:,}" if isinstance(value, int) else str(value)


def fair_words(plan: Plan) -> str:
    """What is the same for both sides besides the data, and what they were matched by."""
    first, second = plan.recipes
    differing = {name for name in Recipe.model_fields if getattr(first, name) != getattr(second, name)}
    same = [] if differing & set(_DATA) else ["split into training and validation"]
    same += [] if differing - set(_DATA) else ["recipe"]
    same += [] if "seed" in differing else [f"seed{'s' if len(plan.seeds) > 1 else ''} ({listed(plan.seeds)})"]
    shared = f" with the same {listed(same)}" if same else ""
    matched = "".join(f" {sentence}" for sentence in (_size(plan), _length(plan, differing)) if sentence)
    return f"Both learn from the same data set{shared}, and are tested on the same pictures.{matched}"


def _size(plan: Plan) -> str:
    if plan.matched != "parameters":
        return ""
    sizes = [f"{trace(network).totals.parameters:,}" for network in plan.networks]
    return f"They were matched by their parameters: {listed(sizes)}."


def _length(plan: Plan, differing: set[str]) -> str:
    recipe = plan.recipes[0]
    if plan.matched == "time":
        same = recipe.time_limit and "time_limit" not in differing
        return f"Both train for {recipe.time_limit:g} seconds, however many epochs each gets done." if same else ""
    if "epochs" in differing:
        return ""
    often = f"{'at most ' if recipe.early_stopping else ''}{recipe.epochs:,} epoch{'s' if recipe.epochs > 1 else ''}"
    return f"Both train for {often}."


def _guessing(report: Report, plain: Sequence[Seeds]) -> str:
    """That a side had nothing to lose, as on plain pictures it is hardly better than guessing; empty if none."""
    guess = [
        name
        for name, side in zip(side_names(report), plain, strict=True)
        if fmean(side) < _chance(report) + _NEAR_CHANCE
    ]
    return f"but {listed(guess)} did little more than guess before, so this says nothing" if guess else ""


def _chance(report: Report) -> float:
    return 1 / len(report.class_names)


def _favoured(report: Report, family: str | None) -> int | None:
    """The only side of this family; None when both or none are."""
    return report.families.index(family) if report.families.count(family) == 1 else None


def _negative(sides: Sequence[Seeds]) -> list[list[float]]:
    return [[-value for value in side] for side in sides]
