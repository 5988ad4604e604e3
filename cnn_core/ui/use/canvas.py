"""Where a visitor gives a digit: drawn on a canvas, or as a picture."""

import numpy as np
import streamlit as st
from streamlit_drawable_canvas import CanvasResult, st_canvas

from cnn_core.data.images import read_picture
from cnn_core.errors import DataError
from cnn_core.settings import settings
from cnn_core.ui.kit import session
from cnn_core.ui.kit.errors import show_error
from cnn_core.ui.kit.upload_box import picture_box

SIDE = 280  # px: ten for each pixel that the network will see
BRUSH = (8, 36, 20)  # px, thinnest, thickest, first: 20 px on a large digit is about as thick as MNIST's pens


def remember_drawing() -> None:
    """Put the visitor's last drawing back on the canvas; call it when the whole page runs, not in a fragment."""
    session.put("draw.initial", (session.get("draw.last") or {}).get("strokes"))


def digit_input() -> np.ndarray | None:
    """The digit as (H, W) ink, 0 .. 1, or None while there is none; says so when a picture can't be used."""
    way = st.segmented_control(
        "Give a digit", ["Draw", "Picture"], key="draw-way", required=True, default="Draw", label_visibility="collapsed"
    )
    return drawn() if way == "Draw" else _sent()


def drawn() -> np.ndarray | None:
    """The drawing on the canvas as (H, W) ink, 0 .. 1, or None."""
    place = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom", width=SIDE):
        width = st.slider("Brush width", *BRUSH, key="draw-brush", format="%d px", persist_state="session")
        st.button("Clear", icon=":material/ink_eraser:", on_click=_clear)
    with place:
        canvas = st_canvas(
            stroke_width=width,
            stroke_color="#ffffff",
            background_color="#000000",  # as in MNIST, in light and dark
            initial_drawing=session.get("draw.initial"),
            width=SIDE,
            height=SIDE,
            return_image_data=True,
            key=f"draw-canvas-{session.get('draw.cleared', 0)}",
        )
    return _kept(canvas)


def _kept(canvas: CanvasResult) -> np.ndarray | None:
    # A canvas that was just put on the page with the last drawing on it sends nothing before the next stroke.
    if canvas.image_data is not None:
        ink = canvas.image_data[..., 0].astype(np.float32) / 255
        session.put("draw.last", {"strokes": canvas.json_data, "ink": ink})
    return (session.get("draw.last") or {}).get("ink")


def _clear() -> None:
    session.put("draw.last", None)
    session.put("draw.initial", None)
    session.put("draw.cleared", session.get("draw.cleared", 0) + 1)  # a new key makes a new canvas


def _sent() -> np.ndarray | None:
    advice = (
        "Dark on light or light on dark, a drawing or a photo. Let the digit fill most of it, on an even background."
    )
    limits = settings()
    file = picture_box("A picture of one digit", limits.max_upload_bytes, key="draw-picture", help=advice)
    if file is None:
        return None
    try:
        ink = read_picture(file.getvalue(), max_bytes=limits.max_upload_bytes, max_pixels=limits.max_image_pixels)
    except DataError as error:
        show_error(error, ":material/broken_image:")
        return None
    st.image(file, width=SIDE // 2, alt="The picture that was sent")
    return ink
