"""Two networks against each other: learning curves, accuracy against an amount, and bars, one colour a side.

A side is 0 or 1. Accuracies are fractions of 1. Where a side was trained with several seeds, the figures show the mean
and how far apart the seeds are, from the lowest to the highest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go

from cnn_core.figures.curves import Curve, Split, overlay
from cnn_core.figures.template import COLOURS, CYCLE, finish, percent, plain, translucent
from cnn_core.language import _

Pair = tuple[str, str]
Seeds = Sequence[float]
Lines = Sequence[Sequence[Sequence[float]]]
"""[side][seed][amount]."""

_RIVALS = {"CNN": CYCLE[3], "DNN": CYCLE[1]}
_LOW = 0.5  # an accuracy below this is seen best on the whole scale
_LEGIBLE = 1.6  # ratio of two amounts on a logarithmic axis whose labels do not touch on a phone
_BAR, _BESIDE = 0.36, 0.2  # width of a bar, and from its middle to that of its group; groups are 1 apart


def side_colours(families: Pair) -> Pair:
    """The colours of 'CNN' and 'DNN'; of two of a kind, the second gets one that stays apart from the first."""
    first, second = families
    return COLOURS[first], _RIVALS[second] if first == second else COLOURS[second]


def distinct(names: Sequence[str]) -> tuple[str, ...]:
    """The names of the sides, told apart when some are the same.

    >>> distinct(["a", "b", "a"])
    ('a (1)', 'b', 'a (3)')
    """
    return tuple(
        f"{name} ({number})" if list(names).count(name) > 1 else name for number, name in enumerate(names, start=1)
    )


def duel_curves(
    series: Sequence[Sequence[tuple[Sequence[float], Sequence[float]]]],
    names: Sequence[str],
    colours: Pair,
    split: Split,
) -> list[Curve]:
    """The learning curves of both sides for `curves_figure`: one colour and legend entry a side, one line a seed.

    Args:
        series: [side][seed] -> x (epochs done) and y.
        names: of the two networks.
        split: which part of the data was measured; it gives the line style.
    """
    curves = []
    for name, colour, seeds in zip(distinct(names), colours, series, strict=True):
        side = overlay({name: [Curve("", x, y, split) for x, y in seeds]})
        for number, curve in enumerate(side, start=1):
            label = curve.label if len(side) == 1 else _("{curve}, run {number}", curve=curve.label, number=number)
            curves.append(replace(curve, label=label, colour=colour))
    return curves


def lines_figure(
    amounts: Sequence[float],
    accuracies: Lines,
    names: Sequence[str],
    colours: Sequence[str],
    x_title: str,
    *,
    y_title: str = "",
    log_x: bool = False,
    chance: float | None = None,
    ticks: Sequence[str] | None = None,
    height: int = 300,
) -> go.Figure:
    """Accuracy against an amount: a side's mean as a line, and a band from its lowest to its highest seed.

    Args:
        amounts: ascending, above 0 with `log_x`.
        accuracies: [side][seed][amount], of the sides `names` in `colours`; a side without seeds is left out.
        x_title: the amount with its unit, such as 'Shift (pixels)'.
        y_title: what is measured; test accuracy when empty. `chance`: the accuracy of guessing, where it is in sight.
        ticks: what to write at the amounts instead of their numbers.
        height: pixels.
    """
    sides = [
        (name, colour, np.asarray(seeds, float))
        for name, colour, seeds in zip(distinct(names), colours, accuracies, strict=True)
        if len(seeds)
    ]
    bottom, top = _range([values for *_side, values in sides])
    shown = chance if chance is not None and chance >= bottom else None
    return finish(
        [_band(amounts, *side) for side in sides if len(side[2]) > 1]
        + [_line(amounts, ticks or [_number(amount) for amount in amounts], *side) for side in sides]
        + _chance(shown, min(amounts, default=0), max(amounts, default=0)),
        height,
        xaxis=_amounts_axis(amounts, x_title, log_x, ticks),
        yaxis=_fraction_axis(y_title or _("Test accuracy")) | {"range": [bottom, top]},
        margin={"l": 0, "r": 8, "t": 32, "b": 0},
        showlegend=True,
    )


def _range(values: Sequence[np.ndarray]) -> tuple[float, float]:
    """The ends of the vertical axis."""
    low = min((float(side.min()) for side in values), default=0.0)
    high = max((float(side.max()) for side in values), default=1.0)
    if low < _LOW:
        return 0.0, 1.02
    room = max(0.1 * (high - low), 0.005)
    return low - room, min(high + room, 1 + room / 2)


def _band(amounts: Sequence[float], name: str, colour: str, values: np.ndarray) -> dict:
    return {
        "type": "scatter",
        "x": [*amounts, *reversed(amounts)],
        "y": [*values.max(axis=0).tolist(), *values.min(axis=0)[::-1].tolist()],
        "mode": "lines",
        "line": {"width": 0, "color": colour},
        "fill": "toself",
        "fillcolor": translucent(colour, 0.22),
        "legendgroup": plain(name),
        "showlegend": False,
        "hoverinfo": "skip",
    }


def _line(amounts: Sequence[float], places: Sequence[str], name: str, colour: str, values: np.ndarray) -> dict:
    return {
        "type": "scatter",
        "name": plain(name),
        "legendgroup": plain(name),
        "x": list(amounts),
        "y": values.mean(axis=0).tolist(),
        "mode": "lines+markers",
        "line": {"color": colour, "width": 2},
        "marker": {"color": colour, "size": 7},
        "text": [f"{plain(name)}, {plain(place)}: {_told(values[:, n])}" for n, place in enumerate(places)],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _amounts_axis(amounts: Sequence[float], title: str, log_x: bool, ticks: Sequence[str] | None) -> dict:
    texts = [plain(text) for text in ticks or map(_number, amounts)]
    if log_x:
        near = [after < _LEGIBLE * amount for amount, after in pairwise(amounts)]
        texts = ["" if close else text for text, close in zip(texts, [*near, False], strict=True)]
    axis = {"title": {"text": plain(title), "standoff": 8}, "tickvals": list(amounts), "ticktext": texts}
    if ticks and amounts:
        axis["range"] = [amounts[0] - 0.4, amounts[-1] + 0.4]
    return axis | {"type": "log" if log_x else "linear"}


def _fraction_axis(title: str) -> dict:
    return {"title": {"text": title, "standoff": 16}, "tickformat": ".1~%"}


def _chance(accuracy: float | None, start: float, end: float) -> list[dict]:
    """A thin dotted line, named in the legend: anywhere else a falling line would sooner or later cross its name."""
    if accuracy is None:
        return []
    line = {"color": COLOURS["ink"], "width": 1, "dash": "dot"}
    ends = {"x": [start, end], "y": [accuracy, accuracy]}
    return [{"type": "scatter", "mode": "lines", "name": _("chance"), "line": line, "hoverinfo": "skip"} | ends]


def _number(amount: float) -> str:
    return f"{amount:,.10g}"


def _told(seeds: Seeds | np.ndarray) -> str:
    """The mean in percent, and with several seeds their range."""
    if not len(seeds):
        return _("nothing yet")
    mean = percent(float(np.mean(seeds)))
    if len(seeds) == 1:
        return mean
    return _("{mean} ({low} to {high})", mean=mean, low=percent(min(seeds)), high=percent(max(seeds)))


def describe_lines(amounts: Sequence[float], accuracies: Lines, names: Sequence[str], x_title: str) -> str:
    """The lines in words: each side's mean at each amount, and with several seeds their range."""
    sides = []
    for name, seeds in zip(distinct(names), accuracies, strict=True):
        told = [
            _("{accuracy} at {amount}", accuracy=_told(values), amount=_number(amount))
            for amount, values in zip(amounts, zip(*seeds, strict=True), strict=False)
        ]
        sides.append(f"{name}: {', '.join(told) or _told(())}")
    return _("Accuracy against {amount}. {sides}.", amount=x_title, sides="; ".join(sides))


