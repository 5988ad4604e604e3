"""How many images of each class a data set has."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from cnn_core.figures.template import COLOURS, finish, plain
from cnn_core.language import _, _n

TOLD = 20  # classes in the text alternative


def counts_figure(train: np.ndarray, test: np.ndarray, class_names: Sequence[str]) -> go.Figure:
    """Bars for each class, training and test in their colours.

    Args:
        train, test: (classes,) numbers of images.
    """
    names = [plain(name) for name in class_names]
    places = list(range(len(names)))
    bars = [
        {
            "type": "bar",
            "orientation": "h",
            "name": part,
            "y": places,
            "x": counts.tolist(),
            "customdata": names,
            "marker": {"color": COLOURS[colour]},
            "hovertemplate": "%{customdata}: %{x:,}",
        }
        for part, colour, counts in ((_("training"), "train", train), (_("test"), "test", test))
    ]
    axis = {"range": [len(names) - 0.5, -0.5], "tickvals": places, "ticktext": names, "showgrid": False}
    return finish(
        bars,
        70 + max(6, len(names)) * 24,
        barmode="stack",
        legend={"traceorder": "normal"},
        yaxis=axis | {"fixedrange": True},
        xaxis={"title": {"text": _("images")}, "showgrid": True, "fixedrange": True},
        margin={"l": 0, "r": 8, "t": 30, "b": 0},
    )


def describe_counts(train: np.ndarray, test: np.ndarray, class_names: Sequence[str]) -> str:
    """The same in words."""
    named = class_names[:TOLD]
    counts = [
        _("{name} {train} and {test}", name=name, train=one, test=other)
        for name, one, other in zip(named, train, test, strict=False)
    ]
    if more := len(class_names) - len(named):
        counts.append(_n("{n} more class", "{n} more classes", more))
    return _("Training and test images of each class: {counts}.", counts=", ".join(counts))
