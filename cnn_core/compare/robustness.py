"""What happens to both networks of a duel when the test images are changed, and they were trained on plain ones."""

from typing import Any

from pydantic import TypeAdapter

from cnn_core.compare.plan import Duel
from cnn_core.compare.report import Sweep
from cnn_core.data.datasets import Catalogue
from cnn_core.engine.engine import Engine
from cnn_core.engine.job import Job
from cnn_core.engine.work.base import data_key
from cnn_core.engine.work.robustness import CHANGES, TRIED, Robustness
from cnn_core.errors import RunError
from cnn_core.language import Text
from cnn_core.runs.store import RunStore

IMAGES = 1_000  # of the test set; a thousand tell 1 point apart, and all of MNIST would take minutes
FILE = "sweeps.json"
_SWEEPS = TypeAdapter(tuple[Sweep, ...])


def measure(duel: Duel, store: RunStore, engine: Engine, catalogue: Catalogue) -> Job:
    """Ask the networks of all finished main trainings about changed test images, and keep the answers with the duel.

    Returns:
        a job that ends with the same tuple of Sweep that is kept.

    Raises:
        RunError: no seed has both its trainings done.
    """
    models = _models(duel, store)
    if not models:
        todo = Text("Wait until both networks have been trained and tested")
        raise RunError(Text("Nothing to measure yet"), todo=todo)

    def keep(answer: dict[str, Any]) -> tuple[Sweep, ...]:
        sweeps = _sweeps(answer)
        store.save_file(duel.id, FILE, _SWEEPS.dump_json(sweeps))
        return sweeps

    return engine.begin(Robustness(models, data_key(catalogue, duel.plan.dataset), IMAGES), keep)


def measured(duel: Duel, store: RunStore) -> tuple[Sweep, ...]:
    """What `measure` has kept; empty before it was."""
    content = store.load_file(duel.id, FILE)
    return _SWEEPS.validate_json(content) if content else ()


def _models(duel: Duel, store: RunStore) -> tuple[tuple[str, ...], ...]:
    """The runs of both sides, for each seed that has both."""
    by_seed: dict[int, list[str]] = {}
    states = store.states(duel.runs)
    for training, run_id in duel.of("main"):
        if run_id in states and states[run_id].saved:
            by_seed.setdefault(training.seed, []).append(run_id)
    return tuple(tuple(runs) for runs in by_seed.values() if len(runs) == 2)


def _sweeps(answer: dict[str, Any]) -> tuple[Sweep, ...]:
    """What Robustness gives (by seed, change and side), as one sweep for each kind (by side, seed and amount)."""
    sweeps = []
    for kind, (amounts, _) in CHANGES.items():
        places = [place for place, (of, _) in enumerate(TRIED) if of == kind]
        accuracies = [
            [[of_seed[place][side] for place in places] for of_seed in answer["accuracies"]] for side in (0, 1)
        ]
        sweeps.append(Sweep(kind=kind, images=answer["images"], amounts=amounts, accuracies=accuracies))
    return tuple(sweeps)
