"""From a layer of the design to the page where its window is moved by hand, with its settings."""

import streamlit as st

from cnn_core.design.layers.base import BaseLayer
from cnn_core.language import _
from cnn_core.learn.filters import READY
from cnn_core.ui import pages
from cnn_core.ui.learn import convolution, pooling
from cnn_core.ui.learn.filters import LARGEST


def show_me(layer: BaseLayer) -> None:
    """A link, for layers whose window the pages under Learn can move."""
    found = _convolution(layer) or _pooling(layer)
    if not found:
        return
    page, settings = found
    # What was chosen there before gives way when the settings are others than those of the last link.
    settings["show"] = ".".join([layer.type, *settings.values()])
    st.page_link(page, label=_("Show me"), icon=":material/touch_app:", query_params=settings)


def _convolution(layer: BaseLayer) -> tuple[str, dict[str, str]] | None:
    if layer.type != "Conv2D":
        return None
    told = layer.arguments()
    (side, step, spread), square = _sides(told["kernel_size"], told["strides"], told["dilation_rate"])
    if not square or side > LARGEST or step not in convolution.STRIDES or spread not in convolution.DILATIONS:
        return None
    own = {"filters": "ready", "filter": str(len(READY)), "side": str(side)}
    return pages.CONVOLUTION, own | {"step": str(step), "spread": str(spread), "padding": told["padding"]}


def _pooling(layer: BaseLayer) -> tuple[str, dict[str, str]] | None:
    ways = {"MaxPooling2D": "0", "AveragePooling2D": "1"}
    if layer.type not in ways:
        return None
    told = layer.arguments()
    (size, step), square = _sides(told["pool_size"], told["strides"] or told["pool_size"])
    if not square or str(size) not in pooling.SIZES or str(step) not in pooling.STRIDES:
        return None
    settings = {"size": str(size), "step": str(step), "padding": told["padding"]}
    return pages.POOLING, {"way": ways[layer.type], **settings}


def _sides(*pairs: tuple[int, int]) -> tuple[list[int], bool]:
    """Of each pair its first number, and whether all are of two equal ones."""
    return [pair[0] for pair in pairs], all(pair[0] == pair[1] for pair in pairs)
