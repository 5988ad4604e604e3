"""Predict: what trained models read in images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cnn_core.design.arithmetic import sides
from cnn_core.engine.work.base import Key, Work, brief
from cnn_core.engine.work.context import Context
from cnn_core.errors import EngineError
from cnn_core.language import Text

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, eq=False)
class Predict(Work):
    """Probabilities of all classes.

    Args:
        models: their keys in the library.
        images: uint8, (N, H, W, C), raw pixels.
    """

    models: tuple[str, ...]
    images: np.ndarray

    def needs(self) -> tuple[Key, ...]:
        return tuple(Key("model", key) for key in self.models)

    def run(self, context: Context) -> dict[str, np.ndarray]:
        """By key: float32, (N, classes)."""
        return {key: probabilities(context.model(key), self.images) for key in self.models}

    def in_words(self, error: Exception) -> EngineError:
        return EngineError(Text("The models could not be asked"), received=brief(error))


def probabilities(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """float32, (N, classes), of a Keras model; raises EngineError when it takes images of another shape."""
    if images.shape[1:] != model.input_shape[1:]:
        raise EngineError(
            Text("This network takes other images"),
            expected=sides(model.input_shape[1:]),
            received=sides(images.shape[1:]),
            todo=Text("Choose a network that was made for them"),
        )
    return model.predict_on_batch(images)
