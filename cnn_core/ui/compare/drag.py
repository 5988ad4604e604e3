"""Draw a digit and drag it across the field: how sure both networks of a duel stay."""

import base64
from io import BytesIO

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from PIL import Image

from cnn_core.compare.plan import Duel
from cnn_core.compare.report import Report
from cnn_core.compare.tables import names
from cnn_core.compare.words import drag_words
from cnn_core.data.changes import shift
from cnn_core.data.digits import FIELD, stages
from cnn_core.engine.work.predict import Predict
from cnn_core.errors import DataError, StudioError
from cnn_core.figures.duel import describe_lines, lines_figure, side_colours
from cnn_core.figures.template import COLOURS, STILL
from cnn_core.ui.kit import services, wording
from cnn_core.ui.kit.errors import show_error
from cnn_core.ui.use.canvas import drawn
from cnn_core.ui.use.models import WITH_DIGITS

FARTHEST = 10  # px; a digit of 20 px is then half outside
PLACES = tuple(range(-FARTHEST, FARTHEST + 1))
ZOOM = 4  # screen px for one px of the network's input
NO_INK = "Draw a digit, large and in one piece. Then drag it across the field and see who can still read it."


def can_drag(report: Report) -> bool:
    """Whether the networks of this duel read digits drawn by hand."""
    shapes = {network.input_shape for network in report.plan.networks}
    return report.plan.dataset in WITH_DIGITS and shapes == {(FIELD, FIELD, 1)}


def drag_board(report: Report, duel: Duel) -> None:
    """The canvas, the sliders, and both confidences against how far the digit was moved."""
    runs = _runs_of(report.sides[0].runs[0].seed, duel)
    give, see = st.columns([5, 8], gap="large")
    with give:
        ink = drawn()
    with see:
        if ink is None:
            st.info(NO_INK, icon=":material/draw:")
            return
        try:
            digit = stages(ink).final[np.newaxis, ..., np.newaxis]
            _answer(report, runs, digit)
        except DataError as empty:
            show_error(empty, ":material/draw:", st.info)
        except StudioError as error:
            show_error(error)


def _runs_of(seed: int, duel: Duel) -> tuple[str, str]:
    """The runs of both sides with this seed."""
    return tuple(run_id for training, run_id in duel.of("main") if training.seed == seed)


def _answer(report: Report, runs: tuple[str, str], digit: np.ndarray) -> None:
    """What both networks make of (1, 28, 28, 1) `digit` where the sliders move it, and all along that row."""
    left, middle = st.columns(2)
    right = left.slider("Move right (negative: left)", -FARTHEST, FARTHEST, 0, key="duel-right", format="%d px")
    down = middle.slider("Move down (negative: up)", -FARTHEST, FARTHEST, 0, key="duel-down", format="%d px")
    row = np.concatenate([shift(digit, place, down) for place in PLACES])
    shares = services.engine().ask(Predict(tuple(runs), np.concatenate([digit, row])))
    _readings(names(report), [shares[run_id][1 + PLACES.index(right)] for run_id in runs], row[PLACES.index(right)])
    chart = st.container()
    surer = max(runs, key=lambda run_id: shares[run_id][0].max())
    target = _choose_digit(int(shares[surer][0].argmax()))
    with chart:
        _chart(report, [[float(share[target]) for share in shares[run_id][1:]] for run_id in runs], target, right, down)


def _readings(called: tuple[str, str], answers: list[np.ndarray], picture: np.ndarray) -> None:
    """The digit where it is now, and what each network reads there."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):  # fits a phone side by side
        st.image(_tile(picture), width=FIELD * ZOOM, alt="The digit as both networks see it now")
        for name, answer in zip(called, answers, strict=True):
            st.metric(f"{wording.literal(name)} reads", f"{answer.argmax()} · {answer.max():.0%}", width="content")


def _chart(report: Report, confidences: list[list[float]], target: int, right: int, down: int) -> None:
    """Both confidences in the digit `target` along the row, with a mark where the slider is; and what they mean."""
    called, lines = names(report), [[side] for side in confidences]
    x_title = "Moved right (pixels)" + (f", {abs(down)} {'up' if down < 0 else 'down'}" if down else "")
    colours, y_title = side_colours(report.families), f"Confidence in {target}"
    figure = lines_figure(PLACES, lines, called, colours, x_title, y_title=y_title)
    alt = f"{y_title}. {describe_lines(PLACES, lines, called, x_title)}"
    st.plotly_chart(_marked(figure, right), key="duel-drag", config=STILL, alt=alt)
    st.markdown(wording.literal(drag_words(called, PLACES, confidences)))


def _choose_digit(read: int) -> int:
    """What the digit is: as the surer network reads it in the middle, unless the visitor knows better."""
    return st.selectbox("Your digit is a", range(10), index=read, key=f"duel-is-{read}", width=140)


def _marked(figure: go.Figure, place: int) -> go.Figure:
    """A line where the slider is, the whole scale of shares, and few enough numbers for a phone."""
    line = {"color": COLOURS["ink"], "width": 2, "dash": "dot"}
    shape = {"type": "line", "yref": "paper", "x0": place, "x1": place, "y0": 0, "y1": 1, "line": line}
    few = PLACES[:: FARTHEST // 2]
    return figure.update_layout(
        shapes=[shape], yaxis_range=[0, 1.02], xaxis_tickvals=few, xaxis_ticktext=list(map(str, few))
    )


def _tile(picture: np.ndarray) -> str:
    """(28, 28, 1) uint8 enlarged with its pixels kept sharp, as a data URL."""
    side, file = FIELD * ZOOM, BytesIO()
    Image.fromarray(picture[..., 0]).resize((side, side), Image.Resampling.NEAREST).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
