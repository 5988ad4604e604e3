"""A duel's charts, each with its title, its sentence and its text alternative: one set for page and report."""

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from cnn_core.compare import words
from cnn_core.compare.report import Less, Report, Sweep
from cnn_core.compare.tables import names
from cnn_core.figures.confusion import confusion_figure, describe_confusion
from cnn_core.figures.curves import Curve, Split, curves_figure, describe_curves, loss_title
from cnn_core.figures.duel import (
    bars_figure,
    describe_bars,
    describe_lines,
    duel_curves,
    lines_figure,
    side_colours,
)
from cnn_core.language import N_, _

SWEEPS = {
    "shift": (N_("Shift the images"), N_("Shift (pixels)")),
    "rotate": (N_("Rotate the images"), N_("Rotation (degrees)")),
    "noise": (N_("Add noise"), N_("Noise (std. deviation, of 255)")),
    "rows": (N_("Leave out every other row"), N_("Images")),
}
"""For each kind of sweep its title, and that of its horizontal axis; to be translated."""


@dataclass(frozen=True)
class Chart:
    """A figure with what is said about it. `alt` says in words what it shows; `words` (or '') what that means.

    `key` tells it from the others of a report, in every language.
    """

    key: str
    title: str
    words: str
    figure: go.Figure
    alt: str


def learning_curves(report: Report) -> list[Chart]:
    """Accuracy and loss of all main trainings: on the training and, where there is one, the validation set."""
    return [
        _learning_curve(report, "accuracy", _("Accuracy")),
        _learning_curve(report, "loss", loss_title(recipe.loss for recipe in report.plan.recipes)),
    ]


def _learning_curve(report: Report, measure: str, title: str) -> Chart:
    curves = [*_curves(report, measure, "train"), *_curves(report, f"val_{measure}", "validation")]
    share = measure == "accuracy"
    epochs = max((run.epochs for side in report.sides for run in side.runs), default=1)
    figure = curves_figure(curves, title, epochs=epochs, share=share)
    return Chart(measure, title, "", figure, describe_curves(curves, title, share=share))


def _curves(report: Report, measure: str, split: Split) -> list[Curve]:
    series = [[run.curves[measure] for run in side.runs if measure in run.curves] for side in report.sides]
    return duel_curves(series, names(report), _colours(report), split)


def confusions(report: Report) -> list[Chart]:
    """The confusion matrix of each side, of its first seed."""
    return [
        Chart(
            f"confusion-{number}",
            name,
            _("Seed {seed}", seed=side.runs[0].seed),
            confusion_figure(np.array(side.runs[0].confusion), report.class_names),
            describe_confusion(np.array(side.runs[0].confusion), report.class_names),
        )
        for number, (name, side) in enumerate(zip(names(report), report.sides, strict=True))
        if side.runs
    ]


def experiments(report: Report) -> list[Chart]:
    """The experiments that have been made, each with what was expected, what was measured and what it means."""
    charts = [_less(report, report.less)] if report.less else []
    charts += [_rows(report, sweep) if sweep.kind == "rows" else _sweep(report, sweep) for sweep in report.sweeps]
    return charts + ([_shuffled(report)] if report.shuffled else [])


def _less(report: Report, less: Less) -> Chart:
    shown, x_title = (less.sizes, less.accuracies, names(report)), _("Training images")
    figure = lines_figure(*shown, _colours(report), x_title, log_x=True, chance=_chance(report))
    return Chart("less", _("Learn from less"), words.less_words(report), figure, describe_lines(*shown, x_title))


def _sweep(report: Report, sweep: Sweep) -> Chart:
    title, x_title = map(_, SWEEPS[sweep.kind])
    shown = (sweep.amounts, sweep.accuracies, names(report))
    figure = lines_figure(*shown, _colours(report), x_title, chance=_chance(report))
    return Chart(sweep.kind, title, words.sweep_words(report, sweep), figure, describe_lines(*shown, x_title))


def _rows(report: Report, sweep: Sweep) -> Chart:
    labels = [_("Half the rows") if amount else _("All rows") for amount in sweep.amounts]
    groups = {
        label: [[seed[place] for seed in side] for side in sweep.accuracies] for place, label in enumerate(labels)
    }
    return _bars(report, "rows", _(SWEEPS["rows"][0]), words.sweep_words(report, sweep), groups)


def _shuffled(report: Report) -> Chart:
    plain = [[run.test_accuracy for run in side.runs] for side in report.sides]
    groups = {_("Plain"): plain, _("Shuffled pixels"): report.shuffled}
    return _bars(report, "shuffled", _("Shuffle the pixels"), words.shuffled_words(report), groups)


def _bars(report: Report, key: str, title: str, sentence: str, groups: dict) -> Chart:
    figure = bars_figure(groups, names(report), _colours(report), chance=_chance(report))
    return Chart(key, title, sentence, figure, describe_bars(groups, names(report)))


def _colours(report: Report) -> tuple[str, str]:
    return side_colours(report.families)


def _chance(report: Report) -> float:
    """Accuracy of guessing, if all classes were equally frequent."""
    return 1 / len(report.class_names)
