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
    network: Network, recipe: Recipe, choices: Choices, base: Sequence[np.ndarray] = ()
) -> Iterator[keras.Model]:
    """The compiled model, augmentation in front, with the weights and the random state that `recipe.seed` draws.

    `base` are the weights that it takes over, where the recipe has a start.

    It computes the same numbers whether it is new or was trained before; only the tracing is not done again. After an
    error it is not used again.
    """
    graph = _graph(network, recipe, choices)
    known = _warm.pop(graph, None)
    if known and known.fresh_for == recipe:
        model = known.model
    else:
        model = _new(network, recipe, choices, base)
        if known:
            copy_state(model, known.model)
            model = known.model
    yield model
    _keep(graph, model)


def choices_for(network: Network, recipe: Recipe, steps: int) -> Choices:
    """How to compute on this device, with `steps` to an epoch."""
    choices = choose(network, recipe.batch_size, steps)
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


def _new(network: Network, recipe: Recipe, choices: Choices, base: Sequence[np.ndarray] = ()) -> keras.Model:
    frozen = recipe.start.frozen if recipe.start else 0
    alone = build(network, choices.precision, recipe.seed, recipe.pixels, to_train=True, frozen=frozen)
    if recipe.start:
        take_over(alone, base, recipe.start)
    model = in_front(alone, recipe.augmentation, recipe.seed)
    compile_model(model, recipe, steps_per_execution=choices.steps_per_execution, jit_compile=choices.jit_compile)
    return model


def _keep(graph: tuple, model: keras.Model, fresh_for: Recipe | None = None) -> None:
    if model.count_params() <= LARGEST:
        _warm[graph] = _Warm(model, fresh_for)
        _warm.move_to_end(graph)
        while len(_warm) > KEPT:
            _warm.popitem(last=False)


def _graph(network: Network, recipe: Recipe, choices: Choices) -> tuple:
    """All that may be in the graph."""
    return network.layers, network.input_shape, recipe.model_copy(update=OUTSIDE), choices
