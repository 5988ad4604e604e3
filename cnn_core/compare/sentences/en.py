"""A duel in English. Accuracies are told in percent, differences of them in points."""

from collections.abc import Sequence

from cnn_core.compare.facts import SIGNIFICANT, Disagreement, Dragged, Experiment, Fewer, Lead, Losses, Outcome, nothing
from cnn_core.compare.fairness import Difference, Fairness
from cnn_core.compare.statistics import Interval
from cnn_core.compare.tables import probability
from cnn_core.figures.template import percent

_KINDS = {"CNN": "CNNs", "DNN": "dense networks"}
_CHANGED = {
    "shift": "shifted images",
    "rotate": "rotated images",
    "noise": "noisy images",
    "rows": "images without every other row",
    "shuffled": "shuffled pixels",
}
_WHY = {
    "shift": "its kernels look for the same patterns everywhere",
    "rotate": "neither can rotate the patterns that it has learned",
    "noise": "neither has anything built in against noise",
    "rows": "it looks for small parts of an object, and many of these remain",
}
_OVER = {
    "shift": "shifts of {} pixels",
    "rotate": "rotations of {}°",
    "noise": "noise with a standard deviation of {}",
}
_SAME = {"split": "split into training and validation", "recipe": "recipe"}


def no_result() -> str:
    return "No seed has been tested on both sides yet."


def outcome(fact: Outcome) -> str:
    names, means, lead = fact.names, [percent(mean) for mean in fact.means], fact.lead
    over = f"on average over {fact.seeds} seeds" if fact.seeds > 1 else "with one seed"
    interval = _interval(lead.interval)
    if lead.side is None:
        told = " and ".join(f"{name} {mean}" for name, mean in zip(names, means, strict=True))
        return f"Neither leads on the {fact.test_images:,} test images: {told}, {over}{interval}."
    one, other = lead.side, 1 - lead.side
    luck = ", which includes zero, so the lead may be luck" if lead.within_luck else ""
    return (
        f"{names[one]} leads on the {fact.test_images:,} test images by {points(lead.by)}: {means[one]} against "
        f"{means[other]} for {names[other]}, {over}{interval}{luck}."
    )


def _interval(interval: Interval | None) -> str:
    """Of the difference, in parentheses; empty without one."""
    if interval is None:
        return ""
    return f" ({interval.level:.0%} interval of the difference: {signed(interval.low)} to {points(interval.high)})"


def disagreement(fact: Disagreement) -> str:
    if fact.seeds == 1:
        return _one_seed(fact)
    if not any(fact.found):
        return f"McNemar's test finds no more than luck in any of the {fact.seeds} seeds (p ≥ {SIGNIFICANT})."
    told = [f"for {name} in {count}" for name, count in zip(fact.names, fact.found, strict=True) if count]
    return f"McNemar's test finds more than luck (p < {SIGNIFICANT}) {' and '.join(told)} of {fact.seeds} seeds."


def _one_seed(fact: Disagreement) -> str:
    shown = probability(fact.p)
    equals = shown if shown.startswith("<") else f"= {shown}"
    means = "this is more than luck on these images" if any(fact.found) else "this may be luck"
    return (
        f"{fact.names[0]} alone is right on {fact.only[0]:,} of these images, {fact.names[1]} alone on "
        f"{fact.only[1]:,}. By McNemar's test, {means} (p {equals}). Another seed may give another result."
    )


def losses(fact: Losses) -> str:
    told = [f"{name} {change(lost)}" for name, lost in zip(fact.names, fact.lost, strict=True)]
    if fact.kind == "shuffled":
        ends = zip(told, fact.before, fact.after, strict=True)
        told = [f"{one} ({percent(before)} before, {percent(after)} after)" for one, before, after in ends]
    meaning = _guessed(fact) if fact.guessing else _meaning(fact, "lost less")
    return f"{_expected_loss(fact)} {_where(fact)}, {' and '.join(told)}. {meaning}"


def _where(fact: Losses) -> str:
    """On which images something was lost."""
    if fact.kind == "shuffled":
        return "Trained and tested on shuffled pixels"
    if fact.amounts is None:
        return "Without every other row"
    return f"On average over {_OVER[fact.kind].format(' to '.join(dict.fromkeys(f'{a:,g}' for a in fact.amounts)))}"


def _expected_loss(fact: Losses) -> str:
    changed = _CHANGED[fact.kind]
    if len(set(fact.families)) == 1:
        if fact.kind == "shuffled" and fact.families[0] == "DNN":
            return "Shuffled pixels were expected to cost two dense networks nothing."
        return f"Neither of two {_KINDS[fact.families[0]]} was expected to lose less on {changed}."
    if fact.kind == "shuffled":
        return (
            "Shuffled pixels were expected to cost a CNN accuracy, because it looks at neighbouring pixels together, "
            "and a dense network nothing, because the order of the pixels means nothing to it."
        )
    if fact.favoured is None:
        return f"Neither network was expected to lose less on {changed}, because {_WHY[fact.kind]}."
    return f"A CNN was expected to lose less than a dense network on {changed}, because {_WHY[fact.kind]}."


