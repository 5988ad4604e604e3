"""Pooling by hand: one number is kept of each window; and what of the map stays when the image moves by a pixel."""

import numpy as np
import streamlit as st

from cnn_core.design.arithmetic import Role, window_formula
from cnn_core.errors import DesignError
from cnn_core.figures.template import percent
from cnn_core.language import N_, _
from cnn_core.learn.pooling import WAYS, Way, kept, moved, pool
from cnn_core.learn.slide import Slide
from cnn_core.lessons.facts import Pooled
from cnn_core.ui.components.window.component import Pool, edited, window_stepper
from cnn_core.ui.kit import session
from cnn_core.ui.kit.errors import errors_told
from cnn_core.ui.kit.goals import record, shows
from cnn_core.ui.kit.roles import legend, marked
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.sharing import asked, carry, follow
from cnn_core.ui.learn.images import OWN_GRID, choose_kind, drawn_or_digit, image_of
from cnn_core.ui.learn.layers import choose_layer, layer_at_work, pools, sources

KEY = "pooling-window"
TITLES: dict[Way, str] = {
    "max": N_("Largest"),
    "average": N_("Average"),
    "min": N_("Smallest"),
    "sum": N_("Sum"),
}
MAP = "map"
"""A map that comes into a pooling of a network, among the kinds of images."""
GLOBAL = "all"
SIZES = ("2", "3", "4", "5", GLOBAL)
OWN = "own"
STRIDES = (OWN, "1", "2", "3", "4")
PADDINGS = {"valid": N_("left out (valid)"), "same": N_("kept (same)")}
SHIFTS = (-2, -1, 0, 1, 2)
CHOSEN: Slot[int | None] = Slot("learn.pool", None)


def follow_show() -> None:
    """A link of the designer's shows its layer, whatever was chosen here before."""
    follow("show", lambda _token: _forget())


def _forget() -> None:
    for prefix in ("pooling-", "learn-image", "learn-layer"):
        session.reset_widgets(prefix)
    CHOSEN.put(None)


@st.fragment
def pooling_board() -> None:
    """The choices, the stepper, the size of the map as a sum, and the shift."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = choose_kind({MAP: N_("Map of a network")})
        image = _map() if kind == MAP else image_of(kind)
    if image is None:
        return
    board = st.container()  # what moves comes first on a phone, too
    vertical, horizontal = _settings(image)
    down, right = _shift()
    shifted = moved(image, down, right)
    chosen = _chosen()
    pools = [Pool(_(TITLES[way]), way, (vertical.window, horizontal.window)) for way in WAYS]

    def changed() -> None:
        if change := edited(KEY, shifted, pools):
            CHOSEN.put(change.chosen)
            if kind == "grid" and not (down or right):
                OWN_GRID.put(change.image)

    fits, paints = False, kind == "grid" and not (down or right)
    with board, errors_told(kind=DesignError):
        vertical.check(image.shape[0])
        horizontal.check(image.shape[1])
        window_stepper(shifted, pools, vertical, key=KEY, editable=paints, chosen=chosen, on_edit=changed)
        fits = True
    _sum(image.shape[0], vertical)
    if fits:
        record(_stays(kind, image, shifted, WAYS[chosen], vertical, horizontal))


def _map() -> np.ndarray | None:
    """One of the maps that come into a pooling of a network, (H, W, 1); each is pooled on its own."""
    digit = drawn_or_digit()
    found = sources(digit.shape, pools)
    keys = list(found)
    key = st.selectbox(
        _("Network"),
        keys,
        keys.index(asked("filters", keys[0], keys)),
        format_func=lambda key: found[key].title,
        key="pooling-network",
        width=260,
        persist_state="session",
    )
    carry(filters=key)
    place = choose_layer(key, found[key], pools)
    with errors_told():
        maps = layer_at_work(found[key], place, digit).image
        count = maps.shape[2]
        name = f"pooling-map-{key}-{place}"
        first = asked("map", 1, range(1, count + 1), name)
        number = st.number_input(_("Which map, of {count}", count=count), 1, count, first, key=name, width=160)
        carry(map=number)
        return maps[..., number - 1 : number]
    return None


def _chosen() -> int:
    chosen = CHOSEN.get()
    if chosen is None:
        chosen = asked("way", 0, range(len(WAYS)))
    carry(way=chosen)
    return chosen


def _settings(image: np.ndarray) -> tuple[Slide, Slide]:
    """How the window moves down and across the image."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        size = _choice(_("Window (pool_size)"), "size", SIZES, "2", {GLOBAL: _("the whole image")})
        own = {OWN: _("as far as the window is wide")}
        stride = _choice(_("Step (strides)"), "step", STRIDES, OWN, own, disabled=size == GLOBAL)
        names = {key: _(name) for key, name in PADDINGS.items()}
        what = _("Windows that stick out (padding)")
        padding = _choice(what, "padding", tuple(PADDINGS), "valid", names, disabled=size == GLOBAL)
    if size == GLOBAL:
        return Slide(image.shape[0]), Slide(image.shape[1])
    window = int(size)
    slide = Slide(window, window if stride == OWN else int(stride), padding="same" if padding == "same" else "valid")
    return slide, slide


