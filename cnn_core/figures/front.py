"""Accuracy against parameters of many runs, with the front that no run beats."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from cnn_core.figures.template import COLOURS, finish, percent, plain, translucent
from cnn_core.language import _


@dataclass(frozen=True)
class Dot:
    """A run: its name, its size, its accuracy (of 1), whether it is on the front, and whether it is the reader's."""

    name: str
    parameters: int
    accuracy: float
    front: bool
    mine: bool


def front_figure(dots: Sequence[Dot], goals: Sequence[tuple[int, float]], height: int = 380) -> go.Figure:
    """A dot for each run, the front as a line of steps, and where the goals are met as areas.

    Args:
        goals: parameters of which a network must have fewer, and the accuracy that it must reach, of 1.
    """
    lowest = min([dot.accuracy for dot in dots] + [accuracy for _most, accuracy in goals], default=0.0)
    least = min([dot.parameters for dot in dots] + [most for most, _accuracy in goals], default=1)
    best = sorted((dot for dot in dots if dot.front), key=lambda dot: dot.parameters)
    most_of_all = max([dot.parameters for dot in dots] + [least])
    traces = [
        _dots([dot for dot in dots if not dot.front], _("Other runs"), COLOURS["ink"], 7),
        {**_dots(best, _("On the front"), COLOURS["CNN"], 11), "mode": "lines+markers"}
        | {"line": {"shape": "hv", "width": 2, "color": COLOURS["CNN"]}},
        _dots([dot for dot in dots if dot.mine], _("Yours"), COLOURS["test"], 15, symbol="circle-open"),
    ]
    return finish(
        [trace for trace in traces if trace["x"]],
        height,
        xaxis={"title": {"text": _("Parameters"), "standoff": 8}, "type": "log", "fixedrange": True}
        | {"dtick": 1, "range": [math.log10(max(1, least)) - 0.4, math.log10(most_of_all) + 0.2]},
        yaxis={
            "title": {"text": _("Test accuracy")},
            "tickformat": ".0%",
            "range": [max(0.0, lowest - 0.05 * (1 - lowest) - 0.01), 1.005],
            "fixedrange": True,
        },
        shapes=[_area(most, accuracy) for most, accuracy in goals],
        margin={"l": 0, "r": 8, "t": 34, "b": 0},
        showlegend=True,
    )


def _dots(dots: Sequence[Dot], title: str, colour: str, size: int, symbol: str = "circle") -> dict:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": title,
        "x": [dot.parameters for dot in dots],
        "y": [dot.accuracy for dot in dots],
        "text": [plain(dot.name) for dot in dots],
        "marker": {"color": colour, "size": size, "symbol": symbol, "line": {"width": 2, "color": colour}},
        "hovertemplate": "%{text}<br>%{x:,} · %{y:.1%}<extra></extra>",
    }


def _area(most: int, accuracy: float) -> dict:
    """Where a goal is met: left of its parameters, above its accuracy."""
    return {
        "type": "rect",
        "xref": "x",
        "x0": 1,
        "x1": most,
        "y0": accuracy,
        "y1": 1,
        "layer": "below",
        "line": {"color": COLOURS["ok"], "width": 1, "dash": "dot"},
        "fillcolor": translucent(COLOURS["ok"], 0.12),
    }


def describe_front(dots: Sequence[Dot]) -> str:
    """The front in words, the smallest first."""
    told = [
        _("{name}, {n:,} parameters, {accuracy}", name=dot.name, n=dot.parameters, accuracy=percent(dot.accuracy))
        for dot in sorted(dots, key=lambda dot: dot.parameters)
        if dot.front
    ]
    return _("Test accuracy against parameters. No run is both smaller and better than: {runs}.", runs="; ".join(told))
