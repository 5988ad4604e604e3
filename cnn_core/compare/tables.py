"""A duel's numbers as tables for people, the same on the page and in the HTML report."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from cnn_core.compare.plan import Plan
from cnn_core.compare.report import Report, Side
from cnn_core.compare.statistics import mcnemar, paired_interval, spread
from cnn_core.design.arithmetic import sides
from cnn_core.design.layers.base import BaseLayer
from cnn_core.design.naming import network_title
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.figures.duel import distinct
from cnn_core.language import _

Row = dict[str, str]
_MAIN_ARGUMENTS = ("filters", "units", "kernel_size", "pool_size", "rate", "activation")


def names(report: Report) -> tuple[str, str]:
    """What the sides are called, told apart where both networks have the same name."""
    pairs = zip(report.sides, report.plan.networks, strict=True)
    first, second = distinct([network_title(network.model_copy(update={"name": side.name})) for side, network in pairs])
    return first, second


def provenance(report: Report) -> str:
    """When and on what the numbers were measured, and how much data there was."""
    made = datetime.fromtimestamp(report.made, UTC)
    return _(
        "Measured on {day} {made:%B %Y, %H:%M} UTC, on {device}. Data: {data}, {train:,} training images, "
        "{test:,} test images.",
        day=made.day,
        made=made,
        device=report.device,
        data=report.dataset_title,
        train=report.train_images,
        test=report.test_images,
    )


def summary(report: Report) -> list[Row]:
    """One row a network, which is named first.

    Over several seeds a number is the mean, with the lowest and the highest behind it.
    """
    return [_summary(name, side) for name, side in zip(names(report), report.sides, strict=True)]


def _summary(name: str, side: Side) -> Row:
    train = [run.train_accuracy for run in side.runs]
    test = [run.test_accuracy for run in side.runs]
    gaps = [first - second for first, second in zip(train, test, strict=True)]
    return {
        _("Network"): name,
        _("Layers"): f"{side.layers:,}",
        _("Parameters"): f"{side.parameters:,}",
        _("Products (MACs)"): f"{side.macs:,}",
        _("Seconds per epoch"): _spread([run.seconds_per_epoch for run in side.runs], "{:.2f}".format),
        _("Train accuracy"): _spread(train, "{:.2%}".format),
        _("Test accuracy"): _spread(test, "{:.2%}".format),
        _("Gap (points)"): _spread(gaps, in_points),
    }


def beside(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    """Rows of networks turned into rows of measures: two networks compare best side by side, on a phone too."""
    return [(measure, *(row[measure] for row in rows)) for measure in rows[0]]


def _spread(values: Sequence[float], show: Callable[[float], str]) -> str:
    if not values:
        return "–"
    over = spread(values)
    if over.n < 2:
        return show(over.mean)
    low, high = (show(end).rstrip("%") for end in (over.low, over.high))
    # No-break spaces keep the range in one piece in a narrow column.
    between = _("{low} to {high}", low=low, high=high).replace(" ", "\u00a0")
    return f"{show(over.mean)} ({between})"


def in_points(difference: float) -> str:
    """A difference of two fractions of 1, in percentage points with a true minus sign: -0.0271 -> '−2.71'."""
    return f"{100 * difference:.2f}".replace("-0.00", "0.00").replace("-", "−")


def paired_accuracies(report: Report) -> tuple[list[float], list[float]]:
    """The test accuracies of both sides at the seeds that both have finished, in the same order."""
    second = {run.seed: run.test_accuracy for run in report.sides[1].runs}
    pairs = [(run.test_accuracy, second[run.seed]) for run in report.sides[0].runs if run.seed in second]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def interval_words(report: Report) -> str:
    """By how much one side is better over the seeds, with the paired interval; empty with fewer than two pairs."""
    called, (first, second) = names(report), paired_accuracies(report)
    interval = paired_interval(first, second)
    if interval and interval.mean < 0:
        called, interval = called[::-1], paired_interval(second, first)
    if interval is None:
        return ""
    return _(
        "Test accuracy of {first} minus that of {second}, over {seeds} seeds: {mean} points on average, with a "
        "{level:.0%} interval from {low} to {high} (paired t).",
        first=called[0],
        second=called[1],
        seeds=interval.n,
        mean=in_points(interval.mean),
        level=interval.level,
        low=in_points(interval.low),
        high=in_points(interval.high),
    )


def mcnemar_table(report: Report) -> list[Row]:
    """One row a seed: how many test images both, one or no network predicted right, and McNemar's exact p."""
    first, second = names(report)
    return [
        {
            _("Seed"): str(counts.seed),
            _("Both right"): f"{counts.both:,}",
            _("Only {network}", network=first): f"{counts.only_first:,}",
            _("Only {network}", network=second): f"{counts.only_second:,}",
            _("Neither"): f"{counts.neither:,}",
            _("McNemar's p"): probability(mcnemar(counts.only_first, counts.only_second)),
        }
        for counts in report.agreements
    ]


def probability(p: float) -> str:
    """A p-value for people: three decimals, or that it is smaller than they can show."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def layers_words(network: Network) -> str:
    """The layers in one line, each with its main arguments: 'Flatten → Dense 500 relu → Dense 10 softmax'."""
    return " → ".join(" ".join([layer.type, *_main_arguments(layer)]) for layer in network.layers)


def _main_arguments(layer: BaseLayer) -> list[str]:
    arguments = layer.arguments()
    values = [arguments[name] for name in _MAIN_ARGUMENTS if arguments.get(name) not in (None, "linear")]
    return [sides(value) if isinstance(value, tuple) else str(value) for value in values]


def recipe_table(plan: Plan) -> list[tuple[str, str, str]]:
    """(setting by its code name, value of the first side, of the second) of all in use; seeds are the plan's."""
    first, second = (_settings(recipe) for recipe in plan.recipes)
    return [(name, first[name] or "–", second[name] or "–") for name in first if first[name] or second[name]]


def _settings(recipe: Recipe) -> dict[str, str]:
    """Each setting as text, empty where it is switched off."""
    plain = {name: f"{value:,}" if isinstance(value, int) else str(value or "") for name, value in recipe}
    varied = recipe.augmentation
    plain["augmentation"] = ", ".join(f"{name} {getattr(varied, name)}" for name in varied.controls)
    del plain["seed"]
    return plain
