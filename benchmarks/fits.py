"""A training of keras-log in this process, by plain Keras or as the app does it: what training benchmarks compare.

It needs `cnn_core.training` and what that needs: neither Dask nor a database, and TensorFlow or JAX.
`python -m benchmarks.fits 8 1 plain silent` trains 8 epochs on the bundled digits with seed 1, twice, and prints JSON.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from unittest.mock import patch

import keras
import numpy as np

from benchmarks.pairs import Training
from cnn_core.data.datasets import BUNDLED, Catalogue, Dataset, stratified_split
from cnn_core.design.presets import PRESETS
from cnn_core.design.recipe import Recipe
from cnn_core.runs.events import Event
from cnn_core.training import live
from cnn_core.training.build import Attempt, build, checkpoint, optimizer
from cnn_core.training.fit import fit

PRESET = PRESETS["keras-log"]


class Marks(keras.callbacks.Callback):
    """When the training began and when each epoch ended: wall-clock and CPU seconds, one row each."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[tuple[float, float]] = []

    def now(self, *_: object) -> None:
        """One more row."""
        self._rows.append((time.perf_counter(), time.process_time()))

    on_train_begin = on_epoch_end = now

    def training(self, accuracy: float, choices: str = "") -> Training:
        """What was measured."""
        wall, cpu = np.diff(self._rows, axis=0).T.tolist()
        return Training(wall, accuracy, choices, sum(cpu))


def plain(dataset: Dataset, epochs: int, seed: int) -> Training:
    """What Keras's documentation teaches to write."""
    recipe, marks = _recipe(epochs, seed), Marks()
    keras.utils.set_random_seed(seed)
    train, validation = stratified_split(dataset.y_train, recipe.validation_share, seed)
    labels = np.eye(dataset.classes, dtype=np.float32)[dataset.y_train]
    model = build(PRESET.network)
    model.compile(optimizer(recipe), recipe.loss, metrics=["accuracy"])
    model.fit(
        dataset.x_train[train],
        labels[train],
        batch_size=recipe.batch_size,
        epochs=epochs,
        verbose=0,
        validation_data=(dataset.x_train[validation], labels[validation]),
        callbacks=[marks],
    )
    right = model.predict(dataset.x_test, batch_size=500, verbose=0).argmax(1) == dataset.y_test
    return marks.training(float(right.mean()))


def app(dataset: Dataset, epochs: int, seed: int) -> Training:
    """What a worker of the app does: a checkpoint after each epoch, and events on the way, written as they are sent."""
    return _watched(dataset, epochs, seed, checkpoint)


def silent(dataset: Dataset, epochs: int, seed: int) -> Training:
    """The same without checkpoints, and without events within an epoch."""
    with patch.object(live, "INTERVAL", 1e9):
        return _watched(dataset, epochs, seed, lambda attempt, epochs: None)


def _watched(dataset: Dataset, epochs: int, seed: int, on_epoch: Callable[[Attempt, int], object]) -> Training:
    events: dict[str, Event] = {}
    marks = Marks()

    def emit(event: Event) -> None:
        event.model_dump_json()
        events[event.kind] = event
        if event.kind in ("started", "epoch_ended"):
            marks.now()

    fit(PRESET.network, _recipe(epochs, seed), dataset, emit, on_epoch=on_epoch)
    return marks.training(events["tested"].accuracy, str(events["started"].choices))


def _recipe(epochs: int, seed: int) -> Recipe:
    return PRESET.recipe.model_copy(update={"epochs": epochs, "seed": seed})


if __name__ == "__main__":
    epochs, seed, *kinds = sys.argv[1:]
    digits = Catalogue(Path("/nowhere")).load(BUNDLED)
    trainings = [{"plain": plain, "app": app, "silent": silent}[kind](digits, int(epochs), int(seed)) for kind in kinds]
    print(json.dumps([asdict(training) for training in trainings]))
