"""One number for each class, as bars."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from cnn_core.figures.template import COLOURS, finish, plain

TOLD = 20  # classes in the text alternative


def class_figure(values: np.ndarray, class_names: Sequence[str], title: str) -> go.Figure:
    """Bars for (classes,) numbers; `title` says what they are."""
    names, places = [plain(name) for name in class_names], list(range(len(class_names)))
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": places,
        "x": np.round(values, 4).tolist(),
        "customdata": names,
        "marker": {"color": COLOURS["CNN"]},
        "hovertemplate": "%{customdata}: %{x:.3f}<extra></extra>",
    }
    axis = {"range": [len(names) - 0.5, -0.5], "tickvals": places, "ticktext": names, "showgrid": False}
    return finish(
        [bars],
        40 + max(6, len(names)) * 22,
        yaxis=axis | {"fixedrange": True},
        xaxis={"title": {"text": title}, "showgrid": True, "fixedrange": True},
    )


def describe_classes(values: np.ndarray, class_names: Sequence[str], title: str) -> str:
    """The same in words."""
    told = [f"{name} {value:.2f}" for name, value in zip(class_names[:TOLD], values, strict=False)]
    return f"{title}: {', '.join(told)}"
