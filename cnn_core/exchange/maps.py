"""What every layer makes of an image, for a picture of the network: of huge layers only what the picture can show.

A network of 224×224×3 has tens of millions of values; a browser gets `MOST_BYTES` of them at most. Where all fit, all
are sent, as float32. Where not, of each layer only the first maps are sent (the picture shows the first ones), and of
large maps every n-th row and column, as float16: what is sent are the layer's own values, none is a mean of several.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import ceil, frexp, prod
from typing import Any, Literal

import numpy as np

from cnn_core.design.fields import Shape
from cnn_core.design.network import Network
from cnn_core.exchange.weights import Arrays, Pixels, built

MOST_BYTES = 1_600_000
"""Of the maps in a message; weights that explain them may take `MOST_WEIGHT_BYTES` more."""
MOST_WEIGHT_BYTES = 350_000
IMAGE_SIDE = 256
"""Rows or columns of the image itself that are kept: it is shown larger than any map."""
MOST_ANSWERS = 4096
"""Values of the last layer that are kept: each class has its bar."""
_SIZES = (*product((64, 32, 16), (256, 128, 96, 64, 48, 32)), (16, 16), (16, 8), (16, 4))
"""From generous to tight: rows or columns of a map, and how many maps of that size; of smaller maps there may be more.

On the page a map is 56 CSS pixels wide at most, and in a long network 28; about thirty of a layer are seen.
"""
_MOST_MAPS = 256


@dataclass(frozen=True)
class Cut:
    """What is kept of one layer's output.

    Attributes:
        whole: its shape, (H, W, C) or (N,).
        step: every how many rows and columns are kept.
        count: how many maps, or values of a vector.
    """

    whole: Shape
    step: int
    count: int

    @property
    def shape(self) -> Shape:
        """Of what is kept."""
        return (*(ceil(side / self.step) for side in self.whole[:-1]), self.count)

    @property
    def complete(self) -> bool:
        """Whether nothing is left out."""
        return self.shape == self.whole

    def of(self, output: np.ndarray) -> np.ndarray:
        """What is kept of `output`, which has the shape `whole`."""
        return output[..., : self.count][(slice(None, None, self.step),) * (len(self.whole) - 1)]


@dataclass(frozen=True)
class Plan:
    """What is kept of the image and of every layer's output, and as what kind of number it is sent."""

    cuts: tuple[Cut, ...]
    dtype: Literal["float16", "float32"]

    @property
    def bytes(self) -> int:
        """Of the message: the values, and for each map how active it is."""
        return sum(prod(cut.shape) + cut.count for cut in self.cuts) * np.dtype(self.dtype).itemsize


def plan(shapes: Sequence[Shape]) -> Plan:
    """The most that fits of outputs of these shapes, the image's first."""
    whole = Plan(tuple(Cut(shape, 1, shape[-1]) for shape in shapes), "float32")
    if whole.bytes <= MOST_BYTES:
        return whole
    made = whole
    for side, count in _SIZES:
        made = _smaller(shapes, side, count)
        if made.bytes <= MOST_BYTES:
            break
    return made


def _smaller(shapes: Sequence[Shape], side: int, count: int) -> Plan:
    image, *outputs = shapes
    colours = image[-1] if image[-1] <= 3 else 1
    cuts = [Cut(image, _step(image, IMAGE_SIDE), colours), *(_cut(shape, side, count) for shape in outputs)]
    if outputs and len(outputs[-1]) == 1:
        cuts[-1] = Cut(outputs[-1], 1, min(outputs[-1][0], MOST_ANSWERS))
    return Plan(tuple(cuts), "float16")


