"""The confusion matrix: which true class was predicted as which, as an image whose cells can be clicked."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from cnn_core.figures.template import COLOURS, blend, finish, percent, plain, translucent
from cnn_core.language import _

_MANY_CLASSES = 20  # beyond, a count no longer fits into its cell
_WEAKEST = 0.3  # of its own colour in a cell with one case, the rest is ink: as dark, so white text stays legible


def confusion_figure(matrix: np.ndarray, class_names: Sequence[str]) -> go.Figure:
    """A heat map of counts: right answers on the diagonal in one colour, mistakes in another.

    The mistakes have their own scale, up to the most frequent one; on that of the right answers they would not be seen.
    `st.plotly_chart(..., on_select="rerun", selection_mode="points")` gives the clicked cell as
    `selection["points"][0]["customdata"]`: [true class, predicted class].

    Args:
        matrix: (classes, classes) counts; rows are true classes, columns predicted ones.
        class_names: one for each class.
    """
    counts = np.asarray(matrix)
    right = np.eye(len(counts), dtype=bool)
    return finish(
        [_heat(counts, right, "ok"), _heat(counts, ~right, "error"), _cells(counts, class_names)],
        480,
        xaxis=_axis(class_names, _("Predicted class")) | {"range": [-0.5, len(counts) - 0.5]},
        yaxis=_axis(class_names, _("True class")) | {"range": [len(counts) - 0.5, -0.5]},
        hoverdistance=-1,  # a click anywhere in a cell is meant for it, however large the cell is on this screen
        annotations=_counts(counts) if len(counts) <= _MANY_CLASSES else [],
    )


def _axis(class_names: Sequence[str], title: str) -> dict:
    shown = range(0, len(class_names), -(-len(class_names) // _MANY_CLASSES) or 1)
    return {
        "title": {"text": title, "standoff": 8},
        "tickvals": list(shown),
        "ticktext": [plain(class_names[index]) for index in shown],
        "ticks": "",
        "showgrid": False,
        "fixedrange": True,
    }


def _heat(counts: np.ndarray, where: np.ndarray, colour: str) -> dict:
    strongest = max(int(counts[where].max(initial=0)), 1)
    empty, tint = translucent(COLOURS["ink"], 0.08), COLOURS[colour]
    return {
        "type": "heatmap",
        "z": np.where(where, counts, np.nan),
        "zmin": 0,
        "zmax": strongest,
        "colorscale": [
            [0, empty],
            [0.5 / strongest, empty],
            [0.5 / strongest, blend(tint, COLOURS["ink"], _WEAKEST)],
            [1, tint],
        ],
        "showscale": False,
        "xgap": 2 if len(counts) <= _MANY_CLASSES else 0,
        "ygap": 2 if len(counts) <= _MANY_CLASSES else 0,
        "hoverinfo": "skip",
    }


def _cells(counts: np.ndarray, names: Sequence[str]) -> dict:
    """Invisible squares that take the clicks: Streamlit passes on selected points, and a heat map has none."""
    listed = np.argwhere(counts > 0) if len(counts) > _MANY_CLASSES else np.argwhere(counts >= 0)
    return {
        "type": "scatter",
        "mode": "markers",
        "x": listed[:, 1],
        "y": listed[:, 0],
        "customdata": listed.tolist(),
        "text": [
            _("{true} predicted as {predicted}: {count}", true=plain(names[t]), predicted=plain(names[p]), count=count)
            for (t, p), count in zip(listed, counts[*listed.T], strict=True)
        ],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {"symbol": "square-open", "size": 26, "opacity": 0, "color": "white", "line": {"width": 3}},
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 0}},
        "showlegend": False,
    }


def _counts(counts: np.ndarray) -> list[dict]:
    # Annotations, not the text of a trace: plotly fades that when another cell is selected.
    return [
        {"x": int(p), "y": int(t), "text": str(counts[t, p]), "showarrow": False, "font": {"color": "white"}}
        for t, p in np.argwhere(counts > 0)
    ]


def mistakes(matrix: np.ndarray) -> list[tuple[int, int, int]]:
    """(true class, predicted class, count) of every mistake that was made, the most frequent first."""
    counts = np.asarray(matrix)
    made = [(int(t), int(p), int(counts[t, p])) for t, p in np.argwhere(counts > 0) if t != p]
    return sorted(made, key=lambda mistake: -mistake[2])


def describe_confusion(matrix: np.ndarray, class_names: Sequence[str], most: int = 3) -> str:
    """The matrix in words: how many were right, and the most frequent mistakes."""
    counts = np.asarray(matrix)
    total, correct = int(counts.sum()), int(np.trace(counts))
    if total == 0:
        return _("Confusion matrix: nothing was classified yet.")
    right = _(
        "Confusion matrix: {correct} of {total} right ({percent}).",
        correct=correct,
        total=total,
        percent=percent(correct / total),
    )
    made = [
        _("{true} predicted as {predicted} ({count})", true=class_names[t], predicted=class_names[p], count=count)
        for t, p, count in mistakes(counts)[:most]
    ]
    if not made:
        return right
    return " ".join((right, _("Most frequent mistakes: {mistakes}.", mistakes=", ".join(made))))
