"""fit: train a network by a recipe on a data set, and look at the test set once."""

import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, cast

import keras
import numpy as np

from cnn_core.data.changes import shuffle_pixels
from cnn_core.data.confusion import confusion
from cnn_core.data.datasets import Dataset, stratified_split
from cnn_core.data.watched import watched
from cnn_core.design.evaluation import at_a_time
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.design.start import Start, front
from cnn_core.runs.events import Event, Prepared, Started, Tested, TrainingEnded
from cnn_core.training.batches import Part, fit_inputs
from cnn_core.training.build import Attempt, Memory, build, remembered, restore, to_bytes
from cnn_core.training.device import Choices, device_name
from cnn_core.training.features import Shelf, fits, seen
from cnn_core.training.live import LiveMetrics, Patience, check_finite
from cnn_core.training.start import take_over
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
    shelf: Shelf | None = Shelf(),  # noqa: B008 - it cannot be changed
    choices: Choices | None = None,
    most_seconds: float | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Outcome:
    """Train, then test. Raises RunError when the loss becomes NaN or infinite.

    Args:
        emit: gets the events Started ... Tested as they happen, from this thread.
        should_stop: asked between executions and batches of validation; when true, what was learned is tested.
        on_epoch: called before the first epoch of each phase and after each whole one with what `build.checkpoint`
            takes: the attempt, and how many epochs are done.
        resume: a `build.checkpoint` to go on from, exactly as if the training had not been broken off.
        base: where the recipe has a start, the weights that it takes over (`start.first_arrays`).
        shelf: where what frozen layers make of the images is kept; None: it is computed anew in each epoch.
        choices: how to compute; None chooses for this device.
        most_seconds: of training, all attempts together; then it ends as by a time limit, with a reason of its own.
        clock: the seconds that the time limits are about.
    """
    dataset = _shuffled(dataset, recipe.pixel_order)
    asked = _Asked(network, recipe, dataset, emit, should_stop, on_epoch, base, shelf, choices, most_seconds, clock)
    begun = _Begun(*(remembered(resume) if resume else (0, Memory())), resume)
    phases, plain, stopped = recipe.phases(), build(network, pixels=recipe.pixels), False
    for number, phase in enumerate(phases):
        last = number == len(phases) - 1
        if number < begun.memory.phase or (phase.epochs <= begun.done and not last and not begun.memory.ended):
            continue
        stopped = _train_phase(asked, plain, begun, number, phase, last=last)
        if stopped or begun.memory.ended:
            break
    emit(TrainingEnded(reason="stopped" if stopped else begun.memory.ended or "completed"))
    begun.put_into(plain)
    return _test(plain, network, recipe, dataset, emit)


@dataclass(frozen=True)
class _Asked:
    """What `fit` was asked, by the names that it has there; the pixels of `dataset` are in their order."""

    network: Network
    recipe: Recipe
    dataset: Dataset
    emit: Callable[[Event], None]
    should_stop: Callable[[], bool]
    on_epoch: Callable[[Attempt, int], None]
    base: Sequence[np.ndarray]
    shelf: Shelf | None
    choices: Choices | None
    most_seconds: float | None
    clock: Callable[[], float]


