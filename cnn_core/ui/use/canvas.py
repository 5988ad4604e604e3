"""Where a visitor gives something to a network besides the pad: a canvas of objects, or an image."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from streamlit_drawable_canvas import CanvasResult, st_canvas

from cnn_core.data.digits import Stage
from cnn_core.data.images import read_image
from cnn_core.language import _
from cnn_core.settings import settings
from cnn_core.ui.components.network.component import Drawing
from cnn_core.ui.kit.errors import BROKEN, errors_told
from cnn_core.ui.kit.living import LAST, carry_drawing, initial_strokes, keep_drawing, remember_drawing
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.sharing import asked, carry, leave_out
from cnn_core.ui.kit.upload_box import files_taken, image_box
from cnn_core.ui.use.strokes import Stroke, from_objects, to_objects

SIDE = 280  # px: ten for each pixel that the network will see
BRUSH = (8, 36, 20)  # px, thinnest, thickest, first: 20 px on a large digit is about as thick as MNIST's pens
DRAW, ARRANGE, IMAGE = "draw", "arrange", "image"
"""The ways to give something to a network."""
CLEARED: Slot[int] = Slot("draw.cleared", 0)
"""How often the canvas was cleared."""


def way_to_give(label: str, ways: tuple[str, ...], *, key: str) -> str:
    """DRAW, ARRANGE or IMAGE, whatever the visitor chooses; the first of `ways` at first."""
    labels = {DRAW: _("Draw"), ARRANGE: _("Arrange"), IMAGE: _("Image")}
    ways = tuple(way for way in ways if way != IMAGE or files_taken())
    way = st.segmented_control(
        label,
        ways,
        format_func=lambda way: labels[way],
        key=key,
        required=True,
        default=asked("way", ways[0], ways),
        on_change=remember_drawing,  # the pad that comes back begins with what was drawn last
        label_visibility="collapsed",
    )
    carry(way=way)
    return way


def drawn() -> np.ndarray | None:
    """The drawing on a freehand canvas as (H, W) ink, 0 .. 1, or None."""
    carry_drawing()
    place = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom", width=SIDE):
        width = st.slider(_("Brush width"), *BRUSH, key="draw-brush", format="%d px", persist_state="session")
        st.button(_("Clear"), icon=":material/ink_eraser:", on_click=_clear, key="draw-clear")
    with place:
        canvas = _canvas(f"draw-canvas-{CLEARED.get()}", width, initial_strokes())
    # A canvas that was just put on the page with the last drawing on it sends nothing before the next stroke.
    if canvas.image_data is None:
        return keep_drawing(None)
    return keep_drawing(Drawing(_ink(canvas), from_objects(canvas.json_data)))


def arranged() -> np.ndarray | None:
    """The last drawing with its strokes as objects: (H, W) ink, 0 .. 1, as they are arranged now; None without one."""
    if (last := LAST.get()) is None:
        st.info(_("Draw a digit first. Here you move, turn and stretch its strokes."), icon=":material/draw:")
        return None
    carry_drawing()
    leave_out(_("how the strokes are arranged"))
    st.caption(
        _(
            "Press the edit button at the canvas. Then choose a stroke and move it, turn it or stretch it, and see "
            "where the prediction breaks."
        )
    )
    canvas = _canvas(f"draw-arrange-{hash(str(last['strokes']))}", BRUSH[-1], last["strokes"])
    return _ink(canvas) if canvas.image_data is not None else last["ink"]


def _canvas(key: str, width: int, strokes: Sequence[Stroke]) -> CanvasResult:
    return st_canvas(
        stroke_width=width,
        stroke_color="#ffffff",
        background_color="#000000",  # as in MNIST, in light and dark
        initial_drawing=to_objects(strokes),
        width=SIDE,
        height=SIDE,
        return_image_data=True,
        key=key,
    )


def _ink(canvas: CanvasResult) -> np.ndarray:
    return canvas.image_data[..., 0].astype(np.float32) / 255


def _clear() -> None:
    keep_drawing(Drawing(None, []))
    CLEARED.put(CLEARED.get() + 1)  # a new key makes a new canvas


def sent() -> tuple[Stage, ...]:
    """The way of an image file to the (H, W) ink of a digit, 0 .. 1; empty without one that can be used."""
    advice = _("Dark on light or light on dark, a drawing or a photo, on plain or ruled paper. Let the digit be large.")
    limits = settings()
    file = image_box(_("An image of one digit"), limits.max_upload_bytes, key="draw-picture", help=advice)
    if file is None:
        return ()
    leave_out(_("the image that was sent"))
    with errors_told(BROKEN):
        way = _treated(file.getvalue(), limits.max_upload_bytes, limits.max_image_pixels)
        st.image(file, width=SIDE // 2, alt=_("The image that was sent"))
        return way
    return ()


@st.cache_resource(show_spinner=False, max_entries=8)
def _treated(content: bytes, max_bytes: int, max_pixels: int) -> tuple[Stage, ...]:
    """It takes a third of a second, and the page runs at every click."""
    return read_image(content, max_bytes=max_bytes, max_pixels=max_pixels)
