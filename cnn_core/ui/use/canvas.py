"""Where a visitor gives a digit: drawn on a canvas, or as an image."""

from typing import Any

import numpy as np
import streamlit as st
from streamlit_drawable_canvas import CanvasResult, st_canvas

from cnn_core.data.images import read_image
from cnn_core.language import _
from cnn_core.settings import settings
from cnn_core.ui.kit.errors import BROKEN, errors_told
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.upload_box import image_box

SIDE = 280  # px: ten for each pixel that the network will see
BRUSH = (8, 36, 20)  # px, thinnest, thickest, first: 20 px on a large digit is about as thick as MNIST's pens
DRAW, IMAGE = "draw", "image"
"""The ways to give something to a network."""
LAST: Slot[dict[str, Any] | None] = Slot("draw.last", None)
"""The drawing: its "strokes", and its "ink" as (H, W), 0 .. 1."""
INITIAL: Slot[dict[str, Any] | None] = Slot("draw.initial", None)
"""The strokes that a new canvas begins with."""
CLEARED: Slot[int] = Slot("draw.cleared", 0)
"""How often the canvas was cleared."""


def remember_drawing() -> None:
    """Put the visitor's last drawing back on the canvas; call it when the whole page runs, not in a fragment."""
    INITIAL.put((LAST.get() or {}).get("strokes"))


def digit_input() -> np.ndarray | None:
    """The digit as (H, W) ink, 0 .. 1, or None while there is none; says so when an image can't be used."""
    way = way_to_give(_("Give a digit"), (DRAW, IMAGE), key="draw-way")
    return drawn() if way == DRAW else _sent()


def way_to_give(label: str, ways: tuple[str, str], *, key: str) -> str:
    """DRAW or IMAGE, whatever the visitor chooses; the first of `ways` at first."""
    labels = {DRAW: _("Draw"), IMAGE: _("Image")}
    return st.segmented_control(
        label,
        ways,
        format_func=labels.get,
        key=key,
        required=True,
        default=ways[0],
        label_visibility="collapsed",
    )


def drawn() -> np.ndarray | None:
    """The drawing on the canvas as (H, W) ink, 0 .. 1, or None."""
    place = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom", width=SIDE):
        width = st.slider(_("Brush width"), *BRUSH, key="draw-brush", format="%d px", persist_state="session")
        st.button(_("Clear"), icon=":material/ink_eraser:", on_click=_clear, key="draw-clear")
    with place:
        canvas = st_canvas(
            stroke_width=width,
            stroke_color="#ffffff",
            background_color="#000000",  # as in MNIST, in light and dark
            initial_drawing=INITIAL.get(),
            width=SIDE,
            height=SIDE,
            return_image_data=True,
            key=f"draw-canvas-{CLEARED.get()}",
        )
    return _kept(canvas)


def _kept(canvas: CanvasResult) -> np.ndarray | None:
    # A canvas that was just put on the page with the last drawing on it sends nothing before the next stroke.
    if canvas.image_data is not None:
        ink = canvas.image_data[..., 0].astype(np.float32) / 255
        LAST.put({"strokes": canvas.json_data, "ink": ink})
    return (LAST.get() or {}).get("ink")


def _clear() -> None:
    LAST.put(None)
    INITIAL.put(None)
    CLEARED.put(CLEARED.get() + 1)  # a new key makes a new canvas


def _sent() -> np.ndarray | None:
    advice = _(
        "Dark on light or light on dark, a drawing or a photo. Let the digit fill most of it, on an even background."
    )
    limits = settings()
    file = image_box(_("An image of one digit"), limits.max_upload_bytes, key="draw-picture", help=advice)
    if file is None:
        return None
    with errors_told(BROKEN):
        ink = read_image(file.getvalue(), max_bytes=limits.max_upload_bytes, max_pixels=limits.max_image_pixels)
        st.image(file, width=SIDE // 2, alt=_("The image that was sent"))
        return ink
    return None
