"""Learning curves: loss or accuracy against epochs, of one run live or of several runs overlaid."""

import base64
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import cycle
from typing import Literal

import numpy as np
import plotly.graph_objects as go

from cnn_core.figures.template import COLOURS, CYCLE, finish, percent, plain
from cnn_core.language import N_, _

Split = Literal["train", "validation", "test"]
Dash = Literal["solid", "dot", "dash"]
_STYLES: dict[Split, tuple[Dash, str]] = {
    "train": ("dot", N_("training dotted")),
    "validation": ("solid", N_("validation solid")),
    "test": ("dash", N_("test dashed")),
}
_FEW_POINTS = 80  # in all curves: markers on more of them are a thicket
_LOSSES = {"categorical_crossentropy": N_("Loss (cross-entropy)"), "mse": N_("Loss (mean squared error)")}


@dataclass(frozen=True)
class Curve:
    """One measure of one run over time.

    Attributes:
        label: its name in the legend, such as 'Training'.
        x: epochs, fractions included: 1.5 is half way through the second.
        y: the measured values, as many as x; NaN leaves a gap.
        split: which part of the data was measured; it gives the colour.
        colour: a '#rrggbb' that wins over the split's.
        dash: the line style.
        run: the run it belongs to where several are overlaid; its curves share one entry of the legend.
    """

    label: str
    x: Sequence[float]
    y: Sequence[float]
    split: Split
    colour: str | None = None
    dash: Dash = "solid"
    run: str | None = None


def overlay(runs: Mapping[str, Sequence[Curve]]) -> list[Curve]:
    """The curves of several runs, by title: one colour and legend entry a run, one line style a split."""
    return [
        replace(
            curve, label=f"{title}, {split_name(curve.split)}", colour=colour, dash=_STYLES[curve.split][0], run=title
        )
        for (title, curves), colour in zip(runs.items(), cycle(CYCLE))
        for curve in curves
    ]


def split_name(split: str) -> str:
    """What a part of the data is called, by a curve's `split`."""
    return {"train": _("training"), "validation": _("validation"), "test": _("test")}[split]


def loss_title(losses: Iterable[str]) -> str:
    """What to write at an axis with curves of these losses (names as in Keras)."""
    titles = {_LOSSES[loss] for loss in losses}
    return _(titles.pop()) if len(titles) == 1 else _("Loss (different kinds: do not compare)")


def curves_figure(
    curves: Sequence[Curve], y_title: str, *, epochs: float, share: bool = False, height: int = 300
) -> go.Figure:
    """Learning curves on an axis that is as long as the plan, so that nothing jumps while points arrive.

    Args:
        curves: what to draw, in the order of the legend.
        y_title: the measure with its unit or kind, such as 'Loss (cross-entropy)'.
        epochs: planned epochs, the end of the horizontal axis.
        share: whether values are fractions of 1 (accuracy), to be shown as percent.
        height: pixels.
    """
    names = [curve.run or curve.label for curve in curves]
    empty = not any(len(curve.x) for curve in curves)
    return finish(
        [
            _trace(
                curve, share, names[index] not in names[index + 1 :], marked=len(curve.x) * len(curves) <= _FEW_POINTS
            )
            for index, curve in enumerate(curves)
        ],
        height,
        xaxis={"title": {"text": _("Epoch"), "standoff": 8}, "range": [0, epochs], "fixedrange": True},
        yaxis={"title": {"text": y_title, "standoff": 16}, "fixedrange": True} | _scale(share, empty),
        margin={"l": 0, "r": 8, "t": 32, "b": 0},
        showlegend=True,
        legend={"title": {"text": _line_styles(curves)}},
        annotations=[_waiting()] if empty else [],
    )


def _scale(share: bool, empty: bool) -> dict:
    if share:
        return {"tickformat": ".0%"} | ({"range": [0, 1]} if empty else {"autorangeoptions": {"maxallowed": 1.02}})
    return {"range": [0, 1]} if empty else {"rangemode": "tozero"}


def _trace(curve: Curve, share: bool, in_legend: bool, *, marked: bool) -> dict:
    colour, name = curve.colour or COLOURS[curve.split], plain(curve.run or curve.label)
    value = "%{y:.2%}" if share else "%{y:.4f}"
    return {
        "type": "scatter",
        "name": name,
        "legendgroup": name,
        "showlegend": in_legend,
        "x": _packed(curve.x),
        "y": _packed(curve.y),
        "mode": "lines+markers" if marked else "lines",
        "line": {"color": colour, "width": 2, "dash": curve.dash},
        "marker": {"color": colour, "size": 6},
        "cliponaxis": False,  # the last point lies on the border
        "text": plain(curve.label),  # not in the template, where plotly would look for places to fill
        "hovertemplate": _("{curve}: {value} at epoch {epoch}", curve="%{text}", value=value, epoch="%{x:.2f}")
        + "<extra></extra>",
    }


def _packed(values: Sequence[float]) -> dict[str, str]:
    """Values as plotly sends arrays. Packed here, it need not look at them first, which took longer than the packing.

    float32 has half the bytes of float64, and still more digits than any screen shows.
    """
    return {"dtype": "f4", "bdata": base64.b64encode(np.asarray(values, "<f4").tobytes()).decode()}


def _line_styles(curves: Sequence[Curve]) -> str:
    """The key to the line styles, where the colours tell runs apart."""
    used = {curve.split for curve in curves if curve.run}
    return ", ".join(_(words) for split, (_dash, words) in _STYLES.items() if split in used)


def _waiting() -> dict:
    return {"text": _("No points yet"), "showarrow": False, "xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5}


def describe_curves(curves: Sequence[Curve], y_title: str, *, share: bool = False) -> str:
    """The curves in a sentence: where each began and is now, and its best value with its epoch.

    The best is the lowest loss or, for fractions, the highest accuracy.
    """
    told = [_describe(curve, share) for curve in curves]
    return _("{measure}: {curves}.", measure=y_title, curves="; ".join(told) or _("no curves"))


def _describe(curve: Curve, share: bool) -> str:
    points = [(x, y) for x, y in zip(curve.x, curve.y, strict=True) if math.isfinite(y)]
    if not points:
        return _("{curve}: no points yet", curve=curve.label)
    show = percent if share else "{:.3g}".format
    (first_x, first), (last_x, last) = points[0], points[-1]
    if len(points) == 1:
        return _("{curve}: {value} at epoch {epoch:.3g}", curve=curve.label, value=show(first), epoch=first_x)
    values = {"curve": curve.label, "first": show(first), "last": show(last), "epoch": last_x}
    best_x, best = (max if share else min)(points, key=lambda point: point[1])
    return f"{_moved(values, last > first)}, {_best(show(best), best_x, share)}"


def _moved(values: dict, rose: bool) -> str:
    if values["first"] == values["last"]:
        return _("{curve} stayed at {last} by epoch {epoch:.3g}", **values)
    if rose:
        return _("{curve} rose from {first} to {last} by epoch {epoch:.3g}", **values)
    return _("{curve} fell from {first} to {last} by epoch {epoch:.3g}", **values)


def _best(value: str, epoch: float, share: bool) -> str:
    if share:
        return _("highest {value} at epoch {epoch:.3g}", value=value, epoch=epoch)
    return _("lowest {value} at epoch {epoch:.3g}", value=value, epoch=epoch)
