"""The same drawing in front of both networks of a duel: they read it in the browser, and the worker reports."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import streamlit as st

from cnn_core.compare.plan import Duel
from cnn_core.compare.report import Report
from cnn_core.compare.tables import names
from cnn_core.data.digits import FIELD, stages
from cnn_core.design.augmentation import DIGIT_NAMES
from cnn_core.design.shapes import trace
from cnn_core.errors import DataError
from cnn_core.figures.duel import side_colours
from cnn_core.language import _, _n
from cnn_core.runs.models import Model, ready_made
from cnn_core.ui.compare.drag import Pair, ask, families, show_row, surest
from cnn_core.ui.compare.sliders import slider_board
from cnn_core.ui.components.duel.component import Dragged, Side, living_duel, living_networks
from cnn_core.ui.components.network.component import Pad, in_browser
from cnn_core.ui.kit import services
from cnn_core.ui.kit.errors import errors_told
from cnn_core.ui.kit.living import keep_drawing, model_weights, visitors_pad
from cnn_core.ui.kit.sharing import asked, carry, leave_out
from cnn_core.ui.use.models import WITH_DIGITS, model_titles, reads_digits

READY_PAIR = ("dnn-500x3", "keras-log")


def ready_board() -> None:
    """Any two networks that read digits; at first the pair that ships with the studio."""
    st.subheader(_("The same drawing, both networks"), anchor=False)
    st.markdown(_("Draw a digit, then drag it away from the middle. Which network still gets it right?"))
    pair = _choose_pair()
    board = living_board if all(map(_fits_a_browser, pair)) else slider_board
    board(pair)


def _choose_pair() -> Pair:
    """Two boxes, once there are more than the ready-made networks: those of runs, and those that were brought in."""
    models = {key: ready_made(key) for key in READY_PAIR}
    with errors_told():  # where nothing can be kept there are still these
        models |= {model.key: model for model in services.models() if reads_digits(model)}
    titles = model_titles(models.values())
    keys = list(READY_PAIR)
    if len(models) > len(READY_PAIR):
        with st.container(horizontal=True):
            first, second = READY_PAIR
            keys = [
                _choose("left", _("One network"), first, titles),
                _choose("right", _("The other network"), second, titles),
            ]
    left, right = (replace(models[key], title=titles[key]) for key in keys)
    return left, right


def _choose(side: str, label: str, usual: str, titles: Mapping[str, str]) -> str:
    options = list(titles)
    first = options.index(asked(side, usual, options))
    key = st.selectbox(
        label, options, first, format_func=lambda key: titles.get(key, key), key=f"duel-board-{side}", width=300
    )
    carry(**{side: key})
    return key if key in titles else usual


def can_drag(report: Report) -> bool:
    """Whether the networks of this duel read digits drawn by hand."""
    shapes = {network.input_shape for network in report.plan.networks}
    return report.plan.dataset in WITH_DIGITS and shapes == {(FIELD, FIELD, 1)}


def drag_board(report: Report, duel: Duel) -> None:
    """A finished duel's own networks, those of its first seed."""
    with errors_told():
        if pair := pair_of(report, duel):
            board = living_board if all(map(_fits_a_browser, pair)) else slider_board
            board(pair)


def pair_of(report: Report, duel: Duel) -> Pair | None:
    """The networks of a finished duel, those of its first seed; None, and why on the page, for shuffled pixels."""
    if any(recipe.pixel_order is not None for recipe in report.plan.recipes):
        told = _("A network of this duel learned from shuffled pixels. It cannot read an image as it is.")
        st.info(told, icon=":material/shuffle:")
        return None
    seed = report.sides[0].runs[0].seed
    runs = [run_id for training, run_id in duel.of("main") if training.seed == seed]
    models = (services.library().model(run_id) for run_id in runs)
    first, second = (replace(model, title=title) for model, title in zip(models, names(report), strict=True))
    return first, second


def _fits_a_browser(model: Model) -> bool:
    return in_browser(model.network)


@st.fragment
def living_board(pair: Pair) -> None:
    """Pad and field, what the worker says of the row on which the digit was let go, and both networks."""
    with errors_told(), errors_told(":material/draw:", st.info, kind=DataError):
        first, second = (_side(*side) for side in zip(pair, side_colours(families(pair)), strict=True))
        key = f"duel-board-{first.key}-{second.key}"
        pad = visitors_pad(pair[0].network) or Pad()
        told = living_duel((first, second), key=key, class_names=DIGIT_NAMES, pad=pad)
        row = st.container()
        living_networks(key=key)  # before the worker is asked: what stands after it would fade meanwhile
        ink = keep_drawing(told.drawing if told else None)
        if ink is not None:
            with row:
                _report(pair, ink, told)


def _report(pair: Pair, ink: np.ndarray, told: Dragged | None) -> None:
    right, down, digit = (told.right, told.down, told.digit) if told else (0, 0, None)
    if right or down:
        leave_out(_("where the digit was dragged to"))
    shares = ask(pair, stages(ink).final[np.newaxis, ..., np.newaxis], down)
    show_row(pair, shares, surest(shares) if digit is None else digit, right, down)


def _side(model: Model, colour: str) -> Side:
    facts = _n("{n:,} parameter", "{n:,} parameters", trace(model.network).totals.parameters)
    return Side(model.key, model.title, facts, model.network, model_weights(model.key), colour)
