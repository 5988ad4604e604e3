"""fit: train a network by a recipe on a data set, and look at the test set once."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np

from cnn_core.data.changes import shuffle_pixels
from cnn_core.data.confusion import confusion
from cnn_core.data.datasets import Dataset, stratified_split
from cnn_core.data.watched import watched
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.runs.events import Event, Started, Tested, TrainingEnded
from cnn_core.training.batches import EVALUATION_BATCH, Part, fit_inputs
from cnn_core.training.build import Attempt, Memory, build, restore, to_bytes
from cnn_core.training.device import Choices, device_name
from cnn_core.training.live import LiveMetrics, Patience, check_finite
from cnn_core.training.warm import choices_for, model_for


@dataclass(frozen=True)
class Outcome:
    """What a training leaves: a .keras file, and for each test image the predicted class and its probability."""

    model: bytes
    predicted: np.ndarray  # (N,) int64
    confidence: np.ndarray  # (N,) float32


def fit(
    network: Network,
    recipe: Recipe,
    dataset: Dataset,
    emit: Callable[[Event], None],
    should_stop: Callable[[], bool] = lambda: False,
    *,
    on_epoch: Callable[[Attempt, int], None] = lambda attempt, epochs: None,
    resume: bytes | None = None,
    base: Sequence[np.ndarray] = (),
    choices: Choices | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Outcome:
    """Train, then test. Raises RunError when the loss becomes NaN or infinite.

    Args:
        emit: gets the events Started ... Tested as they happen, from this thread.
        should_stop: asked between executions and batches of validation; when true, what was learned is tested.
        on_epoch: called before the first epoch and after each whole one with what `build.checkpoint` takes: the
            attempt, and how many epochs are done.
        resume: a `build.checkpoint` to go on from, exactly as if the training had not been broken off.
        base: where the recipe has a start, the weights that it takes over (`start.first_arrays`).
        choices: how to compute; None chooses for this device.
        clock: the seconds that the time limit is about.
    """
    dataset = _shuffled(dataset, recipe.pixel_order)
    train, validation = _split(dataset, recipe)
    steps = -(-len(train[0]) // recipe.batch_size)
    choices = choices or choices_for(network, recipe, steps)
    with model_for(network, recipe, choices, base) as model:
        first_epoch, memory = restore(model, resume) if resume else (0, Memory())
        kept = Attempt(model, memory)
        on_epoch(kept, first_epoch)
        emit(_started(recipe, choices, steps, len(train[0]), len(validation[0]), first_epoch, memory.seconds))
        shown = len(train[0]), recipe.batch_size, choices.steps_per_point
        limits = memory, recipe.time_limit, clock
        images = dataset.x_train[watched(dataset.y_train, recipe)]
        live = LiveMetrics(emit, should_stop, *shown, lambda epoch: on_epoch(kept, epoch + 1), *limits, watched=images)
        _train(model, recipe, fit_inputs(train, validation, recipe.batch_size), first_epoch, memory, live)
        emit(TrainingEnded(reason="stopped" if live.stopped else memory.ended or "completed"))
        return _test(model, network, recipe, dataset, emit)


def _train(
    model: keras.Model, recipe: Recipe, inputs: dict[str, Any], first_epoch: int, memory: Memory, live: LiveMetrics
) -> None:
    patience = [Patience(recipe.early_stopping, memory)] if recipe.early_stopping else []
    model.fit(
        **inputs,
        epochs=recipe.epochs,
        initial_epoch=recipe.epochs if memory.ended else first_epoch,
        callbacks=[*patience, live],  # what patience knows belongs to the checkpoint
        verbose=0,
    )


def _started(
    recipe: Recipe,
    choices: Choices,
    steps: int,
    train_images: int,
    validation_images: int,
    first_epoch: int,
    seconds_before: float,
) -> Started:
    return Started(
        device=device_name(),
        choices=choices.words,
        epochs=recipe.epochs,
        first_epoch=first_epoch,
        steps_per_epoch=steps,
        train_images=train_images,
        validation_images=validation_images,
        time_limit=recipe.time_limit,
        seconds_before=seconds_before,
    )


def _shuffled(dataset: Dataset, seed: int | None) -> Dataset:
    """The data set with the pixels of all images, those of the test set too, in the order that `seed` draws."""
    if seed is None:
        return dataset
    return replace(dataset, x_train=shuffle_pixels(dataset.x_train, seed), x_test=shuffle_pixels(dataset.x_test, seed))


def _split(dataset: Dataset, recipe: Recipe) -> tuple[Part, Part]:
    """(images, one-hot labels) to train on, and the same for validation."""
    x, y = dataset.x_train[: recipe.train_images], dataset.y_train[: recipe.train_images]
    labels = np.eye(dataset.classes, dtype=np.float32)[y]
    train, validation = stratified_split(y, recipe.validation_share, recipe.seed)
    # Shuffled once, as in Keras's own fit after set_random_seed: a resumed run goes on as if nothing had happened.
    train = np.random.default_rng(recipe.seed).permutation(train)
    return (x[train], labels[train]), (x[validation], labels[validation])


def _test(
    model: keras.Model, network: Network, recipe: Recipe, dataset: Dataset, emit: Callable[[Event], None]
) -> Outcome:
    # The model that is kept has no optimizer and computes in float32 everywhere; it is the one that is tested.
    kept = build(network, pixels=recipe.pixels)
    kept.set_weights(model.get_weights())
    probabilities = kept.predict(dataset.x_test, batch_size=EVALUATION_BATCH, verbose=0)
    labels = np.eye(dataset.classes, dtype=np.float32)[dataset.y_test]
    loss = float(np.mean(keras.ops.convert_to_numpy(keras.losses.get(recipe.loss)(labels, probabilities))))
    check_finite(loss, recipe.epochs - 1)  # the very last step can be the one too far
    predicted = probabilities.argmax(axis=1)
    counts = confusion(dataset.y_test, predicted, dataset.classes)
    accuracy = float(np.mean(predicted == dataset.y_test))
    emit(Tested(loss=loss, accuracy=accuracy, confusion=tuple(map(tuple, counts.tolist()))))
    return Outcome(to_bytes(kept), predicted, probabilities.max(axis=1))
