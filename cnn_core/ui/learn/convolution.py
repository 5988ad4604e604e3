"""A convolution by hand: choose an image, filters and how the window moves; the rest happens under the finger."""

from dataclasses import replace

import numpy as np
import streamlit as st

from cnn_core.design.arithmetic import Role, window_formula
from cnn_core.errors import DesignError
from cnn_core.language import N_, _, _n
from cnn_core.learn.slide import Slide
from cnn_core.ui.components.window.component import Filter, edited, window_stepper
from cnn_core.ui.kit import session
from cnn_core.ui.kit.errors import errors_told
from cnn_core.ui.kit.roles import legend, marked
from cnn_core.ui.kit.sharing import asked, carry, follow
from cnn_core.ui.learn.filters import (
    BY_HAND,
    CHANGED,
    CHOSEN,
    choose_filters,
    chosen_filter,
    forget_changes,
    take_change,
)
from cnn_core.ui.learn.images import OWN_GRID, choose_kind, image_of

KEY = "learn-window"
PADDINGS = {
    "valid": N_("none (valid)"),
    "same": N_("as many as keep the size (same)"),
    "1": N_("1 ring"),
    "2": N_("2 rings"),
    "3": N_("3 rings"),
}
STRIDES, DILATIONS = (1, 2, 3, 4), (1, 2, 3)


def follow_show() -> None:
    """A link of the designer's shows its layer, whatever was chosen here before."""
    follow("show", lambda _token: _forget())


def _forget() -> None:
    session.reset_widgets("learn-")
    CHOSEN.of((BY_HAND, 1)).put(None)


@st.fragment
def convolution_board() -> None:
    """The choices, the stepper, and the size of the map as a sum."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = choose_kind()
        image = image_of(kind)
        if image is not None:
            channels = image.shape[2]
            source, filters = choose_filters(channels)
    if image is None:
        return
    board = st.container()  # what moves comes first on a phone, too
    slide, relu = _settings()
    chosen = chosen_filter(source, channels, len(filters))

    def changed() -> None:
        if change := edited(KEY, image, filters):
            take_change(source, channels, filters, change)
            if kind == "grid":
                OWN_GRID.put(change.image)

    rows, columns = filters[chosen].kernel.shape[:2]
    with board, errors_told(kind=DesignError):
        for side, window in zip(image.shape, _largest(filters), strict=False):
            replace(slide, window=window).check(side)
        window_stepper(
            image, filters, slide, key=KEY, relu=relu, editable=kind == "grid", chosen=chosen, on_edit=changed
        )
    _sum(image.shape, replace(slide, window=rows), replace(slide, window=columns))
    _ways_back(source, channels)


def _settings() -> tuple[Slide, bool]:
    """How the window moves, and whether ReLU follows; the size of the window is the filter's."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        stride = _number(_("Step (strides)"), "step", STRIDES)
        dilation = _number(_("Spread (dilation_rate)"), "spread", DILATIONS)
        paddings = list(PADDINGS)
        padding = st.selectbox(
            _("Zeros around the image (padding)"),
            paddings,
            paddings.index(asked("padding", "valid", paddings)),
            format_func=lambda key: _(PADDINGS[key]),
            key="learn-padding",
            width=260,
            persist_state="session",
        )
        cut = _("What is below zero becomes zero.")
        relu = st.toggle(
            _("ReLU"), asked("relu", False, (False, True)), help=cut, key="learn-relu", persist_state="session"
        )
    carry(step=stride, padding=padding, spread=dilation, relu=relu)
    rings = int(padding) if padding.isdigit() else 0
    return Slide(1, stride, dilation, "same" if padding == "same" else "valid", rings), relu


def _number(label: str, name: str, options: tuple[int, ...]) -> int:
    first = options.index(asked(name, 1, options))
    return st.selectbox(label, options, first, key=f"learn-{name}", width=160, persist_state="session")


def _largest(filters: list[Filter]) -> tuple[int, int]:
    return max(one.kernel.shape[0] for one in filters), max(one.kernel.shape[1] for one in filters)


def _sum(shape: tuple[int, ...], slide: Slide, across: Slide) -> None:
    """The height of the map, each number in the colour of what it measures; and how often pixels are looked at."""
    size = shape[0]
    side = window_formula(size, slide.reach, slide.stride, slide.padding, marked, slide.rings)
    names: dict[Role, str] = {"map": _("the image, W")}
    if slide.padding == "valid":
        names["window"] = _("the window, F") if slide.dilation == 1 else _("the window, F, spread")
        names["padding"] = _("zeros on each side, P")
    names["step"] = _("the step, S")
    looks = np.outer(slide.looks(size), across.looks(shape[1]))
    corner, middle = int(looks[0, 0]), int(looks[size // 2, shape[1] // 2])
    counted = _n(
        "The pixel in the corner is looked at once, one in the middle {middle} times.",
        "The pixel in the corner is looked at {n} times, one in the middle {middle} times.",
        corner,
        middle=middle,
    )
    height = _("Height of the map")
    shrunk = _("Three such layers, one after the other: {sizes}", sizes=" → ".join(map(str, _heights(size, slide))))
    st.markdown(f"{height} :gray[·] {side}  \n{legend(names)}  \n:gray[{shrunk}]  \n:gray[{counted}]")


def _heights(size: int, slide: Slide) -> list[int]:
    """Of the image, and of the maps of three layers; fewer when one has no room for the window any more."""
    heights = [size]
    while len(heights) <= 3 and slide.cells(heights[-1]) > 0:
        heights.append(slide.cells(heights[-1]))
    return heights


def _ways_back(source: str, channels: int) -> None:
    """One button once something is not as it was."""
    if CHANGED.of((source, channels)).get():
        st.button(
            _("Filters as they were"),
            icon=":material/undo:",
            on_click=forget_changes,
            args=(source, channels),
            key="learn-forget",
        )
    if OWN_GRID.get() is not None:
        st.button(_("Grid as it was"), icon=":material/undo:", on_click=OWN_GRID.put, args=(None,), key="learn-grid")
