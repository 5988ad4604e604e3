"""The random weights of a network that was never trained, number for number as the browser draws them.

They are Glorot's (see `weights.described`), of the generator in ui/components/network/weights.js.
"""

from collections.abc import Sequence
from math import prod

import numpy as np

from cnn_core.design.network import Network
from cnn_core.exchange.weights import Arrays, Pixels, Weights, described, weight_shapes

BITS = np.uint64(0xFFFFFFFF)


def completed(network: Network, weights: Weights) -> Weights:
    """With random ones for the layers that have learned nothing: those that the browser shows beside the others."""
    return _drawn(network, weights.pixels, 0, weights.arrays)


def drawn(network: Network, pixels: Pixels, seed: int) -> Weights:
    """Those of a network of which nothing has learned anything."""
    return _drawn(network, pixels, seed, [None] * len(weight_shapes(network)))


def _drawn(network: Network, pixels: Pixels, seed: int, known: Sequence[Arrays | None]) -> Weights:
    layers = described(network, pixels)
    first = len(layers) - len(known)  # a Rescaling stands in front, and counts
    arrays = [
        _layer(layers[first + number]["initial"], shapes, seed * 1_000_003 + (first + number) * 7919 + 1)
        if there is None
        else there
        for number, (there, shapes) in enumerate(zip(known, weight_shapes(network), strict=True))
    ]
    return Weights(arrays, pixels)


def _layer(initial: Sequence[dict], shapes: Sequence[tuple[int, ...]], seed: int) -> list[np.ndarray]:
    """The arrays of a layer, one after the other of one stream of numbers."""
    made, used = [], 0
    for shape, how in zip(shapes, initial, strict=True):
        if how["fans"] is None:
            made.append(np.full(shape, how["fill"], np.float32))
            continue
        limit = np.sqrt(6 / sum(how["fans"]))
        made.append(((2 * mulberry32(seed, used, prod(shape)) - 1) * limit).astype(np.float32).reshape(shape))
        used += prod(shape)
    return made


def mulberry32(seed: int, start: int, count: int) -> np.ndarray:
    """(count,) numbers from 0 to 1: those of the stream from its place `start` on.

    Mulberry32, by Tommy Ettinger (public domain): its state only counts, so that all numbers are made at once.
    """
    places = np.arange(start + 1, start + count + 1, dtype=np.uint64)
    state = (np.uint64(seed & 0xFFFFFFFF) + places * np.uint64(0x6D2B79F5)) & BITS
    mixed = ((state ^ (state >> np.uint64(15))) * (state | np.uint64(1))) & BITS
    more = ((mixed ^ (mixed >> np.uint64(7))) * (mixed | np.uint64(61))) & BITS
    mixed = mixed ^ ((mixed + more) & BITS)
    return (mixed ^ (mixed >> np.uint64(14))) / 2**32