def _train_phase(asked: _Asked, plain: keras.Model, begun: "_Begun", number: int, phase: Recipe, *, last: bool) -> bool:
    """Train one phase, from where `begun` is to its end; whether somebody has stopped it."""
    try:
        kept, data = _behind(asked, plain, phase)
    except _StoppedError:
        return True
    train, validation = _split(data, phase)
    steps = -(-len(train[0]) // phase.batch_size)
    how = asked.choices or choices_for(asked.network, phase, steps, kept)
    with model_for(asked.network, phase, how, asked.base, kept) as (model, learner):
        attempt = Attempt(model, begun.memory, learner)
        first = begun.carry_over(attempt, number)
        asked.on_epoch(attempt, begun.done)
        if first:
            counted = steps, len(train[0]), len(validation[0])
            asked.emit(_started(asked.recipe, how, counted, begun, asked.most_seconds))
        shown = len(train[0]), phase.batch_size, how.steps_per_point
        limits = begun.memory, phase.time_limit, asked.clock
        live = LiveMetrics(
            asked.emit,
            asked.should_stop,
            *shown,
            partial(_after_epoch, asked.on_epoch, attempt),
            *limits,
            most_seconds=asked.most_seconds,
            watched=data.x_train[watched(data.y_train, phase)],
        )
        inputs = fit_inputs(train, validation, phase.batch_size, at_a_time(asked.network, kept))
        _train(attempt, phase, inputs, begun.done, live, patient=last)
        begun.leave(attempt, phase)
    return live.stopped


@dataclass
class _Begun:
    """What a phase of a training finds.

    Attributes:
        done: how many epochs are.
        checkpoint: of an earlier attempt, or None; it is needed once.
        weights, values: of the model, and of all its variables, as the phase before has left them.
        taken: when the whole training was.
    """

    done: int
    memory: Memory
    checkpoint: bytes | None
    weights: Sequence[np.ndarray] = ()
    values: Sequence[np.ndarray] = ()
    taken: float = field(default_factory=time.time)

    def carry_over(self, attempt: Attempt, phase: int) -> bool:
        """Put into its model what there is; whether it is the first phase of this attempt."""
        first = not self.weights
        if self.checkpoint:
            restore(attempt, self.checkpoint, optimizer=self.memory.phase == phase)
            self.checkpoint = None
        for variable, value in zip(attempt.model.variables, self.values, strict=not first):
            variable.assign(value)
        self.memory.phase = phase
        return first

    def leave(self, attempt: Attempt, phase: Recipe) -> None:
        """The phase is over."""
        self.done = max(self.done, phase.epochs)
        self.weights = attempt.model.get_weights()
        self.values = [keras.ops.convert_to_numpy(variable) for variable in attempt.model.variables]

    def put_into(self, plain: keras.Model) -> None:
        """What was learned, in this attempt or the one before it."""
        if self.checkpoint:
            restore(Attempt(plain), self.checkpoint, optimizer=False)
        if self.weights:
            plain.set_weights(self.weights)


def _after_epoch(on_epoch: Callable[[Attempt, int], None], attempt: Attempt, epoch: int) -> None:
    on_epoch(attempt, epoch + 1)


def _kept(network: Network, recipe: Recipe, dataset: Dataset) -> int:
    """How many first layers make the same of an image in every epoch, so that to compute it once is enough."""
    if recipe.start is None or recipe.augmentation.active:
        return 0
    end, images = front(network, recipe.start.frozen), len(dataset.x_train[: recipe.train_images])
    return end if fits(network, images, end) else 0


def _behind(asked: _Asked, plain: keras.Model, phase: Recipe) -> tuple[int, Dataset]:
    """How many first layers need not be computed again, and the data set with its training images behind them.

    Args:
        plain: the network as it is kept.
    """
    dataset = asked.dataset
    kept = _kept(asked.network, phase, dataset)
    if not kept or asked.shelf is None:
        return 0, dataset
    take_over(plain, asked.base, cast(Start, phase.start))
    images = dataset.x_train[: phase.train_images]

    def report(done: int, of: int) -> None:
        if asked.should_stop():
            raise _StoppedError
        asked.emit(Prepared(done=done, images=of))

    return kept, replace(dataset, x_train=seen(plain, asked.network, kept, images, asked.shelf, report))


class _StoppedError(Exception):
    """Nobody wants the features any more."""


def _train(
    attempt: Attempt, recipe: Recipe, inputs: dict[str, Any], first_epoch: int, live: LiveMetrics, *, patient: bool
) -> None:
    """Let it train until the phase is over; `patient`: as early stopping has it."""
    memory = attempt.memory
    patience = [Patience(recipe.early_stopping, memory)] if recipe.early_stopping and patient else []
    attempt.compiled.fit(
        **inputs,
        epochs=recipe.epochs,
        initial_epoch=recipe.epochs if memory.ended else first_epoch,
        callbacks=[*patience, live],  # what patience knows belongs to the checkpoint
        verbose=0,
    )


def _started(
    recipe: Recipe, choices: Choices, counted: tuple[int, int, int], begun: _Begun, most_seconds: float | None
) -> Started:
    """`counted` are the steps of an epoch, and the images for training and for validation."""
    steps, train_images, validation_images = counted
    limits = [limit for limit in (recipe.time_limit, most_seconds) if limit]
    return Started(
        device=device_name(),
        host=platform.node(),
        choices=choices.words,
        epochs=recipe.epochs,
        first_epoch=begun.done,
        steps_per_epoch=steps,
        train_images=train_images,
        validation_images=validation_images,
        time_limit=min(limits, default=None),
        seconds_before=begun.memory.seconds,
        taken=begun.taken,
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
    kept: keras.Model, network: Network, recipe: Recipe, dataset: Dataset, emit: Callable[[Event], None]
) -> Outcome:
    """The model that is kept has no optimizer and computes in float32 everywhere; it is the one that is tested."""
    probabilities = kept.predict(dataset.x_test, batch_size=at_a_time(network), verbose=0)
    tested = result_of(probabilities, dataset, recipe.loss)
    check_finite(tested.loss, recipe.epochs - 1)  # the very last step can be the one too far
    emit(tested)
    return Outcome(to_bytes(kept), probabilities.argmax(axis=1), probabilities.max(axis=1))


def result_of(probabilities: np.ndarray, dataset: Dataset, loss: str) -> Tested:
    """What the (N, classes) probabilities for the test images come to; `loss` is a recipe's."""
    labels = np.eye(dataset.classes, dtype=np.float32)[dataset.y_test]
    mean = float(np.mean(keras.ops.convert_to_numpy(keras.losses.get(loss)(labels, probabilities))))
    predicted = probabilities.argmax(axis=1)
    counts = confusion(dataset.y_test, predicted, dataset.classes)
    accuracy = float(np.mean(predicted == dataset.y_test))
    return Tested(loss=mean, accuracy=accuracy, confusion=tuple(map(tuple, counts.tolist())))
