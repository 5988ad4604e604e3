"""How many pictures of each class a data set has."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from cnn_core.figures.template import COLOURS, finish, plain


def counts_figure(train: np.ndarray, test: np.ndarray, class_names: Sequence[str]) -> go.Figure:
    """Bars for each class, training and test in their colours.

    Args:
        train, test: (classes,) numbers of pictures.
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
        for part, colour, counts in (("training", "train", train), ("test", "test", test))
    ]
    axis = {"range": [len(names) - 0.5, -0.5], "tickvals": places, "ticktext": names, "showgrid": False}
    return finish(
        bars,
        70 + max(6, len(names)) * 24,
        barmode="stack",
        legend={"traceorder": "normal"},
        yaxis=axis | {"fixedrange": True},
        xaxis={"title": {"text": "pictures"}, "showgrid": True, "fixedrange": True},
        margin={"l": 0, "r": 8, "t": 30, "b": 0},
    )


def describe_counts(train: np.ndarray, test: np.ndarray, class_names: Sequence[str]) -> str:
    """The same in words."""
    listed = [f"{name} {a} and {b}" for name, a, b in zip(class_names[:20], train, test, strict=False)]
    more = f", and {len(class_names) - 20} more classes" if len(class_names) > 20 else ""
    return f"Training and test pictures of each class: {', '.join(listed)}{more}."
