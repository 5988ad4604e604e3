"""Arrays in memory as what `fit` takes, the fastest way that the backend has."""

from typing import Any

import keras
import numpy as np

from cnn_core.design.evaluation import EVALUATION_BATCH

Part = tuple[np.ndarray, np.ndarray]
"""Images, uint8, (N, H, W, C), and one-hot labels, (N, classes)."""


def fit_inputs(train: Part, validation: Part, batch_size: int, evaluation: int = EVALUATION_BATCH) -> dict[str, Any]:
    """The arguments of `keras.Model.fit` that say what it trains on, in the order of `train` in every epoch.

    Args:
        evaluation: how many images are validated together.
    """
    if keras.backend.backend() == "tensorflow":
        # Keras's own way from arrays tunes itself on the fly, and waits half a second at the end of every few epochs
        # for the thread that does it (seen with gdb on TensorFlow 2.21). Here is nothing to tune: it is all in memory.
        inputs = {"x": _tensorflow(train, batch_size)}
        held_out = _tensorflow(validation, evaluation) if len(validation[0]) else None
    else:
        inputs = {"x": train[0], "y": train[1], "batch_size": batch_size, "validation_batch_size": evaluation}
        held_out = validation if len(validation[0]) else None
    return {**inputs, "shuffle": False, "validation_data": held_out}


def _tensorflow(part: Part, batch_size: int) -> Any:
    """A tf.data.Dataset of batches; the last one may be smaller."""
    import tensorflow as tf

    images, labels = map(tf.constant, part)
    starts = tf.data.Dataset.range(0, len(images), batch_size)
    dataset = starts.map(lambda start: (images[start : start + batch_size], labels[start : start + batch_size]))
    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options).prefetch(2)
