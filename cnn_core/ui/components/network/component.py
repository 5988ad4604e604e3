"""The typed face of the living network: what it shows, and what was drawn on it."""

import base64
import json
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from cnn_core.design.arithmetic import sides
from cnn_core.design.layers import DESIGN_TYPES
from cnn_core.design.network import Network, shown
from cnn_core.design.shapes import trace
from cnn_core.exchange.maps import ImageMaps, described_maps, packed_maps
from cnn_core.exchange.weights import Pixels, Weights, described
from cnn_core.language import spoken
from cnn_core.ui.components.mount import mounted, nothing
from cnn_core.ui.components.network.words import block_titles, layer_name, words
from cnn_core.ui.kit import session

FOLDER = Path(__file__).parent
DRAWABLE = (28, 28, 1)
"""The images that can be drawn on a pad."""
MOST_MACS = 10_000_000
"""What a browser computes within a frame or two."""


def in_browser(network: Network) -> bool:
    """Whether the browser can compute it: a backbone is left to a worker, however small its images."""
    trained_by_others = any(layer.type in ("Backbone", "BackboneBlock") for layer in network.layers)
    return not trained_by_others and trace(network).totals.macs <= MOST_MACS


@dataclass(frozen=True, eq=False)
class Drawing:
    """What was drawn on the pad.

    Attributes:
        ink: (280, 280) float32, 0 background .. 1 ink; None when everything was cleared.
        strokes: as the pad takes them back.
    """

    ink: np.ndarray | None
    strokes: list[dict[str, Any]]


@dataclass(frozen=True)
class Pad:
    """A pad to draw on, for networks of 28×28×1.

    Attributes:
        strokes: what is on it at first.
        untold: whether it is to tell its ink at once: only its strokes are known here.
    """

    strokes: Sequence[dict[str, Any]] = ()
    untold: bool = False


@dataclass(frozen=True)
class Edit:
    """A wish to "select", "add", "move" or "remove" the layer at `place` (from 0).

    Attributes:
        target: where it is moved to.
        type: of the layer that is added before `place`.
    """

    action: str
    place: int
    target: int = 0
    type: str = ""


@dataclass(frozen=True)
class Window:
    """A wish to move the window of the layer at `place` (from 0) by hand; `channel`: of the map that was looked at."""

    place: int
    channel: int


def living_network(
    network: Network,
    *,
    key: str,
    weights: Weights | None = None,
    maps: ImageMaps | None = None,
    pixels: Pixels = "scaled",
    seed: int = 0,
    class_names: Sequence[str] = (),
    image: np.ndarray | None = None,
    pad: Pad | None = None,
    selected: int | None = None,
    on_edit: Callable[[], None] | None = None,
    small: bool = False,
    windows: Sequence[int] = (),
    selectable: Sequence[int] = (),
    frozen: int = 0,
) -> Drawing | None:
    """Show the network at work on a drawing, or on an image.

    Args:
        weights: what it has learned; where there is nothing, the browser draws them from `seed`, for such `pixels`.
        maps: what a worker has made of the image, for a network that is too large for the browser, or is to make of it.
        class_names: what its outputs are; without them the last layer is shown like any other.
        image: (H, W, C) uint8 of the network's input shape; with a pad, shown until something is drawn.
        selected: the layer that is being edited, or looked into.
        selectable: the places of the layers that can be selected; without it, those of a network that is edited.
        frozen: how many of the first layers do not learn.
        on_edit: called when a visitor wishes to change the network, or to select a layer; `edit(key)` says how.
        small: about half as high, where the picture is not what the page is about.
        windows: the places of the layers whose window can be moved by hand elsewhere; `window(key)` says which one.

    Returns:
        What is on the pad, once a visitor has drawn; None before.
    """
    seen = image if image is None or maps is None else maps.plan.cuts[0].of(image)
    head = plain_head(pad is not None, seen) | {
        "seed": seed,
        "maps": maps and described_maps(maps),
        "strokes": list(pad.strokes) if pad else [],
        "untold": bool(pad and pad.untold),
        "editable": on_edit is not None and not selectable,
        "selectable": list(selectable),
        "frozen": frozen,
        "selected": selected,
        "small": small,
        "windows": list(windows),
        "types": list(DESIGN_TYPES),
    }
    source = maps or weights
    about = head_of(network, source.pixels if source else pixels, class_names, weights)
    data = framed({**about, **head}) + (packed_maps(maps) if maps else weights.packed if weights else b"")
    living = mounted(FOLDER, html='<div class="living"></div>')
    told = {"on_drawing_change": nothing, "on_edit_change": on_edit or nothing, "on_window_change": nothing}
    result = living(key=key, data=data, **told)
    return drawing_of(result.drawing)


