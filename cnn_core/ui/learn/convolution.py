"""A convolution by hand: choose an image, filters and how the window moves; the rest happens under the finger."""

from dataclasses import replace

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnn_core.design.arithmetic import Role, window_formula
from cnn_core.errors import DesignError
from cnn_core.language import N_, _, _n
from cnn_core.learn.filters import answers
from cnn_core.learn.slide import Slide
from cnn_core.lessons.facts import Convolved
from cnn_core.ui.components.window.component import Filter, edited, window_stepper
from cnn_core.ui.kit import session
from cnn_core.ui.kit.errors import errors_told
from cnn_core.ui.kit.goals import record, shows
from cnn_core.ui.kit.roles import legend, marked
from cnn_core.ui.kit.sharing import asked, carry, follow
from cnn_core.ui.learn.filters import (
    BY_HAND,
    CHANGED,
    CHOSEN,
    Where,
    choose_source,
    chosen_filter,
    forget_changes,
    ready_filters,
    take_change,
    with_changes,
)
from cnn_core.ui.learn.images import OWN_GRID, choose_kind, image_of
from cnn_core.ui.learn.layers import LayerByHand, Source, choose_layer, layer_by_hand, moved_by_hand, sources

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
    session.reset_widgets(CHOSEN.key)


@st.fragment
def convolution_board() -> None:
    """The choices, the stepper, and the size of the map as a sum."""
    found: dict[str, Source] = {}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = choose_kind()
        image = image_of(kind)
        if image is not None:
            found = sources(image.shape, moved_by_hand)
            source = choose_source(found, image.shape)
            place = choose_layer(source, found[source], moved_by_hand) if source in found else image.shape[2]
            ready = ready_filters(image.shape[2]) if source == BY_HAND else []
    if image is None:
        return
    board = st.container()  # what moves comes first on a phone, too
    if source == BY_HAND:
        slide, relu = _settings()
        _board(board, kind, (source, place), LayerByHand(image, ready, slide, relu, ""))
        return
    with errors_told():
        layer = layer_by_hand(found[source], place, image)
        st.caption(layer.about)
        _board(board, kind, (source, place), layer)


def _board(board: DeltaGenerator, kind: str, where: Where, layer: LayerByHand) -> None:
    """The stepper in its place, and below it what comes of its settings."""
    image, slide, filters = layer.image, layer.slide, with_changes(where, layer.filters)
    editable = kind == "grid" and where[0] == BY_HAND
    chosen = chosen_filter(where, len(filters))

    def changed() -> None:
        if change := edited(KEY, image, filters):
            take_change(where, filters, change)
            if editable:
                OWN_GRID.put(change.image)

    rows, columns = filters[chosen].kernel.shape[:2]
    with board, errors_told(kind=DesignError):
        for side, window in zip(image.shape, _largest(filters), strict=False):
            replace(slide, window=window).check(side)
        window_stepper(
            image,
            filters,
            slide,
            key=KEY,
            relu=layer.relu,
            editable=editable,
            stack=where[0] != BY_HAND and where[1] > 0,
            chosen=chosen,
            on_edit=changed,
        )
    down, across = replace(slide, window=rows), replace(slide, window=columns)
    _sum(image.shape, down, across)
    _ways_back(where)
    map_size = down.cells(image.shape[0]), across.cells(image.shape[1])
    record(Convolved(kind, image.shape[:2], map_size, min(rows, columns), answers(filters[chosen].kernel)))


def _settings() -> tuple[Slide, bool]:
    """How the window moves, and whether ReLU follows; the size of the window is the filter's."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        stride = _number(_("Step (strides)"), "step", STRIDES)
        dilation = _number(_("Spread (dilation_rate)"), "spread", DILATIONS)
        padding = _padding(_("Zeros around the image (padding)"))
        relu = asked("relu", False, (False, True))
        if shows("relu", _("ReLU")):
            cut = _("What is below zero becomes zero.")
            relu = st.toggle(_("ReLU"), relu, help=cut, key="learn-relu", persist_state="session")
    carry(step=stride, padding=padding, spread=dilation, relu=relu)
    rings = int(padding) if padding.isdigit() else 0
    return Slide(1, stride, dilation, "same" if padding == "same" else "valid", rings), relu


def _padding(label: str) -> str:
    paddings, first = list(PADDINGS), asked("padding", "valid", list(PADDINGS))
    if not shows("padding", label):
        return first
    return st.selectbox(
        label,
        paddings,
        paddings.index(first),
        format_func=lambda key: _(PADDINGS[key]),
        key="learn-padding",
        width=260,
        persist_state="session",
    )


def _number(label: str, name: str, options: tuple[int, ...]) -> int:
    first = options.index(asked(name, 1, options))
    if not shows(name, label):
        return options[first]
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


def _ways_back(where: Where) -> None:
    """One button once something is not as it was."""
    if CHANGED.of(where).get():
        st.button(
            _("Filters as they were"),
            icon=":material/undo:",
            on_click=forget_changes,
            args=(where,),
            key="learn-forget",
        )
    if OWN_GRID.get() is not None:
        st.button(_("Grid as it was"), icon=":material/undo:", on_click=OWN_GRID.put, args=(None,), key="learn-grid")
