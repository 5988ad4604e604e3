"""What decided: which pixels of an image count for a class, found in three ways that may disagree."""

from collections.abc import Callable

import keras
import numpy as np
from keras import ops
from scipy import ndimage, stats

from cnn_core.data.changes import background
from cnn_core.insight.gradients import tensor, with_gradient
from cnn_core.insight.parts import batches, chained, layers_of, plain, scores


def saliency(model: keras.Model, count: int, image: np.ndarray, label: int) -> np.ndarray:
    """(H, W) how much the score of the class changes with each pixel: the largest gradient of its channels, unsigned.

    Source: Simonyan et al. 2013, "Deep Inside Convolutional Networks", section 3.1.

    Args:
        count: the number of layers of the design.
        image: (H, W, C) uint8.
    """
    scaling, layers = layers_of(model, count)
    score = scores([*scaling, *layers])
    _found, gradient = with_gradient(lambda images: score(images)[:, label], tensor(image[np.newaxis]))
    return np.abs(ops.convert_to_numpy(gradient)[0]).max(axis=-1)


def grad_cam(model: keras.Model, count: int, image: np.ndarray, label: int, place: int) -> np.ndarray:
    """(H, W) where the maps of the layer at `place` speak for the class, stretched over the image; nothing below 0.

    Source: Selvaraju et al. 2017, "Grad-CAM", equations 1 and 2.
    """
    scaling, layers = layers_of(model, count)
    maps = chained([*scaling, *layers[: place + 1]])(tensor(image[np.newaxis]))
    score = scores(layers[place + 1 :])
    _found, gradient = with_gradient(lambda values: score(values)[:, label], maps)
    weights = ops.mean(gradient, axis=(1, 2), keepdims=True)
    heat = ops.convert_to_numpy(ops.relu(ops.sum(weights * maps, axis=-1)))[0]
    zoom = [side / own for side, own in zip(image.shape, heat.shape, strict=False)]
    return np.maximum(ndimage.zoom(heat, zoom, order=1, grid_mode=True, mode="nearest"), 0)


def occlusion(
    model: keras.Model,
    image: np.ndarray,
    label: int,
    side: int,
    step: int,
    stopped: Callable[[], bool] = lambda: False,
) -> np.ndarray:
    """(H, W) how much the probability of the class falls when a pixel is covered, on average over all covers.

    Source: Zeiler & Fergus 2013, "Visualizing and Understanding Convolutional Networks", section 4.2.

    Args:
        side: of the cover, in pixels, which has the image's most frequent value.
        step: from one cover to the next.
    """
    covers = list(_covers(image.shape[:2], side, step))
    covered = np.repeat(image[np.newaxis], len(covers) + 1, axis=0)
    for number, where in enumerate(covers, start=1):
        covered[number][where] = background(image)
    run = chained(model.layers)
    probabilities = np.concatenate([plain(run(batch)) for batch in batches(model, covered, stopped)])[:, label]
    fall, times = np.zeros(image.shape[:2]), np.zeros(image.shape[:2])
    for where, probability in zip(covers, probabilities[1:], strict=True):
        fall[where] += probabilities[0] - probability
        times[where] += 1
    return fall / np.maximum(times, 1)


def _covers(shape: tuple[int, ...], side: int, step: int) -> list[tuple[slice, slice]]:
    """All places of the cover; it reaches over the border, so that corners are covered as often as the middle."""
    tops, lefts = (range(1 - side, length, step) for length in shape)
    return [(_part(top, side), _part(left, side)) for top in tops for left in lefts]


def _part(start: int, side: int) -> slice:
    return slice(max(start, 0), max(start + side, 0))


def agreement(one: np.ndarray, other: np.ndarray) -> float:
    """How alike two of such maps order the pixels: Spearman's rank correlation, −1 to 1; 0 when one says nothing."""
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return 0.0
    return float(stats.spearmanr(one.ravel(), other.ravel()).statistic)