def _choice(
    label: str, name: str, options: tuple[str, ...], first: str, names: dict[str, str], *, disabled: bool = False
) -> str:
    begin = asked(name, first, options)
    if not shows(name, label):
        return begin
    chosen = st.selectbox(
        label,
        options,
        options.index(begin),
        format_func=lambda key: names.get(key, key),
        key=f"pooling-{name}",
        width=250,
        disabled=disabled,
        persist_state="session",
    )
    carry(**{name: chosen})
    return chosen


def _shift() -> tuple[int, int]:
    """How far the image was moved: pixels down, and to the right."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        right = _pixels(_("Move the image to the right, px"), "right")
        down = _pixels(_("Move it down, px"), "down")
    return down, right


def _pixels(label: str, name: str) -> int:
    first = asked(name, 0, SHIFTS)
    if not shows(name, label):
        return first
    moved_by = st.segmented_control(
        label,
        SHIFTS,
        default=first,
        required=True,
        format_func="{:+d}".format,
        key=f"pooling-{name}",
        persist_state="session",
    )
    carry(**{name: moved_by})
    return moved_by


def _sum(size: int, slide: Slide) -> None:
    """The side of the map, each number in the colour of what it measures."""
    side = window_formula(size, slide.window, slide.stride, slide.padding, marked)
    names: dict[Role, str] = {"map": _("the image, W"), "window": _("the window, F"), "step": _("the step, S")}
    if slide.padding == "same":
        del names["window"]
    height = _("Height of the map")
    st.markdown(f"{height} :gray[·] {side}  \n{legend(names)}")


def _stays(kind: str, image: np.ndarray, shifted: np.ndarray, way: Way, vertical: Slide, horizontal: Slide) -> Pooled:
    """How much is as it was before the shift, of the image and of the pooled map; and what pooling does to contrast."""
    before, after = pool(image, way, vertical, horizontal), pool(shifted, way, vertical, horizontal)
    stays, stays_pooled = kept(image, shifted), kept(before, after)
    with st.grid(4, min_column_width=150):
        first, second = _("Stays without pooling"), _("Stays with pooling")
        st.metric(first, percent(stays))
        st.metric(second, percent(stays_pooled))
        st.metric(_("Contrast of the image"), f"{image.std():.3f}", help=_about_contrast())
        st.metric(_("Contrast of the map"), f"{before.std():.3f}", help=_about_contrast())
    was_moved = not np.array_equal(image, shifted)
    if not was_moved:
        st.caption(_("Move the image by a pixel: how much stays?"))
    cells = before.shape[0] * before.shape[1]
    return Pooled(kind, way, vertical.window, was_moved, stays, stays_pooled, cells)


def _about_contrast() -> str:
    return _("The standard deviation of its values: how far they are from their average.")
