"""The image that a window slides over: a small grid, a digit, the visitor's drawing, or a colour picture."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType

import numpy as np
import streamlit as st
from PIL import Image

from cnn_core.data.datasets import BUNDLED
from cnn_core.data.digits import stages
from cnn_core.data.photos import fitted, read_photo
from cnn_core.errors import DataError
from cnn_core.language import N_, _
from cnn_core.settings import settings
from cnn_core.ui.kit import services
from cnn_core.ui.kit.errors import BROKEN, errors_told
from cnn_core.ui.kit.living import LAST, drawn_digit
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.sharing import asked, carry, leave_out
from cnn_core.ui.kit.upload_box import image_box

IMAGES = {"grid": N_("Small grid"), "digit": N_("Digit"), "drawing": N_("My drawing"), "picture": N_("Colour picture")}
GRID = np.array(
    [
        [0, 0, 0, 0, 0, 0],
        [0, 2, 1, 0, 0, 0],
        [0, 1, 2, 1, 0, 0],
        [0, 0, 1, 2, 1, 0],
        [0, 0, 0, 1, 2, 0],
        [0, 0, 0, 0, 0, 0],
    ],
    np.float32,
)[..., np.newaxis]
"""A line from corner to corner: small enough to check every product."""
OWN_GRID: Slot[np.ndarray | None] = Slot("learn.grid", None)
"""The small grid as the visitor has changed it."""
COLOURS = (32, 32, 3)
ICON = Path(__file__).parents[3] / "assets" / "icon.png"


def choose_kind(besides: Mapping[str, str] = MappingProxyType({})) -> str:
    """Which of IMAGES, or of those that a page has `besides`."""
    titles = IMAGES | dict(besides)
    kind = st.segmented_control(
        _("Image"),
        list(titles),
        format_func=lambda kind: _(titles[kind]),
        default=asked("image", "digit", list(titles)),
        required=True,
        key="-".join(["learn-image", *besides]),
        persist_state="session",
    )
    carry(image=kind)
    return kind


def image_of(kind: str) -> np.ndarray | None:
    """It as (H, W, channels), pixels 0 .. 1; None while there is none."""
    with errors_told(BROKEN, kind=DataError):
        return {"grid": _grid, "digit": _digit, "drawing": _drawing, "picture": _picture}[kind]()
    return None


def drawn_or_digit() -> np.ndarray:
    """The visitor's drawing as a network sees it, or else the first test digit; (28, 28, 1), 0 .. 1."""
    ink = (LAST.get() or {}).get("ink")
    if ink is not None:
        with suppress(DataError):  # too little ink
            return stages(ink).final[..., np.newaxis].astype(np.float32) / 255
    return services.dataset(BUNDLED).x_test[0].astype(np.float32) / 255


def _grid() -> np.ndarray:
    own = OWN_GRID.get()
    if own is None:
        return GRID
    leave_out(_("your own numbers in the grid"))
    return own


def _digit() -> np.ndarray:
    data = services.dataset(BUNDLED)
    count = len(data.x_test)
    first = asked("number", 1, range(1, count + 1), "learn-number")
    number = st.number_input(
        _("Which test digit, of {count:,}", count=count), 1, count, first, key="learn-number", width=200
    )
    carry(number=number)
    return data.x_test[number - 1].astype(np.float32) / 255


def _drawing() -> np.ndarray | None:
    digit = drawn_digit()
    if digit is None:
        return None
    leave_out(_("your drawing"))
    return digit.astype(np.float32) / 255


def _picture() -> np.ndarray:
    return photo_or_picture(COLOURS, "learn-picture").astype(np.float32) / 255


def photo_or_picture(shape: tuple[int, int, int], key: str) -> np.ndarray:
    """A photo of the visitor's, or the studio's own picture, in this shape, uint8; `key` is that of the box."""
    limits = settings()
    file = image_box(_("A photo of yours"), limits.max_upload_bytes, key=key)
    if file is None:
        return studio_picture(shape)
    leave_out(_("the photo that was sent"))
    content = file.getvalue()
    photo = read_photo(content, max_bytes=limits.max_upload_bytes, max_pixels=limits.max_image_pixels)[1]
    return fitted(photo, shape)


def studio_picture(shape: tuple[int, int, int]) -> np.ndarray:
    """The studio's own picture in this shape, uint8."""
    icon = Image.open(ICON).convert("RGBA")
    white = Image.new("RGBA", icon.size, "white")
    return fitted(np.asarray(Image.alpha_composite(white, icon).convert("RGB")), shape)
