"""From a layer of a network to the page where its window is moved by hand: its input, its weights, its settings."""

from typing import Any

import numpy as np
import streamlit as st

from cnn_core.design.layers.base import BaseLayer
from cnn_core.design.network import Network
from cnn_core.language import _
from cnn_core.learn.filters import READY
from cnn_core.ui import pages
from cnn_core.ui.components.network.component import DRAWABLE, window
from cnn_core.ui.kit.at_work import Learned, network_at_work
from cnn_core.ui.kit.living import LAST
from cnn_core.ui.learn import convolution, pooling
from cnn_core.ui.learn.images import COLOURS
from cnn_core.ui.learn.layers import DESIGN, LARGEST, moved_by_hand, places, pools

Way = tuple[str, dict[str, str]]
"""A page, and what its address says."""


def network_by_hand(
    network: Network, learned: Learned, source: str | None, *, key: str, **options: Any
) -> np.ndarray | None:
    """`network_at_work`, from whose layers a way leads to their window; `source` is the network's key there, if any."""
    ink = network_at_work(network, learned, key=key, windows=windows(network) if source else (), **options)
    if source:
        follow_window(network, source, key)
    return ink


def windows(network: Network) -> list[int]:
    """The places of the layers that are at work on the pages under Learn, too."""
    return [*_convolutions(network), *_poolings(network)]


def follow_window(network: Network, source: str, key: str) -> None:
    """Go where a visitor wishes to move a window by hand, if the living network `key` has told such a wish."""
    if (wish := window(key)) and (way := way_by_hand(network, source, wish.place, wish.channel)):
        page, settings = way
        st.switch_page(page, query_params=settings)


def show_me(network: Network, place: int) -> None:
    """A link, for layers of the visitor's design whose window the pages under Learn can move."""
    if way := way_by_hand(network, DESIGN, place, 0) or _with_own_filter(network.layers[place]):
        page, settings = way
        st.page_link(page, label=_("Show me"), icon=":material/touch_app:", query_params=settings)


def way_by_hand(network: Network, source: str, place: int, channel: int) -> Way | None:
    """To the layer at work: `source` is the key of its network there, `channel` the map that is looked at."""
    if place in _convolutions(network) and (image := _image(network)):
        told = {"filters": source, "layer": str(place), "filter": str(channel)}
        return _following(pages.CONVOLUTION, network.layers[place], {"image": image, **told})
    if place in (poolings := _poolings(network)):
        told = {"image": pooling.MAP, "filters": source, "layer": str(place), "map": str(channel + 1)}
        return _following(pages.POOLING, network.layers[place], poolings[place] | told)
    return None


def _convolutions(network: Network) -> list[int]:
    return places(network, moved_by_hand) if _image(network) else []


def _poolings(network: Network) -> dict[int, dict[str, str]]:
    """By its place, the settings of each pooling whose maps the page can show."""
    if network.input_shape != DRAWABLE:
        return {}
    found = {place: _pooling(network.layers[place]) for place in places(network, pools)}
    return {place: settings for place, settings in found.items() if settings}


def _following(page: str, layer: BaseLayer, settings: dict[str, str]) -> Way:
    """What was chosen there before gives way when the settings are others than those of the last link."""
    return page, {**settings, "show": ".".join([layer.type, *settings.values()])}


def _image(network: Network) -> str | None:
    """The kind of image there that this network takes."""
    if network.input_shape == DRAWABLE:
        return "digit" if (LAST.get() or {}).get("ink") is None else "drawing"
    return "picture" if network.input_shape == COLOURS else None


def _with_own_filter(layer: BaseLayer) -> Way | None:
    """To an image and a filter of the visitor's, with the settings of a layer whose own input is not to be had."""
    if settings := _pooling(layer):
        return _following(pages.POOLING, layer, settings)
    if layer.type != "Conv2D":
        return None
    told = layer.arguments()
    (side, step, spread), square = _sides(told["kernel_size"], told["strides"], told["dilation_rate"])
    if not square or side > LARGEST or step not in convolution.STRIDES or spread not in convolution.DILATIONS:
        return None
    own = {"filters": "ready", "filter": str(len(READY)), "side": str(side)}
    settings = own | {"step": str(step), "spread": str(spread), "padding": told["padding"]}
    return _following(pages.CONVOLUTION, layer, settings)


def _pooling(layer: BaseLayer) -> dict[str, str] | None:
    ways = {"MaxPooling2D": "0", "AveragePooling2D": "1"}
    if layer.type not in ways:
        return None
    told = layer.arguments()
    (size, step), square = _sides(told["pool_size"], told["strides"] or told["pool_size"])
    if not square or str(size) not in pooling.SIZES or str(step) not in pooling.STRIDES:
        return None
    return {"way": ways[layer.type], "size": str(size), "step": str(step), "padding": told["padding"]}


def _sides(*pairs: tuple[int, int]) -> tuple[list[int], bool]:
    """Of each pair its first number, and whether all are of two equal ones."""
    return [pair[0] for pair in pairs], all(pair[0] == pair[1] for pair in pairs)