def _guessed(fact: Losses) -> str:
    names = listed([fact.names[side] for side in fact.guessing])
    return f"But {names} did little better than guessing even before, so this says nothing."


def fewer(fact: Fewer) -> str:
    expected = "A CNN was expected to need fewer images than a dense network, because it learns a pattern only once."
    if len(set(fact.families)) == 1:
        expected = f"Neither of two {_KINDS[fact.families[0]]} was expected to need fewer images."
    told = [
        f"With {'all ' if place else ''}{size:,} training images, {fact.names[0]} predicts {percent(first)} of the "
        f"test images right and {fact.names[1]} {percent(second)}."
        for place, (size, (first, second)) in enumerate(zip(fact.sizes, fact.means, strict=True))
    ]
    meaning = _meaning(fact, "is ahead with the fewest images")
    if len(fact.guessing) == 2:
        meaning = "So few images are too few for both: they do little better than guessing."
    return " ".join((expected, *told, meaning))


def _meaning(fact: Experiment, does: str) -> str:
    """What the lead says of the expectation; `does` says what the leader does, such as 'lost less'."""
    lead: Lead = fact.lead
    if lead.side is None:
        return "So there is hardly any difference."
    if lead.within_luck:
        open_ = "neither stands out"
        if fact.favoured is not None:
            open_ = "the expectation is neither confirmed nor refuted"
        return f"The difference of {points(lead.by)} may be luck, so {open_}."
    held = {None: "So", lead.side: "As expected,"}.get(fact.favoured, "Against the expectation,")
    doubt = "" if lead.interval else ", though with one seed this may be luck"
    return f"{held} {fact.names[lead.side]} {does}, by {points(lead.by)}{doubt}."


def dragged(fact: Dragged) -> str:
    told = [f"{name} {_away(far)}" for name, far in zip(fact.names, fact.reach, strict=True)]
    if fact.further is None:
        meaning = "So both stay sure all the way." if fact.whole else "So neither stays sure for longer."
    else:
        meaning = f"So with this drawing {fact.names[fact.further]} stays sure for longer."
    return (
        "The further a drawing is moved, the less sure the networks were expected to be. More than half sure of the "
        f"right digit: {', '.join(told)}. {meaning}"
    )


def _away(reach: float | None) -> str:
    if reach is None:
        return "nowhere"
    return f"up to {reach:g} px away" if reach else "only where it was drawn"


def difference(fact: Difference) -> str:
    values = [_setting(fact.setting, value) for value in (fact.first, fact.second)]
    return f"{fact.setting}: {values[0]} against {values[1]}"


def _setting(name: str, value: object) -> str:
    if value is None:
        return "all" if name == "train_images" else "none"
    return f"{value:,}" if isinstance(value, int) else str(value)


def fairness(fact: Fairness) -> str:
    seeds = f"{'seeds' if len(fact.seeds) > 1 else 'seed'} ({listed(fact.seeds)})"
    same = listed([{**_SAME, "seeds": seeds}[name] for name in fact.same]) if fact.same else ""
    shared = f" with the same {same}" if same else ""
    sentences = [f"Both learn from the same data set{shared}, and are tested on the same images."]
    if fact.parameters:
        sentences.append(f"They were matched by their parameters: {listed([f'{n:,}' for n in fact.parameters])}.")
    if fact.seconds:
        sentences.append(f"Both train for {fact.seconds:g} seconds, however many epochs each completes.")
    if fact.epochs:
        epochs = f"{fact.epochs:,} {'epochs' if fact.epochs > 1 else 'epoch'}"
        sentences.append(f"Both train for {'at most ' if fact.at_most else ''}{epochs}.")
    return " ".join(sentences)


def points(difference: float) -> str:
    """A difference of two fractions of 1: 0.0271 -> '2.7 points'."""
    return f"{signed(difference)} points"


def signed(difference: float) -> str:
    """The same without its unit, with a true minus and no minus zero: -0.0271 -> '−2.7'."""
    return f"{round(100 * difference, 1) + 0.0:.1f}".replace("-", "−")


def change(lost: float) -> str:
    """'lost 2.7 points', 'gained 0.3 points' or 'lost nothing'."""
    if nothing(lost):
        return "lost nothing"
    return f"{'lost' if lost > 0 else 'gained'} {points(abs(lost))}"


def listed(items: Sequence[object]) -> str:
    """'1', '1 and 2', '1, 2 and 3'."""
    *most, last = map(str, items)
    return f"{', '.join(most)} and {last}" if most else last
