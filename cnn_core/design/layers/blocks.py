"""A block of a known network: a few layers that belong together, perhaps with a way around them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from math import prod

from cnn_core.design.fields import Shape
from cnn_core.design.layers.base import BaseLayer
from cnn_core.design.layers.convolution import Conv2D

Met = tuple[BaseLayer, Shape]
"""A layer, and the shape that arrives there."""


@dataclass(frozen=True)
class Squeeze:
    """Squeeze and excitation: the mean of each map decides how much of that map is passed on.

    Source: Hu et al. 2018, "Squeeze-and-Excitation Networks".

    Attributes:
        after: how many layers of the path.
        units: of the first of its two layers.
    """

    after: int
    units: int

    def layers(self, maps: int) -> tuple[Conv2D, Conv2D]:
        """For so many maps; they look at a map of one mean each."""
        return (
            Conv2D(filters=self.units, kernel_size=1, activation="silu"),
            Conv2D(filters=maps, kernel_size=1, activation="sigmoid"),
        )


@dataclass(frozen=True)
class Block:
    """What an image or its maps go through.

    Attributes:
        path: the layers, one after the other.
        shortcut: the way around them, whose maps are added; without layers they are added as they arrived.
        drop: the fraction of images for which the path is left out, while training.
        last: what comes behind both.
    """

    path: tuple[BaseLayer, ...]
    shortcut: tuple[BaseLayer, ...] | None = None
    squeeze: Squeeze | None = None
    drop: float = 0.0
    last: tuple[BaseLayer, ...] = ()

    def output_shape(self, shape: Shape) -> Shape:
        """Of maps of `shape`. Raises DesignError when they are too small."""
        *_rest, (layer, arriving) = self.layers(shape)
        return layer.output_shape(arriving)

    def layers(self, shape: Shape) -> list[Met]:
        """All of them, in the order in which Keras keeps their weights: those that are as far from the end together."""
        path = list(self._path(shape))
        around = list(_met(self.shortcut or (), shape))
        shared = len(path) - len(around)
        both = chain.from_iterable(zip(around, path[shared:], strict=True)) if around else path[shared:]
        layer, arriving = path[-1]
        return [*path[:shared], *both, *_met(self.last, layer.output_shape(arriving))]

    def _path(self, shape: Shape) -> Iterator[Met]:
        for place, (layer, arriving) in enumerate(_met(self.path, shape), start=1):
            yield layer, arriving
            if self.squeeze and self.squeeze.after == place:
                yield from _met(self.squeeze.layers(arriving[-1]), (1, 1, arriving[-1]))

    def values(self, shape: Shape) -> int:
        """How many values all layers put out for one image."""
        return sum(prod(layer.output_shape(arriving)) for layer, arriving in self.layers(shape))


def _met(layers: Sequence[BaseLayer], shape: Shape) -> Iterator[Met]:
    for layer in layers:
        yield layer, shape
        shape = layer.output_shape(shape)
