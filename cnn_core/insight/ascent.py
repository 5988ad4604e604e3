"""Gradient ascent: from noise to an image that excites a filter, a unit or a class as much as possible."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import keras
import numpy as np
from keras import ops
from scipy import ndimage

from cnn_core.insight.gradients import compiled, tensor, with_gradient
from cnn_core.insight.parts import Function, apart, chained, layers_of

NOISE = 10.0
"""Standard deviation of what it begins with, around middle grey."""


@dataclass(frozen=True)
class Climb:
    """How to climb.

    Attributes:
        steps: how many.
        step: how far each pixel moves in one of them, on average, of 0 to 255.
        blur: standard deviation in pixels of the blur after each tenth step; 0: none. It leaves large shapes.
        jitter: pixels that the image is moved by at most before each step, and back again.
        seed: of the noise and the jitter.
    """

    steps: int = 100
    step: float = 4.0
    blur: float = 0.0
    jitter: int = 0
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Reached:
    """After some steps: (N, H, W, C) uint8 images, and the mean activation of each one's filter."""

    done: int
    images: np.ndarray
    activations: np.ndarray


def climb(
    model: keras.Model, count: int, place: int, units: Sequence[int], how: Climb, every: int = 10
) -> Iterator[Reached]:
    """One image for each of the `units` of the layer at `place`, first as it begins, then after every few steps.

    The same arguments give the same images. Source: Simonyan et al. 2013, "Deep Inside Convolutional Networks",
    section 2, for filters as in note E: their mean activation.

    Args:
        count: the number of layers of the design; the score of its last layer is taken before its softmax.
        units: filters of a layer with maps, or units of a dense one.
    """
    activations, step = _compiled(model, count, place)
    wanted = ops.one_hot(ops.convert_to_tensor(list(units)), int(model.layers[place - count].output.shape[-1]))
    draw = np.random.default_rng(how.seed)
    images = 127.5 + NOISE * draw.standard_normal((len(units), *model.input_shape[1:]))
    for done in range(how.steps + 1):
        moved = draw.integers(-how.jitter, how.jitter + 1, 2) if how.jitter else (0, 0)
        rolled = np.roll(images, moved, axis=(1, 2))
        if done % every == 0 or done == how.steps:
            yield Reached(
                done, np.rint(images).astype(np.uint8), ops.convert_to_numpy(activations(tensor(images), wanted))
            )
        if done == how.steps:
            return
        gradient = ops.convert_to_numpy(step(tensor(rolled), wanted))
        back = np.roll(gradient, [-pixels for pixels in moved], axis=(1, 2))
        size = np.abs(back).mean(axis=(1, 2, 3), keepdims=True)
        images = np.clip(images + how.step * back / np.maximum(size, 1e-12), 0, 255)
        if how.blur and done % 10 == 9:
            images = ndimage.gaussian_filter(images, (0, how.blur, how.blur, 0))


@lru_cache(4)
def _compiled(model: keras.Model, count: int, place: int) -> tuple[Function, Function]:
    """From images and (N, units) which unit is wanted of each: its mean activation; and the way uphill.

    Kept, because to compile them takes as long as to climb. What is climbed is the mean activation, but for a unit that
    is silent: after ReLU that has no gradient, before ReLU it has one.
    """
    scaling, layers = layers_of(model, count)
    before, last = chained([*scaling, *layers[:place]]), place == count - 1
    layer = layers[place]
    raw, activation = apart(layer) or (chained([layer]), lambda found: found)

    def mean(found: Any, wanted: Any) -> Any:
        axes = tuple(range(1, len(found.shape) - 1))
        return ops.sum((ops.mean(found, axis=axes) if axes else found) * wanted, axis=-1)

    def means(images: Any, wanted: Any) -> Any:
        found = raw(before(images))
        return mean(found if last else activation(found), wanted)

    def score(images: Any, wanted: Any) -> Any:
        found = raw(before(images))
        if last:  # its score, without the softmax
            return mean(found, wanted)
        active = mean(activation(found), wanted)
        return ops.where(active > 0, active, mean(found, wanted))

    def uphill(images: Any, wanted: Any) -> Any:
        return with_gradient(lambda values: score(values, wanted), images)[1]

    return compiled(means), compiled(uphill)
