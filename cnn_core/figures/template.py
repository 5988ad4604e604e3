"""The look that all figures share, and the colours that mean the same thing on every page."""

import html
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

COLOURS = {
    "train": "#0f76c2",
    "validation": "#cc6f00",
    "test": "#bf4077",
    "CNN": "#7d68dc",
    "DNN": "#7c8a12",
    "ok": "#008077",
    "error": "#d0312d",
    "ink": "#757a87",
}
"""One colour for one thing; a convolution has the colour of the CNN, a dense layer that of the DNN.

Each has a contrast of at least 3:1 on white and on Streamlit's dark #0e1117, colours that meet in one figure stay apart
for colour-blind readers, and white text is legible on 'ok' and 'error'. tests/figures/test_template.py holds all three.
"""

CYCLE = ("#9b5fd0", "#0f8fb0", "#5f9130", "#c9572f", "#a87d2a", "#5c7fb0", "#c2509f", "#8d7a5a")
"""Colours for things that are only one of many, such as runs laid over each other; none of them is one of COLOURS."""

STILL = {"displayModeBar": False}
"""`config` for figures in which there is nothing to zoom: the mode bar would only cover their corner."""

_CLEAR = "rgba(0,0,0,0)"
TEMPLATE = {
    "layout": {
        "paper_bgcolor": _CLEAR,
        "plot_bgcolor": _CLEAR,
        "font": {"color": COLOURS["ink"], "size": 13},
        "colorway": CYCLE,
        "hovermode": "closest",
        # A chart that drags takes the finger that wants to scroll the page on a phone; the mode bar still offers zoom.
        "dragmode": False,
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "title": {"side": "top"}},
        "margin": {"pad": 6},
        "xaxis": {"showgrid": False, "zeroline": False, "automargin": True},
        "yaxis": {"gridcolor": "rgba(117,122,135,0.25)", "zeroline": False, "automargin": True},
    }
}


def translucent(colour: str, opacity: float) -> str:
    """A '#rrggbb' colour as 'rgba(...)', so that the page's own background shows through."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def blend(colour: str, other: str, fraction: float) -> str:
    """`fraction` of one '#rrggbb' colour and the rest of another, as '#rrggbb'."""
    pairs = ((int(colour[start : start + 2], 16), int(other[start : start + 2], 16)) for start in (1, 3, 5))
    return "#" + "".join(f"{round(fraction * one + (1 - fraction) * two):02x}" for one, two in pairs)


def finish(traces: Sequence[dict], height: int, **layout: Any) -> go.Figure:
    """A figure in the shared look from plain plotly dicts.

    Plotly's validation is skipped: live curves are rebuilt twice a second for every visitor, and it would be most of
    their cost. The tests put every figure through the validation instead.

    Args:
        traces: plotly traces as dicts, each with its `type`.
        height: pixels; the width is the page's.
        layout: plotly layout entries, which win over the template.
    """
    layout = {"template": TEMPLATE, "height": height, "margin": {"l": 0, "r": 8, "t": 8, "b": 0}} | layout
    return go.Figure({"data": list(traces), "layout": layout}, _validate=False)


def percent(fraction: float) -> str:
    """A fraction as a percentage: 0.9871 -> '98.7%'."""
    return f"{fraction:.1%}"


def plain(text: str) -> str:
    """A name that a person gave, for plotly, which would take '<b>' in it for formatting."""
    return html.escape(text, quote=False)