def bars_figure(
    groups: Mapping[str, Sequence[Seeds]],
    names: Sequence[str],
    colours: Pair,
    *,
    chance: float | None = None,
    height: int = 300,
) -> go.Figure:
    """Accuracies of both sides next to each other, group by group: means as bars, lowest to highest seed as whiskers.

    Args:
        groups: by title, [side][seed]; a side without seeds has no bar.
        names, colours: of the sides.
        chance: the accuracy of guessing.
        height: pixels.
    """
    bars = [
        [(place + beside, list(group[side])) for place, group in enumerate(groups.values()) if len(group[side])]
        for side, beside in enumerate((-_BESIDE, _BESIDE))
    ]
    return finish(
        [_bars(name, colour, side) for name, colour, side in zip(distinct(names), colours, bars, strict=True)]
        + [_labels([bar for side in bars for bar in side])]
        + _chance(chance, -0.5, len(groups) - 0.5),
        height,
        xaxis={
            "tickvals": list(range(len(groups))),
            "ticktext": [plain(title) for title in groups],
            "range": [-0.5, len(groups) - 0.5],
        },
        yaxis=_fraction_axis(_("Test accuracy"))
        | {"range": [0, 1.1], "tickvals": [0, 0.25, 0.5, 0.75, 1], "showgrid": False},
        margin={"l": 0, "r": 8, "t": 32, "b": 0},
        showlegend=True,
    )


def _bars(name: str, colour: str, bars: Sequence[tuple[float, list[float]]]) -> dict:
    means = [float(np.mean(seeds)) for _x, seeds in bars]
    return {
        "type": "bar",
        "name": plain(name),
        "x": [x for x, _seeds in bars],
        "y": means,
        "width": _BAR,
        "offset": -_BAR / 2,
        # Translucent, so that the lower half of a whisker is seen on its bar.
        "marker": {"color": translucent(colour, 0.4), "line": {"color": colour, "width": 2}},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [max(seeds) - mean for (_x, seeds), mean in zip(bars, means, strict=True)],
            "arrayminus": [mean - min(seeds) for (_x, seeds), mean in zip(bars, means, strict=True)],
            "visible": any(len(seeds) > 1 for _x, seeds in bars),
            "color": colour,
            "thickness": 2,
            "width": 6,
        },
        "customdata": [f"{plain(name)}: {_told(seeds)}" for _x, seeds in bars],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _labels(bars: Sequence[tuple[float, list[float]]]) -> dict:
    """The means, written above the whiskers: the text of a bar would be crossed by its own."""
    return {
        "type": "scatter",
        "mode": "text",
        "x": [x for x, _seeds in bars],
        "y": [max(seeds) for _x, seeds in bars],
        "text": [percent(float(np.mean(seeds))) for _x, seeds in bars],
        "textposition": "top center",
        "cliponaxis": False,
        "showlegend": False,
        "hoverinfo": "skip",
    }


def describe_bars(groups: Mapping[str, Sequence[Seeds]], names: Sequence[str]) -> str:
    """The bars in words, group by group."""
    told = []
    for title, sides in groups.items():
        pairs = zip(distinct(names), sides, strict=True)
        told.append(f"{title}: " + ", ".join(f"{name} {_told(seeds)}" for name, seeds in pairs))
    return _("Test accuracy. {groups}.", groups="; ".join(told))