def plain_head(pad: bool, image: np.ndarray | None) -> dict[str, Any]:
    """What the browser needs to know besides the network, where one only draws on its pad or looks at `image`."""
    return {
        "words": words(),
        "seed": 0,
        "pad": pad,
        "image": None if image is None else encoded(image),
        "imageless": image is None and not pad,
        "maps": None,
        "strokes": [],
        "untold": False,
        "editable": False,
        "selectable": [],
        "frozen": 0,
        "selected": None,
        "small": False,
        "windows": [],
        "types": [],
    }


def head_of(
    network: Network, pixels: Pixels, class_names: Sequence[str], weights: Weights | None = None
) -> Mapping[str, Any]:
    """What the browser needs to know of a network, whatever it is shown; `weights` are those that are sent along."""
    random = tuple(arrays is None for arrays in weights.arrays) if weights else ()
    return _head(network, pixels, tuple(class_names), random, spoken())


@lru_cache(64)
def _head(
    network: Network, pixels: Pixels, class_names: tuple[str, ...], random: tuple[bool, ...], _language: str
) -> Mapping[str, Any]:
    """Kept, because a network is shown again with every stroke of a pen; its words are those of a language."""
    layers = described(network, pixels)
    for layer, untrained in zip(reversed(layers), reversed(random), strict=False):
        layer["random"] = untrained
    return {
        "blocks": _blocks(network),
        "layers": layers,
        "input": network.input_shape,
        "classes": class_names or None,
        "dtype": "float16",
        "fault": _fault(network),
    }


def drawn(key: str) -> Drawing | None:
    """What is on the pad, before the network is shown: its maps may depend on it."""
    return drawing_of(session.component_state(key).get("drawing"))


def encoded(image: np.ndarray) -> str:
    """Its bytes in base64."""
    return base64.b64encode(image.tobytes()).decode()


def framed(head: dict[str, Any]) -> bytes:
    """Its length in four bytes, and it as JSON: weights follow."""
    text = json.dumps(head).encode()
    return struct.pack("<I", len(text)) + text


def _fault(network: Network) -> str | None:
    problem = trace(network).problem
    return problem.message if problem else None


def edit(key: str) -> Edit | None:
    """What the visitor wishes to change, in `on_edit`."""
    wish = session.component_state(key).get("edit")
    return Edit(wish["action"], int(wish["place"]), int(wish.get("target", 0)), wish.get("type", "")) if wish else None


def window(key: str) -> Window | None:
    """Which layer the visitor wishes to move by hand, in the script run after they said so."""
    wish = session.component_state(key).get("window")
    return Window(int(wish["place"]), int(wish["channel"])) if wish else None


def _blocks(network: Network) -> list[dict[str, str]]:
    """What stands above and below each block."""
    reports, seen = trace(network).reports, dict.fromkeys(("convolution", "dense"), 0)
    blocks = []
    for report in reports:
        last = report.index == len(network.layers) - 1
        before = seen.get(report.layer.kind, 0)
        title, short = block_titles(report.layer, report.output_shape, before, last=last)
        shape = sides(shown(report.output_shape, network.data_format))
        blocks.append({"title": title, "short": short, "keras": _keras(report.layer), "shape": shape})
        if report.layer.kind in seen:
            seen[report.layer.kind] += 1
    return blocks


def _keras(layer: Any) -> str:
    softmax = getattr(layer, "activation", "") == "softmax" and layer.type != "Activation"
    return f"{layer.type}, softmax" if softmax else layer_name(layer)


def drawing_of(state: Any) -> Drawing | None:
    """The pad's state: its ink as PNG, which keeps every grey level and is small."""
    if not state:
        return None
    if not state["png"]:
        return Drawing(None, [])
    content = base64.b64decode(state["png"].partition(",")[2])
    ink = np.asarray(Image.open(BytesIO(content)).convert("L"), np.float32) / 255
    return Drawing(ink, list(state["strokes"]))
