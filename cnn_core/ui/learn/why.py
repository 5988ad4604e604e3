"""Why a convolution: three experiments, each with a number at its end."""

import numpy as np
import streamlit as st
from PIL import Image, ImageDraw

from cnn_core.data.datasets import BUNDLED
from cnn_core.design.layers import Conv2D
from cnn_core.engine.work.predict import Predict
from cnn_core.figures.images import data_url, enlarged
from cnn_core.figures.template import percent
from cnn_core.language import _
from cnn_core.learn.pooling import moved
from cnn_core.learn.why import dense_value, found, part, thinned
from cnn_core.lessons.facts import Moved, Shared, Thinned
from cnn_core.ui import pages
from cnn_core.ui.kit import services
from cnn_core.ui.kit.errors import errors_told
from cnn_core.ui.kit.goals import record
from cnn_core.ui.kit.sharing import asked, carry
from cnn_core.ui.use.models import READY_MADE

ZOOM = 7
FARTHEST = 6
"""Pixels that the digit can be moved."""
PART = 9
"""Pixels of the part that the filter has learned."""
MANY = 200
"""Digits that are read."""
FRAME = (222, 122, 0)


@st.fragment
def anywhere() -> None:
    """A part of a digit, found wherever it is."""
    st.subheader(_("1. A small pattern can be anywhere"), anchor=False)
    digits = services.dataset(BUNDLED).x_test
    controls, shown, numbers = st.columns([3, 2, 3], gap="medium")
    with controls:
        number = _slider(_("Digit"), "digit", 1, (1, 100))
        right = _slider(_("Move it to the right, px"), "right", 0, (-FARTHEST, FARTHEST))
        down = _slider(_("Move it down, px"), "down", 0, (-FARTHEST, FARTHEST))
    digit = digits[number - 1].astype(np.float32) / 255
    top, left = _busiest(digit)
    filter_, there = part(digit, top, left, PART), moved(digit, down, right)
    (first, *_place), (now, row, column) = found(digit, filter_), found(there, filter_)
    with shown:
        told = _(
            "The digit; the frame is where the filter finds its part: row {row}, column {column}.",
            row=row + 1,
            column=column + 1,
        )
        st.image(data_url(_framed(there, row, column)), width=ZOOM * 28, alt=told)
    with numbers:
        one = _("One filter of {side}×{side} weights, anywhere", side=PART)
        st.metric(one, percent(now / first))
        whole, dense_share = (
            _("A dense unit of {count} weights, each in its place", count=digit.size),
            _share(there, digit),
        )
        st.metric(whole, percent(dense_share))
        st.caption(
            _(
                "Of what they say while the digit is not moved. The filter has learned the framed part, the dense unit "
                "the whole digit."
            )
        )
    record(Moved(max(abs(right), abs(down)), now / first, dense_share))


def _share(there: np.ndarray, digit: np.ndarray) -> float:
    return dense_value(there, digit) / dense_value(digit, digit)


def _busiest(digit: np.ndarray) -> tuple[int, int]:
    """The corner of the part with the most contrast."""
    corners = [(row, column) for row in range(28 - PART) for column in range(28 - PART)]
    return max(corners, key=lambda corner: float(digit[corner[0] :, corner[1] :][:PART, :PART].std()))


def _framed(image: np.ndarray, row: int, column: int) -> Image.Image:
    picture = enlarged((255 * image).astype(np.uint8), ZOOM).convert("RGB")
    box = [column * ZOOM, row * ZOOM, (column + PART) * ZOOM - 1, (row + PART) * ZOOM - 1]
    ImageDraw.Draw(picture).rectangle(box, outline=FRAME, width=3)
    return picture


def _slider(label: str, name: str, first: int, ends: tuple[int, int]) -> int:
    low, high = ends
    value = st.slider(
        label, low, high, asked(name, first, range(low, high + 1)), key=f"why-{name}", persist_state="session"
    )
    carry(**{name: value})
    return value


@st.fragment
def sharing_saves() -> None:
    """The parameters of a convolution, and of a dense layer with as many outputs."""
    st.subheader(_("2. One filter for all places saves parameters"), anchor=False)
    controls, numbers = st.columns([3, 5], gap="medium")
    with controls:
        filters = _slider(_("Filters"), "filters", 32, (1, 64))
        side = _slider(_("Side of the window, px"), "side", 3, (1, 7))
    layer, shape = Conv2D(filters=filters, kernel_size=side), (28, 28, 1)
    outputs = int(np.prod(layer.output_shape(shape)))
    shared = layer.parameters(shape)[0]
    each = (shape[0] * shape[1] + 1) * outputs  # Dense(outputs) itself stops at a million units
    with numbers, st.grid(3, min_column_width=150):
        st.metric("Conv2D", f"{shared:,}")
        st.metric(_("Dense, as many outputs"), f"{each:,}")
        st.metric(_("Times as many"), f"{each / shared:,.0f}")
    with numbers:
        st.caption(f"Conv2D: {layer.parameter_formula(shape)}  \nDense: (784 + 1)·{outputs:,} = {each:,}")
    record(Shared(shared, each))


@st.fragment
def fewer_rows() -> None:
    """Rows and columns are dropped, and the networks read what is left."""
    st.subheader(_("3. With every other row dropped, one still sees what it is"), anchor=False)
    controls, shown, numbers = st.columns([3, 2, 3], gap="medium")
    with controls:
        every = _slider(_("Keep one row and column in"), "every", 2, (1, 5))
    data = services.dataset(BUNDLED)
    images = thinned(data.x_test[:MANY], every)
    with shown:
        what = _("The first test digit with one row and column in {every}.", every=every)
        st.image(data_url(enlarged(images[0], ZOOM)), width=ZOOM * 28, alt=what)
    with numbers, errors_told():
        rows = services.ask(Predict(tuple(READY_MADE), images))
        right = {key: float((rows[key].argmax(axis=1) == data.y_test[:MANY]).mean()) for key in READY_MADE}
        for key, title in READY_MADE.items():
            st.metric(_(title), percent(right[key]))
        st.caption(
            _("Of {count} test digits, read right. No network was trained on digits with rows left out.", count=MANY)
        )
        record(Thinned(every, right))


def more() -> None:
    """Where to go on."""
    st.page_link(pages.DUEL, label=_("Drag a digit away from both networks"), icon=":material/swords:")
