"""How the parameters of layers grow with their filters."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from cnn_core.figures.template import COLOURS, CYCLE, finish, plain
from cnn_core.language import _


def parameter_figure(filters: Sequence[int], parameters: Mapping[str, Sequence[int]], chosen: int) -> go.Figure:
    """A line for each layer.

    Args:
        filters: the numbers of filters.
        parameters: by the layer's name, how many parameters it has with so many filters.
        chosen: the number of filters that is looked at.
    """
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": plain(name),
            "x": list(filters),
            "y": list(counts),
            "line": {"color": colour, "width": 2.5},
            "hovertemplate": "%{y:,}",
        }
        for (name, counts), colour in zip(parameters.items(), CYCLE, strict=False)
    ]
    return finish(
        traces,
        260,
        xaxis={"title": {"text": _("Filters")}, "fixedrange": True},
        yaxis={"title": {"text": _("Parameters")}, "rangemode": "tozero", "fixedrange": True, "tickformat": ",d"},
        hovermode="x",
        shapes=[
            {
                "type": "line",
                "x0": chosen,
                "x1": chosen,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"dash": "dot", "color": COLOURS["ink"]},
            }
        ],
        margin={"l": 0, "r": 8, "t": 34, "b": 0},
    )


def describe_parameters(parameters: Mapping[str, int]) -> str:
    """The numbers at the place that is looked at, in a sentence."""
    told = ", ".join(f"{name} {count:,}" for name, count in parameters.items())
    return _("Parameters with the chosen number of filters: {told}.", told=told)