def _cut(shape: Shape, side: int, count: int) -> Cut:
    step = _step(shape, side)
    cells = prod(ceil(size / step) for size in shape[:-1])
    most = side * side if len(shape) == 1 else min(_MOST_MAPS, count * side * side // cells)
    return Cut(shape, step, min(shape[-1], most))


def _step(shape: Shape, side: int) -> int:
    return ceil(max(shape[:-1], default=1) / side)


@dataclass(frozen=True, eq=False)
class LayerMaps:
    """What is kept of one layer's output.

    Attributes:
        values: float32, of the cut's shape.
        activity: float32, (count,): how much each map changes on average against what a blank image gives.
        largest: value of the whole layer, and not below 0.
    """

    values: np.ndarray
    activity: np.ndarray
    largest: float


def layer_maps(cut: Cut, output: np.ndarray, blank: np.ndarray) -> LayerMaps:
    """Of a layer's output for the image and for a blank one, both of the shape `cut.whole`."""
    places = tuple(range(len(cut.whole) - 1))
    with np.errstate(all="ignore"):  # a training that went astray gives infinities, and no numbers
        activity = np.nan_to_num(np.abs(output - blank).mean(axis=places)[: cut.count])
        values = cut.of(output).astype(np.float32)
    return LayerMaps(values, activity.astype(np.float32), max(0.0, float(np.nan_to_num(output).max())))


@dataclass(frozen=True, eq=False)
class ImageMaps:
    """What a network makes of one image, or is to make of it.

    Attributes:
        pixels: how it takes them, as in a recipe; for "scaled" its first layer is a Rescaling, which the browser does.
        plan: what is kept of the image and of every layer of the design.
        layers: that, in the same order; empty while it is not known.
        weights: by a layer's place in the design, those of the layers that are small enough and whose input is
            complete: they explain a value down to its products.
        coming: whether a worker is about to make others, of another image or the first ones.
    """

    pixels: Pixels
    plan: Plan
    layers: Sequence[LayerMaps] = ()
    weights: dict[int, Arrays] | None = None
    coming: bool = False


def awaited(network: Network, pixels: Pixels = "scaled") -> ImageMaps:
    """The maps of `network` (up to the first layer that does not fit) before anything is known of them."""
    outputs = [report.output_shape for report in built(network).reports]
    return ImageMaps(pixels, plan([network.input_shape, *outputs]))


def chosen_weights(made: Plan, arrays: Sequence[Arrays]) -> dict[int, Arrays]:
    """Of the layers' `arrays`, those worth sending: the smallest first, as many as may be sent."""
    room, chosen = MOST_WEIGHT_BYTES, {}
    for place in sorted(range(len(arrays)), key=lambda place: _bytes(arrays[place])):
        room -= _bytes(arrays[place])
        if room < 0:
            break
        if arrays[place] and made.cuts[place].complete:
            chosen[place] = arrays[place]
    return chosen


def _bytes(arrays: Arrays) -> int:
    return 4 * sum(array.size for array in arrays)


def described_maps(maps: ImageMaps) -> dict[str, Any]:
    """What the browser must know to read `packed_maps`; numbers are sent divided by the layer's `scale`."""
    cuts = [{"shape": cut.shape, "whole": cut.whole, "step": cut.step} for cut in maps.plan.cuts]
    known = [{"scale": _scale(layer), "largest": layer.largest} for layer in maps.layers]
    return {
        "dtype": maps.plan.dtype,
        "known": bool(known),
        "coming": maps.coming,
        "layers": [cut | layer for cut, layer in zip(cuts, known, strict=True)] if known else cuts,
        "weights": sorted(maps.weights or ()),
    }


def packed_maps(maps: ImageMaps) -> bytes:
    """Of each layer the values, then how active each map is; then the weights, as float32."""
    return b"".join([*_packed(maps), *_packed_weights(maps.weights or {})])


def _packed(maps: ImageMaps) -> Iterator[bytes]:
    for layer in maps.layers:
        for numbers in (layer.values, layer.activity):
            yield (numbers.astype(np.float64) / _scale(layer)).astype(maps.plan.dtype).tobytes()


def _packed_weights(weights: dict[int, Arrays]) -> Iterator[bytes]:
    return (np.ascontiguousarray(array, np.float32).tobytes() for place in sorted(weights) for array in weights[place])


def _scale(layer: LayerMaps) -> float:
    """A power of two, so that float16 can hold all of it and loses no digit more: nothing larger than 1 is left."""
    finite = np.abs(layer.values[np.isfinite(layer.values)]).max(initial=0)
    return 2.0 ** frexp(max(float(finite), float(layer.activity.max(initial=0))))[1]
