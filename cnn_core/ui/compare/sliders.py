"""A digit moved by sliders, for networks that are too large for a browser: the worker answers each change."""

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnn_core.data.changes import shift
from cnn_core.data.digits import FIELD, stages
from cnn_core.errors import DataError
from cnn_core.figures.images import data_url, enlarged
from cnn_core.language import _
from cnn_core.ui.compare.drag import PLACES, Pair, ask, show_row, surest
from cnn_core.ui.components.duel.component import FARTHEST
from cnn_core.ui.kit import wording
from cnn_core.ui.kit.errors import errors_told
from cnn_core.ui.kit.sharing import asked, carry
from cnn_core.ui.use.canvas import drawn

ZOOM = 4  # screen px for one px of the network's input


def slider_board(pair: Pair) -> None:
    """The canvas, the sliders, and both confidences against how far the digit was moved."""
    told = _("A browser is too slow for these networks. A worker answers once the pen is lifted or a slider moved.")
    st.caption(told)
    give, see = st.columns([5, 8], gap="large")
    with give:
        ink = drawn()
    with see:
        if ink is None:
            told = _(
                "Draw a large digit in one piece. Then move it across the field: which network still gets it right?"
            )
            st.info(told, icon=":material/draw:")
            return
        with errors_told(), errors_told(":material/draw:", st.info, kind=DataError):
            _answer(pair, stages(ink).final[np.newaxis, ..., np.newaxis])


def _answer(pair: Pair, digit: np.ndarray) -> None:
    """What both networks predict for the (1, 28, 28, 1) `digit` where the sliders move it, and all along that row."""
    left, middle = st.columns(2)
    right = _slider("right", left, _("Move right (negative: left)"))
    down = _slider("down", middle, _("Move down (negative: up)"))
    shares = ask(pair, digit, down)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):  # fits a phone side by side
        tile, alt = data_url(enlarged(shift(digit, right, down)[0], ZOOM)), _("The digit as both networks see it now")
        st.image(tile, width=FIELD * ZOOM, alt=alt)
        for model, side in zip(pair, shares, strict=True):
            label, answer = _("{network} predicts", network=wording.literal(model.title)), side[1 + PLACES.index(right)]
            st.metric(label, f"{answer.argmax()} · {answer.max():.0%}", width="content")
    chart = st.container()
    target = _choose_digit(surest(shares))
    with chart:
        show_row(pair, shares, target, right, down)


def _slider(name: str, place: DeltaGenerator, label: str) -> int:
    first = asked(name, 0, PLACES)
    moved = place.slider(label, -FARTHEST, FARTHEST, first, key=f"duel-{name}", format="%d px")
    carry(**{name: moved})
    return moved


def _choose_digit(predicted: int) -> int:
    """What the digit is: as the surer network predicts it in the middle, unless the visitor knows better."""
    key, digits = f"duel-is-{predicted}", range(10)
    digit = st.selectbox(_("Your digit is"), digits, asked("digit", predicted, digits, key), key=key, width=140)
    carry(digit=digit)
    return digit
