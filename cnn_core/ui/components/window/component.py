"""The typed face of the stepper: an image, filters, and how their window moves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cnn_core.learn.pooling import Way
from cnn_core.learn.slide import Slide
from cnn_core.ui.components.mount import mounted, nothing
from cnn_core.ui.components.window.words import window_words
from cnn_core.ui.kit import session

FOLDER = Path(__file__).parent
LARGEST = 1000
"""What a visitor may type."""
DIGITS = 4
"""Decimal places that are sent: more than are shown."""


@dataclass(frozen=True, eq=False)
class Filter:
    """(h, w, channels) weights and a bias, and what it is called."""

    title: str
    kernel: np.ndarray
    bias: float = 0.0


@dataclass(frozen=True, eq=False)
class Separable:
    """A filter in two stages: (h, w, channels, m) weights for each channel alone, and (channels · m) that mix them."""

    title: str
    depthwise: np.ndarray
    pointwise: np.ndarray
    bias: float = 0.0


@dataclass(frozen=True, eq=False)
class Pool:
    """What is kept of a window of so many rows and columns, and what that is called."""

    title: str
    way: Way
    size: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Edited:
    """What a visitor typed or painted.

    Attributes:
        image: (H, W, channels) as it is now.
        chosen: the filter that is looked at, and its `kernel` and `bias`; None of a pool.
    """

    image: np.ndarray
    chosen: int
    kernel: np.ndarray | None = None
    bias: float = 0.0


def window_stepper(
    image: np.ndarray,
    filters: Sequence[Filter] | Sequence[Separable] | Sequence[Pool],
    slide: Slide,
    *,
    key: str,
    relu: bool = False,
    editable: bool = False,
    stack: bool = False,
    chosen: int = 0,
    on_edit: Callable[[], None] = nothing,
) -> None:
    """Show how the filters slide over the image; everything moves in the browser.

    Args:
        image: (H, W, channels): 1, or 3 that are colours, or a `stack` of maps, looked at one by one.
        slide: how a window moves along both sides; how large it is, each filter says itself.
        editable: whether the image can be painted on.
        chosen: the filter that is looked at first.
        on_edit: called when a number was changed or another filter chosen; `edited` says what.
    """
    data = {
        "words": window_words(),
        "image": {"shape": list(image.shape), "values": _plain(image)},
        "pooling": isinstance(filters[0], Pool),
        "filters": [_described(one) for one in filters],
        "settings": {
            "stride": slide.stride,
            "dilation": slide.dilation,
            "padding": slide.padding,
            "rings": slide.rings,
            "relu": relu,
        },
        "editable": editable,
        "stack": stack,
        "chosen": chosen,
    }
    stepper = mounted(FOLDER, html='<div class="window"></div>')
    stepper(key=key, data=data, on_edited_change=on_edit)


def _described(one: Filter | Separable | Pool) -> dict[str, Any]:
    if isinstance(one, Pool):
        return {"title": one.title, "way": one.way, "size": list(one.size)}
    if isinstance(one, Separable):
        size, values = list(one.depthwise.shape[:2]), _plain(one.depthwise)
        bias = round(float(one.bias), DIGITS)
        return {"title": one.title, "size": size, "values": values, "bias": bias, "mix": _plain(one.pointwise)}
    size, bias = list(one.kernel.shape[:2]), round(float(one.bias), DIGITS)
    return {"title": one.title, "size": size, "values": _plain(one.kernel), "bias": bias}


def edited(key: str, image: np.ndarray, filters: Sequence[Filter] | Sequence[Pool]) -> Edited | None:
    """What was typed or painted on these, in `on_edit`; None for what an older page sent, or what cannot be."""
    told: Mapping[str, Any] | None = session.component_state(key).get("edited")
    if not told:
        return None
    chosen, pixels = int(told["chosen"]), _numbers(told["image"], image.shape)
    if not 0 <= chosen < len(filters) or pixels is None:
        return None
    one = filters[chosen]
    if isinstance(one, Pool):
        return Edited(pixels, chosen)
    weights, bias = _numbers(told["filter"]["values"], one.kernel.shape), _numbers([told["filter"]["bias"]], (1,))
    return None if weights is None or bias is None else Edited(pixels, chosen, weights, float(bias[0]))


def _plain(values: np.ndarray) -> list[float]:
    return np.round(values.astype(float), DIGITS).ravel().tolist()


def _numbers(told: Sequence[float], shape: tuple[int, ...]) -> np.ndarray | None:
    values = np.array(told, np.float32)
    if values.size != np.prod(shape) or not np.all(np.abs(values) <= LARGEST):
        return None
    return values.reshape(shape)
