"""Draw a digit and move it across the field: how sure both networks of a duel stay."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnn_core.compare.plan import Duel
from cnn_core.compare.report import Report
from cnn_core.compare.tables import names
from cnn_core.compare.words import drag_words
from cnn_core.data.changes import shift
from cnn_core.data.digits import FIELD, stages
from cnn_core.engine.work.predict import Predict
from cnn_core.errors import DataError
from cnn_core.figures.duel import describe_lines, lines_figure, side_colours
from cnn_core.figures.images import data_url, enlarged
from cnn_core.figures.template import COLOURS, STILL
from cnn_core.language import _
from cnn_core.ui.kit import services, wording
from cnn_core.ui.kit.errors import errors_told
from cnn_core.ui.kit.sharing import asked, carry
from cnn_core.ui.use.canvas import drawn
from cnn_core.ui.use.models import WITH_DIGITS

FARTHEST = 10  # px; a digit of 20 px is then half outside
PLACES = tuple(range(-FARTHEST, FARTHEST + 1))
ZOOM = 4  # screen px for one px of the network's input


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
            told = _(
                "Draw a large digit in one piece. Then move it across the field: which network still gets it right?"
            )
            st.info(told, icon=":material/draw:")
            return
        with errors_told(), errors_told(":material/draw:", st.info, kind=DataError):
            _answer(report, runs, stages(ink).final[np.newaxis, ..., np.newaxis])


def _runs_of(seed: int, duel: Duel) -> tuple[str, str]:
    """The runs of both sides with this seed."""
    first, second = (run_id for training, run_id in duel.of("main") if training.seed == seed)
    return first, second


def _answer(report: Report, runs: tuple[str, str], digit: np.ndarray) -> None:
    """What both networks predict for the (1, 28, 28, 1) `digit` where the sliders move it, and all along that row."""
    left, middle = st.columns(2)
    right = _slider("right", left, _("Move right (negative: left)"))
    down = _slider("down", middle, _("Move down (negative: up)"))
    row = np.concatenate([shift(digit, place, down) for place in PLACES])
    shares = services.engine().ask(Predict(tuple(runs), np.concatenate([digit, row])))
    _predictions(names(report), [shares[run_id][1 + PLACES.index(right)] for run_id in runs], row[PLACES.index(right)])
    chart = st.container()
    surer = max(runs, key=lambda run_id: shares[run_id][0].max())
    target = _choose_digit(int(shares[surer][0].argmax()))
    with chart:
        _chart(report, [[float(share[target]) for share in shares[run_id][1:]] for run_id in runs], target, right, down)


def _slider(name: str, place: DeltaGenerator, label: str) -> int:
    first = asked(name, 0, PLACES)
    moved = place.slider(label, -FARTHEST, FARTHEST, first, key=f"duel-{name}", format="%d px")
    carry(**{name: moved})
    return moved


def _predictions(called: tuple[str, str], answers: list[np.ndarray], image: np.ndarray) -> None:
    """The digit where it is now, and what each network predicts there."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):  # fits a phone side by side
        tile, alt = data_url(enlarged(image, ZOOM)), _("The digit as both networks see it now")
        st.image(tile, width=FIELD * ZOOM, alt=alt)
        for name, answer in zip(called, answers, strict=True):
            label = _("{network} predicts", network=wording.literal(name))
            st.metric(label, f"{answer.argmax()} · {answer.max():.0%}", width="content")


def _chart(report: Report, confidences: list[list[float]], target: int, right: int, down: int) -> None:
    """Both confidences in the digit `target` along the row, with a mark where the slider is; and what they mean."""
    called, lines = names(report), [[side] for side in confidences]
    colours, x_title = side_colours(report.families), _moved(down)
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


def _choose_digit(predicted: int) -> int:
    """What the digit is: as the surer network predicts it in the middle, unless the visitor knows better."""
    key, digits = f"duel-is-{predicted}", range(10)
    digit = st.selectbox(_("Your digit is"), digits, asked("digit", predicted, digits, key), key=key, width=140)
    carry(digit=digit)
    return digit


def _marked(figure: go.Figure, place: int) -> go.Figure:
    """A line where the slider is, the whole scale of confidences, and few enough numbers for a phone."""
    line = {"color": COLOURS["ink"], "width": 2, "dash": "dot"}
    shape = {"type": "line", "yref": "paper", "x0": place, "x1": place, "y0": 0, "y1": 1, "line": line}
    few = PLACES[:: FARTHEST // 2]
    return figure.update_layout(
        shapes=[shape], yaxis_range=[0, 1.02], xaxis_tickvals=few, xaxis_ticktext=list(map(str, few))
    )
