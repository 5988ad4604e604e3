"""How sure both networks of a duel stay of a drawn digit that is moved across the field: the worker's numbers."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from cnn_core.compare.words import drag_words
from cnn_core.data.changes import shift
from cnn_core.engine.work.predict import Predict
from cnn_core.figures.duel import describe_lines, lines_figure, side_colours
from cnn_core.figures.template import COLOURS, STILL
from cnn_core.language import _
from cnn_core.runs.models import Model
from cnn_core.ui.components.duel.component import FARTHEST
from cnn_core.ui.kit import services, wording

Pair = tuple[Model, Model]
Shares = Sequence[np.ndarray]
"""Of each side (1 + places, classes): in the middle of the field first, then at each of the PLACES of a row."""
PLACES = tuple(range(-FARTHEST, FARTHEST + 1))


def families(pair: Pair) -> tuple[str, str]:
    """Of both networks, 'CNN' or 'DNN'."""
    return pair[0].network.family, pair[1].network.family


def ask(pair: Pair, digit: np.ndarray, down: int) -> Shares:
    """What both predict for the (1, 28, 28, 1) `digit` in the middle, and all along the row so many pixels below."""
    row = np.concatenate([shift(digit, place, down) for place in PLACES])
    shares = services.ask(Predict(tuple(model.key for model in pair), np.concatenate([digit, row])))
    return [shares[model.key] for model in pair]


def surest(shares: Shares) -> int:
    """What the surer network predicts in the middle."""
    return int(max((side[0] for side in shares), key=max).argmax())


def show_row(pair: Pair, shares: Shares, target: int, right: int, down: int) -> None:
    """Both confidences in the digit `target` along the row, with a mark where it stands; and what they mean."""
    called = pair[0].title, pair[1].title
    confidences = [[float(share[target]) for share in side[1:]] for side in shares]
    lines, colours, x_title = [[side] for side in confidences], side_colours(families(pair)), _moved(down)
    y_title = _("Confidence in {digit}", digit=target)
    figure = lines_figure(PLACES, lines, called, colours, x_title, y_title=y_title)
    alt = f"{y_title}. {describe_lines(PLACES, lines, called, x_title)}"
    st.plotly_chart(_marked(figure, right), key="duel-drag", config=STILL, alt=alt)
    st.markdown(wording.literal(drag_words(called, PLACES, confidences)))


def _moved(down: int) -> str:
    """The title of the horizontal axis, for a row so many pixels below the middle."""
    if down < 0:
        return _("Moved right (pixels), {pixels} up", pixels=-down)
    return _("Moved right (pixels), {pixels} down", pixels=down) if down else _("Moved right (pixels)")


def _marked(figure: go.Figure, place: int) -> go.Figure:
    """A line where the digit is, the whole scale of confidences, and few enough numbers for a phone."""
    line = {"color": COLOURS["ink"], "width": 2, "dash": "dot"}
    shape = {"type": "line", "yref": "paper", "x0": place, "x1": place, "y0": 0, "y1": 1, "line": line}
    few = PLACES[:: FARTHEST // 2]
    return figure.update_layout(
        shapes=[shape], yaxis_range=[0, 1.02], xaxis_tickvals=few, xaxis_ticktext=list(map(str, few))
    )
