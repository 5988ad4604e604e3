"""An image to try something on: one of the data set's, the visitor's last drawing, or an image of their own."""

from typing import Literal

import numpy as np
import streamlit as st

from cnn_core.data.datasets import Dataset
from cnn_core.data.digits import FIELD, stages
from cnn_core.data.images import read_image
from cnn_core.data.photos import fitted, read_photo
from cnn_core.design.augmentation import DIGIT_NAMES
from cnn_core.errors import DataError
from cnn_core.language import N_, _
from cnn_core.settings import settings
from cnn_core.ui.kit.errors import BROKEN, errors_told
from cnn_core.ui.kit.living import drawn_digit
from cnn_core.ui.kit.sharing import asked, carry, leave_out
from cnn_core.ui.kit.upload_box import files_taken, image_box

WAYS = {"data": N_("From the data set"), "drawing": N_("My drawing"), "image": N_("My image")}


def choose_sample(data: Dataset, place: str, part: Literal["train", "test"] = "train") -> np.ndarray | None:
    """(H, W, C) uint8 of the data set's shape, or None while there is none; says so when one can't be used.

    Args:
        place: begins the keys of the widgets: one for each page.
        part: which images of the data set are offered.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        ways = [way for way in WAYS if _offered(way, data)]
        label, key = _("Image"), f"{place}-way-{len(ways)}"
        way = st.selectbox(label, ways, format_func=lambda way: _(WAYS[way]), key=key, width=160)
        if way == "data":
            return _from_set(data, place, part)
    leave_out(_("an image of your own"))
    image = None
    with errors_told(BROKEN, kind=DataError):
        image = drawn_digit() if way == "drawing" else _sent(data, place)
    return image


def _offered(way: str, data: Dataset) -> bool:
    return {"drawing": _takes_digits(data), "image": files_taken()}.get(way, True)


def _takes_digits(data: Dataset) -> bool:
    return data.input_shape == (FIELD, FIELD, 1) and data.class_names == DIGIT_NAMES


def _from_set(data: Dataset, place: str, part: str) -> np.ndarray:
    x, y = (data.x_train, data.y_train) if part == "train" else (data.x_test, data.y_test)
    labels = np.unique(y).tolist()
    first, key = labels[len(labels) * 6 // 10], f"{place}-class-{data.name}"  # among digits the 6: it turns into a 9
    label = st.selectbox(
        _("Class"),
        labels,
        index=labels.index(asked("class", first, labels, key)),
        format_func=data.class_names.__getitem__,
        key=key,
        width=105,
    )
    indices = np.flatnonzero(y == label)
    which, key = _("Which, of {count:,}", count=len(indices)), f"{place}-number-{data.name}-{label}"
    first = asked("number", 1, range(1, len(indices) + 1), key)
    number = st.number_input(which, 1, len(indices), first, key=key, width=130)
    carry(**{"class": label, "number": number})
    return x[indices[number - 1]]


def _sent(data: Dataset, place: str) -> np.ndarray | None:
    file = image_box(_("Your image"), settings().max_upload_bytes, key=f"{place}-picture")
    if file is None:
        return None
    limits = {"max_bytes": settings().max_upload_bytes, "max_pixels": settings().max_image_pixels}
    if _takes_digits(data):
        return stages(read_image(file.getvalue(), **limits)[-1].image).final[..., np.newaxis]
    return fitted(read_photo(file.getvalue(), **limits)[1], data.input_shape)
