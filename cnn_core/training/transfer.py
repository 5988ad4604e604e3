"""Transfer: does it help to begin with what another network has learned? The same training in three ways."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, cast

import keras
import numpy as np

from cnn_core.data.datasets import Dataset
from cnn_core.design.layers import Flatten
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.design.shapes import trace
from cnn_core.design.start import Start, front
from cnn_core.runs.events import EpochEnded, Event
from cnn_core.training.build import build, from_bytes
from cnn_core.training.features import Shelf, fits, seen
from cnn_core.training.fit import fit
from cnn_core.training.start import Arrays, take_over

HEAD = 10
"""Times the size of a step, where only the last layers learn: nothing that was learned before can be spoilt."""
LARGEST_SIDE = 4096
"""Of a network's input."""
WAYS = ("frozen", "free", "scratch")
"""The layers that are taken over stay as they are; or learn on; or nothing is taken over."""


@dataclass(frozen=True)
class Score:
    """How one training ended.

    Args:
        way: one of WAYS.
        images: of each class, to learn from.
        accuracy: on the test images.
        seconds: of training.
    """

    way: str
    images: int
    seed: int
    accuracy: float
    seconds: float


def compare_ways(
    network: Network,
    recipe: Recipe,
    dataset: Dataset,
    base: Arrays,
    sizes: Sequence[int],
    seeds: Sequence[int],
    progress: Callable[[float, list[Score]], None] = lambda fraction, scores: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> list[Score]:
    """Train `network` in all three WAYS on the same few images, for each of `sizes` (a class) and `seeds`.

    Args:
        recipe: with a start whose layers are frozen: their features are computed once and kept.
        base: the weights that it takes over (`first_arrays`).
        progress: gets the fraction that is done, and the scores so far.
    """
    ways = _ways(network, recipe, dataset, base)
    scores: list[Score] = []
    trainings = [(size, seed, way) for size in sizes for seed in seeds for way in WAYS]
    for size, seed, way in trainings:
        if should_stop():
            break
        trained, data, changes = ways[way]
        asked = recipe.model_copy(update={"seed": seed, "validation_share": 0.0, **changes})
        ended: list[EpochEnded] = []
        few = some_of_each(data, size, seed)
        outcome = fit(trained, asked, few, partial(_keep_epochs, ended), should_stop, base=base)
        if should_stop():
            break  # it has not learned as long as the others
        accuracy = float(np.mean(outcome.predicted == few.y_test))
        scores.append(Score(way, size, seed, accuracy, sum(event.seconds for event in ended)))
        progress(len(scores) / len(trainings), list(scores))
    return scores


def _ways(
    network: Network, recipe: Recipe, dataset: Dataset, base: Arrays
) -> dict[str, tuple[Network, Dataset, dict[str, Any]]]:
    """Of each of WAYS, what is trained on what, and how its recipe differs."""
    head, features = with_features(network, recipe, dataset, base)
    free = cast(Start, recipe.start).model_copy(update={"frozen": 0})
    changes: dict[str, Any] = {"learning_rate": HEAD * recipe.learning_rate}
    if features:
        changes |= {"start": None, "pixels": "raw"}
    return {
        "frozen": (head, features or dataset, changes),
        "free": (network, dataset, {"start": free}),
        "scratch": (network, dataset, {"start": None}),
    }


def with_features(network: Network, recipe: Recipe, dataset: Dataset, base: Arrays) -> tuple[Network, Dataset | None]:
    """What is left to train when the frozen layers of a start have looked at each image once, and never again.

    What has no weights behind them looks at it once, too.

    Returns:
        The layers that learn, as a network of its own, and the data set as the frozen layers see it (float32). None
        instead of that where the features are too many for a network's input: then the network stays whole.
    """
    start, opened = cast(Start, recipe.start), network.opened()
    end = front(network, start.frozen)
    *sides, count = trace(opened).reports[end - 1].output_shape
    shape, flat = (*(sides or (1, 1)), count), [] if sides else [Flatten()]
    if max(shape) > LARGEST_SIDE or not fits(network, len(dataset.x_train) + len(dataset.x_test), end):
        return network, None
    whole = build(network, pixels=recipe.pixels)
    take_over(whole, base, start)
    found = [
        seen(whole, network, end, images, Shelf()).reshape(-1, *shape) for images in (dataset.x_train, dataset.x_test)
    ]
    head = network.changed(input_shape=shape, layers=(*flat, *opened.layers[end:]))
    return head, replace(dataset, x_train=found[0], x_test=found[1])


def _keep_epochs(ended: list[EpochEnded], event: Event) -> None:
    if isinstance(event, EpochEnded):
        ended.append(event)


def some_of_each(dataset: Dataset, images: int, seed: int) -> Dataset:
    """With `images` training images of each class, those that `seed` draws; or all of a class that has fewer."""
    order = np.random.default_rng(seed).permutation(len(dataset.y_train))
    chosen = np.concatenate([order[dataset.y_train[order] == label][:images] for label in range(dataset.classes)])
    return replace(dataset, x_train=dataset.x_train[chosen], y_train=dataset.y_train[chosen])


def only(dataset: Dataset, classes: Sequence[int]) -> Dataset:
    """The images of these classes alone, which are numbered anew."""
    numbers = np.full(dataset.classes, -1)
    numbers[list(classes)] = range(len(classes))
    train, test = (np.isin(labels, classes) for labels in (dataset.y_train, dataset.y_test))
    return replace(
        dataset,
        x_train=dataset.x_train[train],
        y_train=numbers[dataset.y_train[train]],
        x_test=dataset.x_test[test],
        y_test=numbers[dataset.y_test[test]],
        class_names=tuple(dataset.class_names[label] for label in classes),
    )


def learned(network: Network, recipe: Recipe, dataset: Dataset, should_stop: Callable[[], bool]) -> keras.Model:
    """The network after this training."""
    return from_bytes(fit(network, recipe, dataset, lambda event: None, should_stop).model)
