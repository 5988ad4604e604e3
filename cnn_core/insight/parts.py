"""A model in two parts, before a layer and behind it: both are the model's own layers, one after the other.

Not `keras.Model(model.inputs, [layer.output, model.output])`: of a Sequential that was loaded from a file it gives no
gradient (Keras 3.15).
"""

from collections.abc import Callable, Iterator, Sequence
from math import prod
from typing import Any

import keras
import numpy as np
from keras import ops

Function = Callable[..., Any]
"""From tensors (N, …) to a tensor (N, …)."""
MOST_IMAGES, MOST_VALUES = 250, 2**24
"""At a time: images, and values of the largest layer for all of them (64 MiB)."""


def layers_of(model: keras.Model, count: int) -> tuple[list[keras.Layer], list[keras.Layer]]:
    """The layers that scale pixels, if there are any, and the `count` layers of the design."""
    layers = list(model.layers)
    scaled = len(layers) - count
    return layers[:scaled], layers[scaled:]


def chained(layers: Sequence[keras.Layer]) -> Function:
    """They, one after the other, as in a prediction."""

    def run(value: Any) -> Any:
        for layer in layers:
            # A block of a backbone is a model, which asks for one size of images: its layers take any.
            value = (
                layer.call(value, training=False) if isinstance(layer, keras.Model) else layer(value, training=False)
            )
        return value

    return run


def scores(layers: Sequence[keras.Layer]) -> Function:
    """The same without the softmax at the end: probabilities near 0 or 1 hardly change, scores do."""
    *before, last = layers
    run = chained(before)
    softmax = getattr(last, "activation", None) is keras.activations.softmax
    if not softmax:
        return chained(layers)
    if not isinstance(last, keras.layers.Dense):  # an Activation
        return run

    def score(value: Any) -> Any:
        found = ops.matmul(run(value), last.kernel)
        return found if last.bias is None else found + last.bias

    return score


def apart(layer: keras.Layer) -> tuple[Function, Function] | None:
    """A layer before its activation, with its own kernel or another one, and the activation.

    None where Keras does not tell them apart: of Conv2D and Dense it does.
    """
    if isinstance(layer, keras.layers.Conv2D):
        product: Function = layer.convolution_op
    elif isinstance(layer, keras.layers.Dense):
        product = ops.matmul
    else:
        return None

    def raw(value: Any, kernel: Any = None) -> Any:
        found = product(value, layer.kernel if kernel is None else kernel)
        return found if layer.bias is None else found + layer.bias

    return raw, layer.activation


def batches(model: keras.Model, images: np.ndarray, stopped: Callable[[], bool] = lambda: False) -> Iterator[Any]:
    """(N, …) images as tensors, so many at a time that no layer of the model gets too large. Raises `Stopped`."""
    largest = max(prod(layer.output.shape[1:]) for layer in model.layers)
    size = max(1, min(MOST_IMAGES, MOST_VALUES // largest))
    for start in range(0, len(images), size):
        if stopped():
            raise Stopped
        yield ops.convert_to_tensor(images[start : start + size].astype(np.float32))


def plain(value: Any) -> np.ndarray:
    """A tensor as float32 of NumPy's."""
    return ops.convert_to_numpy(ops.cast(value, "float32"))


class Stopped(Exception):  # noqa: N818 - not an error
    """Nobody wants the answer any more."""
