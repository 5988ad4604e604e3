"""What networks predict: the probability of every class, as bars."""

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from cnn_core.figures.template import COLOURS, CYCLE, finish, percent, plain, translucent
from cnn_core.language import _

_GAP = 0.06  # between the panels, as a fraction of the figure's width
_WORTH_A_NUMBER = 0.005
_LETTERS = 44  # of all titles side by side on a phone


def probability_figure(
    probabilities: Mapping[str, np.ndarray], class_names: Sequence[str], colours: Mapping[str, str] | None = None
) -> go.Figure:
    """Bars of all classes, one panel for each network side by side, the top class of each in full colour.

    Args:
        probabilities: (classes,) fractions of 1, by the network's title; one to four networks.
        class_names: one for each class.
        colours: '#rrggbb' by title, such as COLOURS['CNN']; without one, a colour of the cycle.
    """
    titles, classes = list(probabilities), len(class_names)
    chosen = [(colours or {}).get(title, CYCLE[index % len(CYCLE)]) for index, title in enumerate(titles)]
    headings = [_wrapped(title, len(titles)) for title in titles]
    top = 12 + 16 * max((len(lines) for lines in headings), default=0)
    starts = [index * (1 + _GAP) / len(titles) for index in range(len(titles))]
    return finish(
        [_bars(index, title, probabilities[title], class_names, chosen[index]) for index, title in enumerate(titles)],
        top + classes * (26 if classes <= 20 else 18),
        **{f"xaxis{index + 1}": _panel(start, len(titles)) for index, start in enumerate(starts)},
        yaxis={
            "range": [classes - 0.5, -0.5],
            "ticks": "",
            "tickvals": list(range(classes)),
            "ticktext": [plain(name) for name in class_names],
            "showgrid": False,
            "fixedrange": True,
        },
        annotations=[_heading(lines, start) for lines, start in zip(headings, starts, strict=True)],
        margin={"l": 0, "r": 0, "t": top, "b": 0},
        bargap=0.25,
        showlegend=False,
    )


def _bars(index: int, title: str, values: np.ndarray, class_names: Sequence[str], colour: str) -> dict:
    sizes = np.asarray(values, float)
    top = int(sizes.argmax())
    numbers = [percent(size) if size >= _WORTH_A_NUMBER or place == top else "" for place, size in enumerate(sizes)]
    numbers[top] = f"<b>{numbers[top]}</b>"
    return {
        "type": "bar",
        "orientation": "h",
        "name": plain(title),
        "x": sizes,
        "y": list(range(len(sizes))),
        "xaxis": f"x{index + 1}" if index else "x",
        "marker": {"color": [colour if place == top else translucent(colour, 0.45) for place in range(len(sizes))]},
        "text": numbers,
        "textposition": "outside",
        "cliponaxis": False,
        "customdata": [plain(name) for name in class_names],
        "hovertemplate": "%{customdata}: %{x:.2%}",
    }


def _panel(start: float, panels: int) -> dict:
    return {
        "domain": [start, start + (1 + _GAP) / panels - _GAP],
        "range": [0, 0.9 + 0.3 * panels],  # leaves the room that '100.0%' needs behind the longest bar on a phone
        "showticklabels": False,
        "showgrid": False,
        "zeroline": True,
        "zerolinecolor": translucent(COLOURS["ink"], 0.5),
        "fixedrange": True,
    }


def _wrapped(title: str, panels: int) -> list[str]:
    return [plain(line) for line in textwrap.wrap(title, _LETTERS // panels, max_lines=3, placeholder="…")]


def _heading(lines: Sequence[str], start: float) -> dict:
    place = {"xref": "paper", "yref": "paper", "x": start, "y": 1, "xanchor": "left", "yanchor": "bottom"}
    return place | {"text": "<br>".join(lines), "showarrow": False, "align": "left"}


def describe_probabilities(probabilities: Mapping[str, np.ndarray], class_names: Sequence[str]) -> str:
    """What each network predicts, with its second choice."""
    return " ".join(_describe(title, np.asarray(values), class_names) for title, values in probabilities.items())


def _describe(title: str, values: np.ndarray, class_names: Sequence[str]) -> str:
    ranked = np.argsort(-values)[:2]
    first, *others = (f"{class_names[index]} ({percent(values[index])})" for index in ranked)
    if not others or values[ranked[1]] < _WORTH_A_NUMBER:
        return _("{network} predicts {first}.", network=title, first=first)
    return _("{network} predicts {first}, then {second}.", network=title, first=first, second=others[0])
