"""Rounded: what a model reads otherwise when its weights are rounded, as a browser gets them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cnn_core.engine.work.base import Key, Work, brief
from cnn_core.engine.work.context import Context
from cnn_core.engine.work.predict import probabilities
from cnn_core.errors import EngineError
from cnn_core.language import Text

if TYPE_CHECKING:
    import keras

MOST_IMAGES = 1_000
BATCH = 250  # images at a time: their maps take memory


@dataclass(frozen=True)
class Rounding:
    """What the rounding changes.

    Attributes:
        images: how many test images were asked about.
        changed: how many of them are predicted as another class.
        difference: the largest change of a probability, 0 to 1.
    """

    images: int
    changed: int
    difference: float


@dataclass(frozen=True)
class Rounded(Work):
    """A Rounding to float16, on up to MOST_IMAGES test images of a data set.

    Args:
        model: its key in the library.
    """

    model: str
    data: Key

    def needs(self) -> tuple[Key, ...]:
        return self.data, Key("model", self.model)

    def run(self, context: Context) -> Rounding:
        model, images = context.model(self.model), context.dataset(self.data).x_test[:MOST_IMAGES]
        exact, rounded = _all_probabilities(model, images), _all_probabilities(_rounded(model), images)
        changed = int((exact.argmax(axis=-1) != rounded.argmax(axis=-1)).sum())
        return Rounding(len(images), changed, float(np.abs(exact - rounded).max(initial=0)))

    def in_words(self, error: Exception) -> EngineError:
        return EngineError(Text("The models could not be asked"), received=brief(error))


def _all_probabilities(model: keras.Model, images: np.ndarray) -> np.ndarray:
    batches = range(0, len(images), BATCH)
    return np.concatenate([probabilities(model, images[first : first + BATCH]) for first in batches])


def _rounded(model: keras.Model) -> keras.Model:
    """A copy with the numbers that float16 has."""
    import keras

    copy = keras.models.clone_model(model)
    copy.set_weights([array.astype(np.float16).astype(np.float32) for array in model.get_weights()])
    return copy
