"""A model that was trained elsewhere: built here with its weights, and shown images."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

import keras
import numpy as np

from cnn_core.design.evaluation import at_a_time
from cnn_core.design.network import Network
from cnn_core.errors import DataError
from cnn_core.language import Text
from cnn_core.training.build import Pixels, build

FEW = 500
"""Images that show well enough whether pixels arrive as a network expects them."""


def with_weights(network: Network, arrays: Sequence[Sequence[np.ndarray]], pixels: Pixels) -> keras.Model:
    """The network with these arrays of each layer, opened, in Keras's order."""
    model = build(network, pixels=pixels)
    model.set_weights(list(chain.from_iterable(arrays)))
    return model


def check_answers(model: keras.Model) -> None:
    """Raises DataError when a model answers with no numbers: then its weights are no network's."""
    shown = np.random.default_rng(0).integers(0, 256, (2, *model.input_shape[1:]), np.uint8)
    if not np.isfinite(model.predict_on_batch(shown)).all():
        raise DataError(
            Text("This model cannot be used"),
            expected=Text("numbers as its answer to an image"),
            received=Text("infinite ones, or none at all (NaN)"),
        )


def better_pixels(raw: keras.Model, images: np.ndarray, labels: np.ndarray) -> Pixels:
    """How a model takes pixels, by the smaller loss: `raw` is it without a Rescaling; labels are (N,) classes.

    Not by its accuracy: to pixels 255 times as large, relu networks answer nearly the same, only too surely.
    """
    shown = images[:FEW].astype(np.float32)
    ways: dict[Pixels, np.ndarray] = {"scaled": shown / 255, "raw": shown}

    def loss(pixels: Pixels) -> float:
        found = raw.predict(ways[pixels], verbose=0)
        mean = float(np.mean(keras.ops.sparse_categorical_crossentropy(labels[:FEW], found)))
        return mean if np.isfinite(mean) else np.inf

    return min(ways, key=loss)


def probabilities(
    model: keras.Model, network: Network, images: np.ndarray, on_share: Callable[[float], None]
) -> np.ndarray:
    """(N, classes) float32 for (N, H, W, C) uint8.

    Args:
        on_share: gets the fraction that is done; it may raise to end this.
    """
    found = []
    for start, part in _parts(images, at_a_time(network)):
        found.append(model.predict_on_batch(part))
        on_share((start + len(part)) / len(images))
    return np.concatenate(found)


def _parts(images: np.ndarray, size: int) -> Iterator[tuple[int, np.ndarray]]:
    return ((start, images[start : start + size]) for start in range(0, len(images), size))
