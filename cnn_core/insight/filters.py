"""The filters of a layer on many images: what excites each, which are dead or alike, and how many are needed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from cnn_core.insight.parts import Stopped, apart, batches, chained, layers_of, plain

ALIKE = 0.99
"""Two filters whose answers are correlated more than this are the same for all that follows."""


@dataclass(frozen=True, eq=False)
class Excited:
    """The filters of a layer on N images.

    Attributes:
        strongest: (N, filters) the largest value of each one's map.
        places: (N, filters, 2) row and column of that value; 0 of a dense layer.
    """

    strongest: np.ndarray
    places: np.ndarray


def excited(
    model: keras.Model, count: int, place: int, images: np.ndarray, stopped: Callable[[], bool] = lambda: False
) -> Excited:
    """The layer at `place` of the design's `count` layers, on (N, H, W, C) uint8 images."""
    scaling, layers = layers_of(model, count)
    run = chained([*scaling, *layers[: place + 1]])

    def summary(batch: Any) -> Any:
        maps = run(batch)
        if len(maps.shape) == 2:
            return ops.stack([maps, ops.zeros_like(maps)], axis=1)
        flat = ops.reshape(maps, (maps.shape[0], -1, maps.shape[-1]))
        return ops.stack([ops.max(flat, axis=1), ops.cast(ops.argmax(flat, axis=1), flat.dtype)], axis=1)

    found = np.concatenate([plain(summary(batch)) for batch in batches(model, images, stopped)])
    strongest, flat = found[:, 0], found[:, 1].astype(int)
    shape = layers[place].output.shape
    columns = shape[2] if len(shape) == 4 else 1
    return Excited(strongest, np.stack([flat // columns, flat % columns], axis=-1))


def dead(strongest: np.ndarray) -> list[int]:
    """The filters that answer to none of the images: after ReLU their maps are 0 everywhere.

    >>> dead(np.array([[0.0, 1.0], [0.0, 0.0]]))
    [0]
    """
    return np.flatnonzero((strongest <= 0).all(axis=0)).tolist()


def alike(strongest: np.ndarray) -> list[tuple[int, int]]:
    """Pairs of filters, neither of them dead, that answer to the same images to the same degree.

    >>> alike(np.array([[1.0, 2.0, 0.0], [2.0, 4.0, 3.0], [0.0, 0.0, 1.0]]))
    [(0, 1)]
    """
    spread = strongest.std(axis=0) > 0
    normed = (strongest - strongest.mean(axis=0)) / np.where(spread, strongest.std(axis=0), 1)
    correlation = normed.T @ normed / len(strongest)
    rows, columns = np.nonzero(np.triu(correlation > ALIKE, k=1) & np.outer(spread, spread))
    return list(zip(rows.tolist(), columns.tolist(), strict=True))


def without(
    model: keras.Model,
    count: int,
    place: int,
    switched_off: Sequence[Sequence[int]],
    images: np.ndarray,
    stopped: Callable[[], bool] = lambda: False,
    report: Callable[[float], None] = lambda done: None,
) -> np.ndarray:
    """(choices, N, classes) probabilities with some filters of a layer switched off: their maps are 0.

    Args:
        switched_off: for each choice, the filters that are off.
        images: (N, H, W, C) uint8.
        report: is told the fraction of the images that were read.
    """
    scaling, layers = layers_of(model, count)
    front, tail = chained([*scaling, *layers[: place + 1]]), chained(layers[place + 1 :])
    masks = np.ones((len(switched_off), layers[place].output.shape[-1]), np.float32)
    for mask, off in zip(masks, switched_off, strict=True):
        mask[list(off)] = 0
    made = []
    for batch in batches(model, images, stopped):
        maps = front(batch)
        read = []
        for mask in masks:
            if stopped():
                raise Stopped
            read.append(plain(tail(maps * mask)))
        made.append(np.stack(read))
        report(sum(part.shape[1] for part in made) / len(images))
    return np.concatenate(made, axis=1)


def with_noise(
    model: keras.Model,
    count: int,
    place: int,
    amounts: Sequence[float],
    seed: int,
    images: np.ndarray,
    stopped: Callable[[], bool] = lambda: False,
) -> np.ndarray:
    """(amounts, N, classes) probabilities with noise on the weights of a layer.

    Args:
        amounts: of each, its standard deviation, as a fraction of that of the layer's weights.
        images: (N, H, W, C) uint8.

    Raises ValueError for a layer that is neither Conv2D nor Dense.
    """
    scaling, layers = layers_of(model, count)
    found = apart(layers[place])
    if found is None:
        raise ValueError(f"{type(layers[place]).__name__} has no kernel of its own")
    raw, activation = found
    front, tail = chained([*scaling, *layers[:place]]), chained(layers[place + 1 :])
    kernel = plain(layers[place].kernel)
    noise = np.random.default_rng(seed).normal(0, kernel.std(), kernel.shape).astype(np.float32)
    kernels = [kernel + np.float32(amount) * noise for amount in amounts]
    made = []
    for batch in batches(model, images, stopped):
        before = front(batch)
        made.append(np.stack([plain(tail(activation(raw(before, one)))) for one in kernels]))
    return np.concatenate(made, axis=1)
