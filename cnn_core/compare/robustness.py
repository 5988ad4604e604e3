"""What happens to both networks of a duel when the test pictures are changed, and they were trained on plain ones."""

from collections.abc import Callable

import numpy as np
from pydantic import TypeAdapter

from cnn_core.compare.plan import Duel
from cnn_core.compare.report import Sweep
from cnn_core.data.changes import drop_rows, noise, rotate, shift
from cnn_core.data.datasets import Catalogue
from cnn_core.engine.engine import Engine
from cnn_core.errors import RunError
from cnn_core.runs.store import RunStore

IMAGES = 1_000  # of the test set; a thousand tell 1 point apart, and all of MNIST would take minutes
BATCH = 250  # asked at a time, so that a drawing of somebody else is read in between
FILE = "sweeps.json"
_SWEEPS = TypeAdapter(tuple[Sweep, ...])

CHANGES: dict[str, tuple[tuple[float, ...], Callable[[np.ndarray, float], np.ndarray]]] = {
    "shift": ((0, 1, 2, 3, 4, 5, 6), lambda images, pixels: _shifted(images, int(pixels))),
    "rotate": ((0, 5, 10, 15, 20, 25, 30, 35, 40, 45), lambda images, degrees: _turned(images, degrees)),
    "noise": ((0, 20, 40, 60, 80, 100, 120), noise),
    "rows": ((0, 1), lambda images, dropped: drop_rows(images) if dropped else images),
}
"""By kind: the amounts that are tried, and what one amount does to (N, H, W, C) images."""


def measure(
    duel: Duel,
    store: RunStore,
    engine: Engine,
    catalogue: Catalogue,
    progress: Callable[[float], None] = lambda share: None,
) -> tuple[Sweep, ...]:
    """Ask the networks of all finished main trainings about changed test pictures, and keep the answers with the duel.

    Args:
        progress: gets the share (0 to 1) that is done, in this thread; what it raises ends the measurement.

    Raises:
        RunError: no seed has both its trainings done.
    """
    models = _models(duel, store)
    if not models:
        raise RunError("Nothing to measure yet", todo="Wait until both networks have been trained and tested")
    dataset = catalogue.load(duel.plan.dataset)
    images, labels = dataset.x_test[:IMAGES], dataset.y_test[:IMAGES]
    asked = [(kind, amount) for kind, (amounts, _) in CHANGES.items() for amount in amounts]
    answers = np.empty((2, len(models), len(asked)))
    for seed, runs in enumerate(models):  # seed by seed: a worker keeps only a few models loaded
        for place, (kind, amount) in enumerate(asked):
            changed = CHANGES[kind][1](images, amount)
            answers[:, seed, place] = [_accuracy(engine, run_id, changed, labels) for run_id in runs]
            progress((seed + (place + 1) / len(asked)) / len(models))
    sweeps = []
    for kind, (amounts, _) in CHANGES.items():
        places = [place for place, (of, _) in enumerate(asked) if of == kind]
        accuracies = answers[:, :, places].tolist()
        sweeps.append(Sweep(kind=kind, images=len(images), amounts=amounts, accuracies=accuracies))
    store.save_file(duel.id, FILE, _SWEEPS.dump_json(tuple(sweeps)))
    return tuple(sweeps)


def measured(duel: Duel, store: RunStore) -> tuple[Sweep, ...]:
    """What `measure` has kept; empty before it was."""
    content = store.load_file(duel.id, FILE)
    return _SWEEPS.validate_json(content) if content else ()


def _models(duel: Duel, store: RunStore) -> list[tuple[str, str]]:
    """The runs of both sides, for each seed that has both."""
    by_seed: dict[int, list[str]] = {}
    states = store.states(duel.runs)
    for training, run_id in duel.of("main"):
        if run_id in states and states[run_id].saved:
            by_seed.setdefault(training.seed, []).append(run_id)
    return [tuple(runs) for runs in by_seed.values() if len(runs) == 2]


def _accuracy(engine: Engine, run_id: str, images: np.ndarray, labels: np.ndarray) -> float:
    batches = range(0, len(images), BATCH)
    read = [engine.predict([run_id], images[at : at + BATCH])[run_id].argmax(axis=1) for at in batches]
    return float(np.mean(np.concatenate(read) == labels))


def _shifted(images: np.ndarray, pixels: int) -> np.ndarray:
    """A quarter of the images to each side: a network may be better at one of them."""
    directions = ((pixels, 0), (-pixels, 0), (0, pixels), (0, -pixels))
    return _dealt(images, [lambda part, way=way: shift(part, *way) for way in directions])


def _turned(images: np.ndarray, degrees: float) -> np.ndarray:
    """Half of the images to the left, half to the right."""
    return _dealt(images, [lambda part, way=way: rotate(part, way * degrees) for way in (1, -1)])


def _dealt(images: np.ndarray, ways: list[Callable[[np.ndarray], np.ndarray]]) -> np.ndarray:
    """Image i treated in way i mod len(ways)."""
    changed = np.empty_like(images)
    for number, way in enumerate(ways):
        changed[number :: len(ways)] = way(images[number :: len(ways)])
    return changed
