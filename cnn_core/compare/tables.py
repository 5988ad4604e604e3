"""A duel's numbers as tables for people, the same on the page and in the HTML report."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from cnn_core.compare.plan import Plan
from cnn_core.compare.report import Report, Side
from cnn_core.compare.statistics import mcnemar, paired_interval, spread
from cnn_core.design.layers.base import BaseLayer
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.figures.duel import distinct

Row = dict[str, str]
_MAIN_ARGUMENTS = ("filters", "units", "kernel_size", "pool_size", "rate", "activation")


def names(report: Report) -> tuple[str, str]:
    """What the sides are called, told apart where both networks have the same name."""
    return distinct([side.name for side in report.sides])


def measured(report: Report) -> str:
    """When and on what the numbers were measured, and how much data there was."""
    made = datetime.fromtimestamp(report.made, UTC)
    return (
        f"Measured on {made.day} {made:%B %Y, %H:%M} UTC, on {report.device}. Data: {report.dataset_title}, "
        f"{report.train_images:,} pictures for training, {report.test_images:,} for the test."
    )


def summary(report: Report) -> list[Row]:
    """One row a network. Over several seeds a number is the mean, with the lowest and the highest behind it."""
    return [_summary(name, side) for name, side in zip(names(report), report.sides, strict=True)]


def _summary(name: str, side: Side) -> Row:
    train = [run.train_accuracy for run in side.runs]
    test = [run.test_accuracy for run in side.runs]
    gaps = [first - second for first, second in zip(train, test, strict=True)]
    return {
        "Network": name,
        "Layers": f"{side.layers:,}",
        "Parameters": f"{side.parameters:,}",
        "MACs": f"{side.macs:,}",
        "Seconds per epoch": _spread([run.seconds_per_epoch for run in side.runs], "{:.2f}".format),
        "Train accuracy": _spread(train, "{:.2%}".format),
        "Test accuracy": _spread(test, "{:.2%}".format),
        "Gap (points)": _spread(gaps, points),
    }


def _spread(values: Sequence[float], show: Callable[[float], str]) -> str:
    if not values:
        return "–"
    over = spread(values)
    # No-break spaces keep the range in one piece in a narrow column.
    between = f" ({show(over.low)}\u00a0to\u00a0{show(over.high)})".replace("%", "") if over.n > 1 else ""
    return show(over.mean) + between


def points(share: float) -> str:
    """A difference of two shares of 1, in percentage points with a true minus sign: -0.0271 -> '−2.71'."""
    return f"{100 * share:.2f}".replace("-0.00", "0.00").replace("-", "−")


def paired_accuracies(report: Report) -> tuple[list[float], list[float]]:
    """The test accuracies of both sides at the seeds that both have finished, in the same order."""
    second = {run.seed: run.test_accuracy for run in report.sides[1].runs}
    pairs = [(run.test_accuracy, second[run.seed]) for run in report.sides[0].runs if run.seed in second]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def interval_words(report: Report) -> str:
    """By how much one side is better over the seeds, with the paired interval; empty with fewer than two pairs."""
    called, accuracies = names(report), paired_accuracies(report)
    interval = paired_interval(*accuracies)
    if interval is None:
        return ""
    if interval.mean < 0:
        called, interval = called[::-1], paired_interval(*accuracies[::-1])
    return (
        f"Test accuracy of {called[0]} minus that of {called[1]}, over {interval.n} seeds: "
        f"{points(interval.mean)} points on average, "
        f"with a {interval.level:.0%} interval from {points(interval.low)} to {points(interval.high)} "
        "(paired t)."
    )


def mcnemar_table(report: Report) -> list[Row]:
    """One row a seed: how many test pictures both, one or no network read right, and McNemar's exact p."""
    first, second = names(report)
    return [
        {
            "Seed": str(counts.seed),
            "Both right": f"{counts.both:,}",
            f"Only {first}": f"{counts.only_first:,}",
            f"Only {second}": f"{counts.only_second:,}",
            "Neither": f"{counts.neither:,}",
            "McNemar's p": probability(mcnemar(counts.only_first, counts.only_second)),
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
    return ["×".join(map(str, value)) if isinstance(value, tuple) else str(value) for value in values]


def recipe_table(plan: Plan) -> list[tuple[str, str, str]]:
    """(setting, value of the first side, value of the second) of all that is in use; seeds are the plan's."""
    settings = [_settings(recipe) for recipe in plan.recipes]
    return [
        (name.replace("_", " ").capitalize(), *(setting[name] or "–" for setting in settings))
        for name in settings[0]
        if any(setting[name] for setting in settings)
    ]


def _settings(recipe: Recipe) -> dict[str, str]:
    """Each setting as text, empty where it is switched off."""
    plain = {name: f"{value:,}" if isinstance(value, int) else str(value or "") for name, value in recipe}
    varied = recipe.augmentation
    plain["loss"] = recipe.loss.replace("_", " ")
    plain["augmentation"] = ", ".join(f"{name} {getattr(varied, name)}" for name in varied.controls).replace("_", " ")
    del plain["seed"]
    return plain
