"""Models that were traced before: TensorFlow takes most of a second to trace a network, and once is enough."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import keras
import numpy as np

from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.design.shapes import trace
from cnn_core.training.augment import in_front
from cnn_core.training.batches import fit_inputs
from cnn_core.training.build import assign, build, compile_model, copy_state, variables
from cnn_core.training.device import Choices, choose
from cnn_core.training.layers import behind
from cnn_core.training.start import take_over

KEPT = 4
LARGEST = 2_000_000  # parameters: to keep more costs memory, and they train so long that a second is nothing
OUTSIDE = dict.fromkeys(
    (
        *("seed", "learning_rate"),  # variables
        *("batch_size", "train_images", "validation_share", "pixel_order"),  # the data, in batches of any size
        *("epochs", "early_stopping", "time_limit"),  # callbacks
    )
)
"""The fields of a recipe that are not in the graph. Any other one, a new one too, makes another graph."""


@dataclass(frozen=True)
class _Warm:
    """A traced model, and the recipe whose first weights it has; None once it was trained."""

    model: keras.Model
    fresh_for: Recipe | None


_warm: OrderedDict[tuple, _Warm] = OrderedDict()  # the one used last is the last one


@contextmanager
def model_for(
    network: Network, recipe: Recipe, choices: Choices, base: Sequence[np.ndarray] = (), kept: int = 0
) -> Iterator[tuple[keras.Model, keras.Model]]:
    """The model, and what is compiled of it, with the weights and the random state that `recipe.seed` draws.

    Most often both are the same, with augmentation in front. Behind the first `kept` layers, whose features are
    computed already, only the others are compiled: they share their layers with the model.

    `base` are the weights that it takes over, where the recipe has a start.

    It computes the same numbers whether it is new or was trained before; only the tracing is not done again. After an
    error it is not used again.
    """
    if kept:
        yield _behind(network, recipe, choices, base, kept)
        return
    graph = _graph(network, recipe, choices)
    known = _warm.pop(graph, None)
    if known and known.fresh_for == recipe:
        model = known.model
    else:
        model = _new(network, recipe, choices, base)
        if known:
            copy_state(model, known.model)
            model = known.model
    yield model, model
    _keep(graph, model)


def choices_for(network: Network, recipe: Recipe, steps: int, kept: int = 0) -> Choices:
    """How to compute on this device, with `steps` to an epoch, behind the first `kept` layers."""
    choices = choose(network, recipe.batch_size, steps, kept)
    return replace(choices, jit_compile=False) if recipe.augmentation.active else choices  # XLA cannot turn images


def prepare(network: Network, recipe: Recipe, steps: int) -> None:
    """Have the model traced and its first weights drawn before somebody waits for it.

    Large ones are left alone, and those that begin with another one's weights, which are not here.
    """
    shapes, choices = trace(network), choices_for(network, recipe, steps)
    graph = _graph(network, recipe, choices)
    known = _warm.get(graph)
    if recipe.start or shapes.totals.parameters > LARGEST or (known and known.fresh_for == recipe):
        return
    model = _new(network, recipe, choices)
    if known:
        copy_state(model, known.model)
        model = known.model
    else:
        first = variables(model)
        one = np.zeros((1, *network.input_shape), np.uint8), np.zeros((1, *shapes.output_shape), np.float32)
        model.fit(**fit_inputs(one, one, recipe.batch_size), verbose=0)
        assign(model, first)
    _keep(graph, model, recipe)


def _behind(
    network: Network, recipe: Recipe, choices: Choices, base: Sequence[np.ndarray], kept: int
) -> tuple[keras.Model, keras.Model]:
    whole = _alone(network, recipe, choices, base)
    reports = trace(network.opened()).reports
    rest = keras.Sequential([keras.Input(reports[kept].input_shape), *behind(whole, len(reports), kept)])
    compile_model(rest, recipe, steps_per_execution=choices.steps_per_execution, jit_compile=choices.jit_compile)
    return whole, rest


def _new(network: Network, recipe: Recipe, choices: Choices, base: Sequence[np.ndarray] = ()) -> keras.Model:
    model = in_front(_alone(network, recipe, choices, base), recipe.augmentation, recipe.seed)
    compile_model(model, recipe, steps_per_execution=choices.steps_per_execution, jit_compile=choices.jit_compile)
    return model


def _alone(network: Network, recipe: Recipe, choices: Choices, base: Sequence[np.ndarray]) -> keras.Model:
    about = {"frozen": recipe.start.frozen, "taken": recipe.start.layers} if recipe.start else {}
    alone = build(network, choices.precision, recipe.seed, recipe.pixels, to_train=True, **about)
    if recipe.start:
        take_over(alone, base, recipe.start)
    return alone


def _keep(graph: tuple, model: keras.Model, fresh_for: Recipe | None = None) -> None:
    if model.count_params() <= LARGEST:
        _warm[graph] = _Warm(model, fresh_for)
        _warm.move_to_end(graph)
        while len(_warm) > KEPT:
            _warm.popitem(last=False)


def _graph(network: Network, recipe: Recipe, choices: Choices) -> tuple:
    """All that may be in the graph."""
    return network.layers, network.input_shape, recipe.model_copy(update=OUTSIDE), choices
