"""The test accuracy of a network against how many filters of a layer are switched off, in several orders."""

from collections.abc import Mapping, Sequence
from itertools import cycle

import plotly.graph_objects as go

from cnn_core.figures.template import CYCLE, finish, percent, plain
from cnn_core.language import _


def off_figure(counts: Sequence[int], accuracies: Mapping[str, Sequence[float]]) -> go.Figure:
    """A line for each order, by its title."""
    lines = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": plain(title),
            "x": list(counts),
            "y": list(values),
            "line": {"color": colour, "width": 2},
            "hovertemplate": "%{x}: %{y:.1%}",
        }
        for (title, values), colour in zip(accuracies.items(), cycle(CYCLE), strict=False)
    ]
    return finish(
        lines,
        300,
        xaxis={"title": {"text": _("Filters that are off"), "standoff": 8}, "fixedrange": True},
        yaxis={"title": {"text": _("Test accuracy")}, "tickformat": ".0%", "range": [0, 1.02], "fixedrange": True},
        margin={"l": 0, "r": 8, "t": 32, "b": 0},
        showlegend=True,
    )


def describe_off(counts: Sequence[int], accuracies: Mapping[str, Sequence[float]]) -> str:
    """The same in words."""
    lines = [
        _(
            "{order}: {points}",
            order=title,
            points=", ".join(f"{count} {percent(value)}" for count, value in zip(counts, values, strict=True)),
        )
        for title, values in accuracies.items()
    ]
    return _("Test accuracy by the number of filters that are off. {lines}.", lines=". ".join(lines))
