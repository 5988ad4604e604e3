"""DeepDream: an image of any size, changed so that whatever a network's layers see in it becomes stronger."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import keras
import numpy as np
from keras import ops
from scipy import ndimage

from cnn_core.insight.gradients import compiled, tensor, with_gradient
from cnn_core.insight.parts import Function, chained, layers_of

SCALE = 1.4
"""From one octave to the next."""


@dataclass(frozen=True)
class Dream:
    """How to dream.

    Attributes:
        octaves: sizes that the image is changed at, from small, which gives large shapes, to its own.
        steps: at each of them.
        strength: how far a pixel moves in a step, on average, of 0 to 255.
        jitter: pixels that the image is moved by at most before each step, and back again.
        seed: of the jitter.
    """

    octaves: int = 3
    steps: int = 20
    strength: float = 2.0
    jitter: int = 8
    seed: int = 0


def dream(
    model: keras.Model, count: int, places: Sequence[int], image: np.ndarray, how: Dream
) -> Iterator[tuple[float, np.ndarray]]:
    """How much is done, 0 to 1, and the image so far, after every few steps; the same arguments give the same images.

    Source: Mordvintsev, Olah & Tyka 2015, "Inceptionism": ascent on the squared activations, over octaves.

    Args:
        count: the number of layers of the design.
        places: of layers with maps, and only such before them: these take images of any size.
        image: uint8, (H, W, C), no smaller than the model's own.
    """
    uphill = _compiled(model, count, tuple(places))
    draw = np.random.default_rng(how.seed)
    sizes, done = _sizes(image.shape[:2], model.input_shape[1:3], how.octaves), 0
    dreamt = np.zeros((*sizes[0], image.shape[2]))  # what was added to the image so far
    for size in sizes:
        plain = _resized(image.astype(np.float64), size)
        now = np.clip(plain + _resized(dreamt, size), 0, 255)
        for step in range(how.steps):
            moved = draw.integers(-how.jitter, how.jitter + 1, 2) if how.jitter else np.zeros(2, int)
            rolled = np.roll(now, moved, axis=(0, 1))
            gradient = ops.convert_to_numpy(uphill(tensor(rolled[np.newaxis])))[0]
            back = np.roll(gradient, -moved, axis=(0, 1))
            now = np.clip(now + how.strength * back / max(np.abs(back).mean(), 1e-12), 0, 255)
            done += 1
            if step % 5 == 4 or step == how.steps - 1:
                yield (
                    done / (how.steps * len(sizes)),
                    np.rint(_resized(now, image.shape[:2])).clip(0, 255).astype(np.uint8),
                )
        dreamt = now - plain


def excitement(model: keras.Model, count: int, places: Sequence[int], image: np.ndarray) -> float:
    """What a dream raises: over the layers at `places`, the sum of their mean squared activations."""
    return float(ops.convert_to_numpy(_excitement(model, count, places)(tensor(image[np.newaxis])))[0])


def _excitement(model: keras.Model, count: int, places: Sequence[int]) -> Function:
    scaling, layers = layers_of(model, count)
    wanted = sorted(places)
    starts = [0, *(place + 1 for place in wanted)]
    parts = [layers[start : place + 1] for start, place in zip(starts, wanted, strict=False)]
    scaled, runs = chained(scaling), [chained(part) for part in parts]

    def score(images: Any) -> Any:
        values, total = scaled(images), 0.0
        for run in runs:
            values = run(values)
            total += ops.mean(ops.square(values), axis=(1, 2, 3))
        return total

    return score


@lru_cache(4)
def _compiled(model: keras.Model, count: int, places: tuple[int, ...]) -> Function:
    """The way uphill, from (1, H, W, C)."""
    score = _excitement(model, count, places)

    def uphill(images: Any) -> Any:
        return with_gradient(score, images)[1]

    return compiled(uphill)


def _sizes(whole: tuple[int, int], least: tuple[int, int], octaves: int) -> list[tuple[int, int]]:
    """(rows, columns) of each octave, from small to `whole`; none below `least` on a side."""
    scales = [SCALE**-octave for octave in reversed(range(octaves))]
    sizes = [(round(whole[0] * scale), round(whole[1] * scale)) for scale in scales]
    return [size for size in sizes if size[0] >= least[0] and size[1] >= least[1]] or [whole]


def _resized(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    if image.shape[:2] == size:
        return image
    return ndimage.zoom(
        image, (size[0] / image.shape[0], size[1] / image.shape[1], 1), order=1, grid_mode=True, mode="nearest"
    )
