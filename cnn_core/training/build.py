"""A design and a recipe as Keras objects."""

import io
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import partial
from pathlib import Path
from typing import Literal

import keras
import numpy as np

from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.design.shapes import trace
from cnn_core.training.layers import keras_layers

Pixels = Literal["scaled", "raw"]


def build(
    network: Network,
    precision: str = "float32",
    seed: int = 0,
    pixels: Pixels = "scaled",
    *,
    to_train: bool = False,
    frozen: int = 0,
    taken: int = 0,
) -> keras.Sequential:
    """The network with fresh weights, channels last.

    The model takes raw pixels (0 to 255) wherever it is used later: for `pixels` "scaled" a Rescaling layer comes
    first, for "raw" nothing does; in front of a backbone stands what it was trained with. `precision` is a Keras dtype
    policy; the last layer computes in float32 whatever it is, because probabilities need the digits.

    A backbone is opened: each of its blocks is a layer. The first `frozen` layers do not learn, and compute while
    training as in a prediction where that makes a difference (BatchNormalization). So does, in every block among the
    first `taken` layers, what BatchNormalization knows: a few images would spoil what a million have taught it (Keras's
    guide "Transfer learning & fine-tuning").

    Any model that is going to be trained is built `to_train`. It has the same variables in the same order and computes
    the same, but a 1x1 kernel with strides becomes every n-th row and column, then a 1x1 kernel without strides. The
    gradient of the former writes beyond its memory and kills the process: oneDNN 3.7, in TensorFlow 2.21 on a CPU with
    AVX, with few channels (https://github.com/uxlfoundation/oneDNN/issues/6035). Most often it does with a batch of one
    image, but with large maps also with larger ones.

    The weights are those of `keras.utils.set_random_seed(seed)`. That itself is not safe here: it sets Python's one
    random state, from which Dask draws in another thread at the same time.
    """
    reports = trace(network.opened()).reports
    policies = [precision] * (len(reports) - 1) + ["float32"]
    draw = partial(random.Random(seed).randint, 1, int(1e9))
    layers = _front(network, pixels)
    for place, (report, policy) in enumerate(zip(reports, policies, strict=True)):
        made = keras_layers(report.layer, report.input_shape, draw, policy, to_train=to_train)
        made[-1].trainable = place >= frozen
        if frozen <= place < taken and isinstance(made[-1], keras.Model):
            _keep_still(made[-1])
        layers += made
    return keras.Sequential([keras.Input(network.input_shape), *layers])


def _keep_still(block: keras.Model) -> None:
    for layer in block.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False


def _front(network: Network, pixels: Pixels) -> list[keras.Layer]:
    """What prepares the pixels: for a backbone, as they were when it was trained."""
    if network.backbone:
        plan = network.backbone.plan
        return [keras.layers.Rescaling(list(plan.scale), list(plan.offset))]
    return [keras.layers.Rescaling(1 / 255)] if pixels == "scaled" else []


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


@dataclass
class Memory:
    """What a training knows besides the variables of its model: with both, a later attempt goes on as if unbroken.

    Attributes:
        phase: of the training's phases, the one that it is in.
        seconds: of training in all attempts, on the clock of the time limit.
        pace: seconds that a step took last.
        ended: why no epoch follows, as `TrainingEnded` says it; empty while one does.
        wait, best, best_epoch, best_weights: those of `keras.callbacks.EarlyStopping`; None before there is a best.
    """

    phase: int = 0
    seconds: float = 0.0
    pace: float = 0.0
    ended: str = ""
    wait: int = 0
    best: float | None = None
    best_epoch: int = 0
    best_weights: list[np.ndarray] | None = None


@dataclass(frozen=True)
class Attempt:
    """A training under way.

    Attributes:
        model: the whole network.
        memory: what is to be remembered besides its variables.
        learner: the compiled model, where that is only the last layers of `model`.
    """

    model: keras.Model
    memory: Memory = field(default_factory=Memory)
    learner: keras.Model | None = None

    @property
    def compiled(self) -> keras.Model:
        """The model that is trained."""
        return self.learner or self.model


def checkpoint(attempt: Attempt, epochs: int) -> bytes:
    """All that is needed to go on after `epochs` epochs, as the content of an .npz file."""
    buffer = io.BytesIO()
    known = {name: value for name, value in vars(attempt.memory).items() if value is not None}
    best = {f"best_{index}": value for index, value in enumerate(known.pop("best_weights", ()))}
    values = map(keras.ops.convert_to_numpy, _variables(attempt.model, attempt.compiled))
    np.savez(buffer, *values, epochs=epochs, **known, **best)
    return buffer.getvalue()


def snapshot(model: keras.Model) -> bytes:
    """The weights alone, in float16, as the content of an .npz file: what is looked at later, not trained on."""
    buffer = io.BytesIO()
    largest = np.finfo(np.float16).max
    np.savez(buffer, *(np.clip(array, -largest, largest).astype(np.float16) for array in model.get_weights()))
    return buffer.getvalue()


def remembered(content: bytes) -> tuple[int, Memory]:
    """Of a `checkpoint`, the epochs that are done, and what was remembered.

    Those of the first version have the variables and the epochs only.
    """
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        memory = Memory(**{f.name: file[f.name].item() for f in fields(Memory) if f.name in file})
        best = sum(name.startswith("best_") and name.removeprefix("best_").isdigit() for name in file.files)
        memory.best_weights = [file[f"best_{index}"] for index in range(best)] or None
        return int(file["epochs"]), memory


def restore(attempt: Attempt, content: bytes, *, optimizer: bool = True) -> None:
    """Put the variables of a `checkpoint` of the same network and recipe back; not those of another optimizer."""
    wanted = _variables(attempt.model, attempt.compiled) if optimizer else attempt.model.variables
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        for index, variable in enumerate(wanted):
            variable.assign(file[f"arr_{index}"])


def variables(model: keras.Model) -> list[np.ndarray]:
    """The values of the weights, the random state and the optimizer of a compiled model."""
    return [keras.ops.convert_to_numpy(variable) for variable in _variables(model)]


def assign(model: keras.Model, values: Sequence) -> None:
    """Put the `variables` of a compiled model of the same kind back, arrays or Keras's."""
    for variable, value in zip(_variables(model), values, strict=True):
        variable.assign(value)


def copy_state(source: keras.Model, target: keras.Model) -> None:
    """Give `target` the weights, random state and optimizer of another compiled model of the same kind."""
    assign(target, _variables(source))


def _variables(model: keras.Model, compiled: keras.Model | None = None) -> list:
    return [*model.variables, *(compiled or model).optimizer.variables]
