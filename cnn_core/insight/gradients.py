"""Gradients of a score with respect to images or maps: the one thing that Keras leaves to its backend."""

from typing import Any

import keras
import numpy as np
from keras import ops

from cnn_core.insight.parts import Function


def with_gradient(score: Function, values: Any) -> tuple[Any, Any]:
    """`score(values)`, (N,), and its gradient, as `values`; each of the N depends on its own value alone."""
    if keras.backend.backend() == "jax":
        import jax

        found, back = jax.vjp(score, values)
        return found, back(ops.ones_like(found))[0]
    import tensorflow as tf

    with tf.GradientTape() as tape:
        tape.watch(values)
        found = score(values)
    return found, tape.gradient(found, values)


def compiled(function: Function) -> Function:
    """The same, faster from the second call on; images may come in several sizes."""
    if keras.backend.backend() == "jax":
        import jax

        return jax.jit(function)
    import tensorflow as tf

    return tf.function(function, reduce_retracing=True)


def tensor(values: np.ndarray) -> Any:
    """As float32."""
    return ops.convert_to_tensor(np.asarray(values, np.float32))
