"""From the runs of a duel to its report; and to its curves while it goes on."""

import base64
import io
import platform
import time
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import cast

import numpy as np
from PIL import Image

from cnn_core.compare.plan import Duel, Part
from cnn_core.compare.report import Agreement, Contested, Less, Report, Side, Trained, Values
from cnn_core.compare.robustness import measured
from cnn_core.data.datasets import Catalogue, Dataset
from cnn_core.design.shapes import trace
from cnn_core.errors import RunError
from cnn_core.language import Text
from cnn_core.runs.events import Started, Tested
from cnn_core.runs.predictions import PREDICTIONS_FILE, Predictions
from cnn_core.runs.series import Series
from cnn_core.runs.state import RunState
from cnn_core.runs.store import RunStore

CURVES = ("loss", "accuracy", "val_loss", "val_accuracy")
PACKAGES = ("keras", "tensorflow", "numpy", "scipy")
SHOWN = 12  # images that only one side predicts right, of each side
States = Mapping[str, RunState]  # by the run's id; read once, so that all of a report is of the same moment
DECIMALS = 4  # of a point of a curve: more than any screen shows


def gather(duel: Duel, store: RunStore, catalogue: Catalogue) -> Report:
    """What is known of the duel by now; raises RunError while no seed has both its main trainings done."""
    states = store.states(duel.runs)
    seeds = _finished(duel, states, "main")
    if not seeds:
        raise RunError(
            Text("This duel has no result yet"), todo=Text("Wait until both networks have been trained and tested")
        )
    dataset = catalogue.load(duel.plan.dataset)
    first = _started(states[seeds[0][1][0]])
    predictions = [_predictions(store, runs, dataset) for _, runs in seeds]
    return Report(
        plan=duel.plan,
        dataset_title=dataset.title,
        train_images=first.train_images,
        test_images=len(dataset.y_test),
        class_names=dataset.class_names,
        made=max(states[run].ended or 0.0 for _, runs in seeds for run in runs) or time.time(),
        device=f"{first.device} ({first.choices})",
        versions={"python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
        sides=tuple(_side(duel, side, [(seed, states[runs[side]]) for seed, runs in seeds]) for side in (0, 1)),
        agreements=tuple(_agreement(seed, *pair) for (seed, _), pair in zip(seeds, predictions, strict=True)),
        pictures=tuple(_contested(*predictions[0], dataset)),
        sweeps=measured(duel, store),
        less=_less(duel, states, seeds, first.train_images),
        shuffled=_shuffled(duel, states, [seed for seed, _ in seeds]),
    )


def live_curves(duel: Duel, store: RunStore) -> dict[str, tuple[list[tuple[Values, Values]], ...]]:
    """By the name of the curve, [side][seed]: x (epochs done) and y of each main training that has begun."""
    states = store.states(run_id for _, run_id in duel.of("main"))
    curves: dict[str, tuple[list[tuple[Values, Values]], ...]] = {name: ([], []) for name in CURVES}
    for training, run_id in duel.of("main"):
        for name, sides in curves.items():
            series: Series = getattr(states.get(run_id, RunState()), name)
            if series.x:
                sides[training.side].append((series.x, series.y))
    return curves


def _finished(duel: Duel, states: States, part: Part, images: int | None = None) -> list[tuple[int, tuple[str, str]]]:
    """(seed, runs of both sides) for each seed that has both done, in the order of the plan."""
    found = {
        (training.seed, training.side): run_id
        for training, run_id in duel.of(part)
        if training.images == images and run_id in states and states[run_id].saved
    }
    both = [seed for seed in duel.plan.seeds if {(seed, 0), (seed, 1)} <= found.keys()]
    return [(seed, (found[seed, 0], found[seed, 1])) for seed in both]


def _started(state: RunState) -> Started:
    """Of a run that is `_finished`."""
    return cast(Started, state.started_now)


def _tested(state: RunState) -> Tested:
    """Of a run that is `_finished`."""
    return cast(Tested, state.tested)


def _side(duel: Duel, side: int, states: list[tuple[int, RunState]]) -> Side:
    network = duel.plan.networks[side]
    totals = trace(network).totals
    return Side(
        name=network.name,
        layers=len(network.layers),
        parameters=totals.parameters,
        macs=totals.macs,
        runs=tuple(_trained(seed, state) for seed, state in states),
    )


def _trained(seed: int, state: RunState) -> Trained:
    """A run that a time limit ended within its first epoch has no whole epoch: its last points stand for one."""
    done, tested = state.epochs_done, _tested(state)
    begun = state.epoch + state.step / _started(state).steps_per_epoch
    return Trained(
        seed=seed,
        epochs=len(done),
        seconds_per_epoch=_typical([epoch.seconds for epoch in done]) if done else (state.seconds or 0.0) / begun,
        train_accuracy=done[-1].accuracy if done else state.accuracy.y[-1],
        test_accuracy=tested.accuracy,
        test_loss=tested.loss,
        curves={name: _rounded(getattr(state, name)) for name in CURVES if getattr(state, name).x},
        confusion=tested.confusion,
    )


def _typical(seconds: list[float]) -> float:
    """The median: the first epoch has the compiling in it, and others may have met a busy machine."""
    return float(np.median(seconds))


def _rounded(series: Series) -> tuple[Values, Values]:
    x, y = (tuple(round(value, DECIMALS) for value in values) for values in (series.x, series.y))
    return x, y


def _predictions(store: RunStore, runs: tuple[str, str], dataset: Dataset) -> tuple[Predictions, Predictions]:
    first, second = (store.load_file(run, PREDICTIONS_FILE) for run in runs)
    if not first or not second:
        raise RunError(
            Text("The predictions of this duel are gone: one of its runs was deleted"), todo=Text("Start it again")
        )
    return Predictions.read(first, dataset.y_test), Predictions.read(second, dataset.y_test)


def _agreement(seed: int, first: Predictions, second: Predictions) -> Agreement:
    one, other = first.predicted == first.true, second.predicted == second.true
    return Agreement(
        seed=seed,
        both=int((one & other).sum()),
        only_first=int((one & ~other).sum()),
        only_second=int((~one & other).sum()),
        neither=int((~one & ~other).sum()),
    )


def _contested(first: Predictions, second: Predictions, dataset: Dataset) -> Iterator[Contested]:
    """Up to SHOWN that only the first predicts right, then as many for the second: the surest mistakes first."""
    names = dataset.class_names
    for right, wrong in ((first, second), (second, first)):
        only = np.flatnonzero((right.predicted == right.true) & (wrong.predicted != wrong.true))
        for index in only[np.argsort(-wrong.confidence[only], kind="stable")][:SHOWN]:
            buffer = io.BytesIO()
            Image.fromarray(dataset.x_test[index].squeeze()).save(buffer, "PNG")
            yield Contested(
                png=base64.b64encode(buffer.getvalue()).decode(),
                true=names[first.true[index]],
                read=(names[first.predicted[index]], names[second.predicted[index]]),
            )


def _shuffled(duel: Duel, states: States, seeds: list[int]) -> tuple[Values, Values] | None:
    """[side][seed] test accuracies; None before all `seeds` are done, because each is compared with its plain one."""
    done = dict(_finished(duel, states, "shuffled"))
    if not set(seeds) <= done.keys():
        return None
    first, second = (tuple(_tested(states[done[seed][side]]).accuracy for seed in seeds) for side in (0, 1))
    return first, second


def _less(duel: Duel, states: States, main: list[tuple[int, tuple[str, str]]], everything: int) -> Less | None:
    """The sizes, and the seeds of all of them, that are done on both sides; the main trainings are the last size."""
    sizes = sorted({training.images for training, _ in duel.of("less") if training.images})
    by_size = {size: dict(_finished(duel, states, "less", size)) for size in sizes}
    by_size = {size: runs for size, runs in by_size.items() if runs} | {everything: dict(main)}
    seeds = [seed for seed in duel.plan.seeds if all(seed in runs for runs in by_size.values())]
    if len(by_size) < 2 or not seeds:
        return None
    first, second = (
        tuple(tuple(_tested(states[runs[seed][side]]).accuracy for runs in by_size.values()) for seed in seeds)
        for side in (0, 1)
    )
    return Less(sizes=tuple(by_size), accuracies=(first, second))
