"""Robustness: how well networks that were trained on plain images read shifted, turned, noisy or broken ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from cnn_core.data.changes import drop_rows, noise, rotate, shift
from cnn_core.engine.work.base import BACKGROUND, Key, Work, brief
from cnn_core.engine.work.context import Context
from cnn_core.engine.work.predict import probabilities
from cnn_core.errors import EngineError
from cnn_core.language import Text

if TYPE_CHECKING:
    import keras

BATCH = 250  # images at a time: a wish to stop is heard in between

CHANGES: dict[str, tuple[tuple[float, ...], Callable[[np.ndarray, float], np.ndarray]]] = {
    "shift": ((0, 1, 2, 3, 4, 5, 6), lambda images, pixels: _shifted(images, int(pixels))),
    "rotate": ((0, 5, 10, 15, 20, 25, 30, 35, 40, 45), lambda images, degrees: _turned(images, degrees)),
    "noise": ((0, 20, 40, 60, 80, 100, 120), noise),
    "rows": ((0, 1), lambda images, dropped: drop_rows(images) if dropped else images),
}
"""By kind: the amounts that are tried, and what one amount does to (N, H, W, C) images."""
TRIED = tuple((kind, amount) for kind, (amounts, _) in CHANGES.items() for amount in amounts)


@dataclass(frozen=True)
class Robustness(Work):
    """The accuracy of each model after each of the changes TRIED, on the first `images` of the test set.

    Args:
        models: keys in groups that are asked one after another: a worker keeps only a few models loaded.
    """

    models: tuple[tuple[str, ...], ...]
    data: Key
    images: int

    place = BACKGROUND
    shared = True

    def needs(self) -> tuple[Key, ...]:
        return self.data, *(Key("model", key) for group in self.models for key in group)

    def run(self, context: Context) -> dict[str, Any]:
        """ "images": how many were asked about; "accuracies": by group, change and model."""
        dataset = context.dataset(self.data)
        images, labels = dataset.x_test[: self.images], dataset.y_test[: self.images]
        accuracies: list[list[list[float]]] = []
        steps = len(self.models) * len(TRIED)
        for group in self.models:
            models = [context.model(key) for key in group]
            accuracies.append([])
            for kind, amount in TRIED:
                changed = CHANGES[kind][1](images, amount)
                accuracies[-1].append([_accuracy(model, changed, labels, context) for model in models])
                context.report(sum(map(len, accuracies)) / steps)
        return {"images": len(images), "accuracies": accuracies}

    def in_words(self, error: Exception) -> EngineError:
        return EngineError(Text("The models could not be asked"), received=brief(error))


def _accuracy(model: keras.Model, images: np.ndarray, labels: np.ndarray, context: Context) -> float:
    read = []
    for start in range(0, len(images), BATCH):
        if context.stopped():
            raise EngineError(Text("The measurement was stopped"))
        read.append(probabilities(model, images[start : start + BATCH]).argmax(axis=1))
    return float(np.mean(np.concatenate(read) == labels))


def _shifted(images: np.ndarray, pixels: int) -> np.ndarray:
    """A quarter of the images to each side: a network may be better at one of them."""
    directions = ((pixels, 0), (-pixels, 0), (0, pixels), (0, -pixels))
    return _dealt(images, [partial(shift, right=right, down=down) for right, down in directions])


def _turned(images: np.ndarray, degrees: float) -> np.ndarray:
    """Half of the images to the left, half to the right."""
    return _dealt(images, [partial(rotate, degrees=way * degrees) for way in (1, -1)])


def _dealt(images: np.ndarray, ways: list[Callable[[np.ndarray], np.ndarray]]) -> np.ndarray:
    """Image i treated in way i mod len(ways)."""
    changed = np.empty_like(images)
    for number, way in enumerate(ways):
        changed[number :: len(ways)] = way(images[number :: len(ways)])
    return changed
