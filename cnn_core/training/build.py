"""A design and a recipe as Keras objects."""

import io
import random
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np

from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe

_DRAWN = {
    "Conv2D": ("kernel_initializer",),
    "DepthwiseConv2D": ("depthwise_initializer",),
    "SeparableConv2D": ("depthwise_initializer", "pointwise_initializer"),
    "Dense": ("kernel_initializer",),
    "Dropout": ("seed",),
}
"""What Keras draws by chance when it makes a layer, in its order."""


def build(network: Network, precision: str = "float32", seed: int = 0) -> keras.Sequential:
    """The network with fresh weights, channels last.

    A Rescaling layer comes first, so that the model takes raw pixels (0 to 255) wherever it is used later. `precision`
    is a Keras dtype policy; the last layer computes in float32 whatever it is, because probabilities need the digits.

    The weights are those of `keras.utils.set_random_seed(seed)`. That itself is not safe here: it sets Python's one
    random state, from which Dask draws in another thread at the same time.
    """
    policies = [precision] * (len(network.layers) - 1) + ["float32"]
    draw = partial(random.Random(seed).randint, 1, int(1e9))
    layers = [
        getattr(keras.layers, layer.type)(
            **layer.model_dump(exclude={"type"}), **_drawn(layer.type, draw), dtype=policy
        )
        for layer, policy in zip(network.layers, policies, strict=False)
    ]
    return keras.Sequential([keras.Input(network.input_shape), keras.layers.Rescaling(1 / 255), *layers])


def _drawn(kind: str, draw: Callable[[], int]) -> dict[str, Any]:
    return {
        name: draw() if name == "seed" else keras.initializers.GlorotUniform(draw()) for name in _DRAWN.get(kind, ())
    }


def compile_model(model: keras.Model, recipe: Recipe, *, steps_per_execution: int, jit_compile: bool) -> None:
    """Give the model its optimizer and loss; labels are one-hot, (N, classes), for both losses."""
    model.compile(
        optimizer=optimizer(recipe),
        loss=recipe.loss,
        metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
        steps_per_execution=steps_per_execution,
        jit_compile=jit_compile,
    )
    # Variables that are made while TensorFlow traces the first step would make it trace that step a second time.
    model.optimizer.build(model.trainable_variables)


def optimizer(recipe: Recipe) -> keras.optimizers.Optimizer:
    """The recipe's optimizer; momentum belongs to SGD alone, the others have their Keras defaults."""
    kinds = {
        "sgd": keras.optimizers.SGD,
        "rmsprop": keras.optimizers.RMSprop,
        "adam": keras.optimizers.Adam,
        "adamw": keras.optimizers.AdamW,
    }
    extra = {"momentum": recipe.momentum} if recipe.optimizer == "sgd" else {}
    return kinds[recipe.optimizer](learning_rate=recipe.learning_rate, **extra)


def to_bytes(model: keras.Model) -> bytes:
    """The model as the content of a .keras file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        model.save(path)
        return path.read_bytes()


def from_bytes(content: bytes) -> keras.Model:
    """The model of a .keras file that `to_bytes` wrote, to predict with."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        path.write_bytes(content)
        return keras.saving.load_model(path, compile=False)


def checkpoint(model: keras.Model, epochs: int) -> bytes:
    """Weights, random state and optimizer of a compiled model after `epochs` epochs, as the content of an .npz file."""
    buffer = io.BytesIO()
    values = [keras.ops.convert_to_numpy(variable) for variable in _variables(model)]
    np.savez(buffer, *values, epochs=epochs)
    return buffer.getvalue()


def restore(model: keras.Model, content: bytes) -> int:
    """Put a `checkpoint` of the same network and recipe back; the number of epochs it has been trained."""
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        for index, variable in enumerate(_variables(model)):
            variable.assign(file[f"arr_{index}"])
        return int(file["epochs"])


def copy_state(source: keras.Model, target: keras.Model) -> None:
    """Give `target` the weights, random state and optimizer of another compiled model of the same kind."""
    for mine, theirs in zip(_variables(target), _variables(source), strict=True):
        mine.assign(theirs)


def _variables(model: keras.Model) -> list:
    return [*model.variables, *model.optimizer.variables]
