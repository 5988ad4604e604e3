"""Every trained model that can be asked: the ready-made ones that ship in assets, and those of finished runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cnn_core.design.network import Network
from cnn_core.errors import RunError

if TYPE_CHECKING:
    from cnn_core.runs.store import RunStore

READY_MADE = Path(__file__).parents[2] / "assets" / "models"
MODEL_FILE = "model.keras"


@dataclass(frozen=True)
class Model:
    """A trained model: `load()` gives its Keras file, which takes raw pixels (0 to 255)."""

    key: str
    title: str
    network: Network
    dataset: str
    accuracy: float | None  # on test images that it never saw in training
    load: Callable[[], bytes]

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """(H, W, C) of one picture."""
        return self.network.input_shape


class ModelLibrary:
    """The models of the run store and of `ready_made`, a folder of `<name>.json` (about) and `<name>.keras` files."""

    def __init__(self, store: RunStore, ready_made: Path = READY_MADE):
        self._store = store
        self._ready_made = [_ready_made(path) for path in sorted(ready_made.glob("*.json"))]

    def models(self) -> list[Model]:
        """The ready-made models, then those of finished or stopped runs, the newest first; a duel's are too many."""
        of_duels = self._store.duel_runs()
        runs = (run for run in self._store.runs() if run.id not in of_duels)
        return [*self._ready_made, *filter(None, map(self._of_run, runs))]

    def model(self, key: str) -> Model:
        """The model `key`; raises RunError when there is none (any more)."""
        for model in self._ready_made:
            if model.key == key:
                return model
        model = self._of_run(self._store.run(key))
        if model is None:
            raise RunError("This run has no trained model", todo="Train it to its end, or choose another model")
        return model

    def _of_run(self, run) -> Model | None:
        state = self._store.state(run.id)
        if not state.saved or run.recipe.pixel_order is not None:
            return None  # networks of shuffled pixels cannot read a picture
        return Model(
            key=run.id,
            title=run.name,
            network=run.network,
            dataset=run.dataset,
            accuracy=state.tested.accuracy,
            load=lambda: self._store.load_file(run.id, MODEL_FILE),
        )


def _ready_made(path: Path) -> Model:
    about = json.loads(path.read_text(encoding="utf-8"))
    return Model(
        key=path.stem,
        title=about["title"],
        network=Network.from_json(json.dumps(about["network"])),
        dataset=about["dataset"],
        accuracy=about["test_accuracy"],
        load=path.with_suffix(".keras").read_bytes,
    )
