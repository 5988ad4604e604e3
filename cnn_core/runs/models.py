"""Every trained model that can be asked: the ready-made ones that ship in assets, and those of finished runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from cnn_core.design.network import Network
from cnn_core.errors import RunError
from cnn_core.language import Text
from cnn_core.runs.run import Run
from cnn_core.runs.summary import Summary

if TYPE_CHECKING:
    from cnn_core.runs.store import RunStore

READY_MADE = Path(__file__).parents[2] / "assets" / "models"
MODEL_FILE = "model.keras"
CHECKPOINT_FILE = "checkpoint.npz"
"""The state of a training after its last epoch."""
MOST = 50  # runs that are offered at a time; an older one is reached by its link


@dataclass(frozen=True)
class Model:
    """A trained model: `load()` gives its Keras file, which takes raw pixels (0 to 255); None when it is gone.

    `dataset` is empty for one that was brought in where nothing is for its images and classes.
    """

    key: str
    title: str
    network: Network
    dataset: str
    accuracy: float | None  # on test images that it never saw in training: for a ready-made one those of MNIST
    load: Callable[[], bytes | None]

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """(H, W, C) of one image."""
        return self.network.input_shape


class ModelLibrary:
    """The models of the run store and of `ready_made`, a folder of `<name>.json` (about) and `<name>.keras` files."""

    def __init__(self, store: RunStore, ready_made: Path = READY_MADE):
        self._store = store
        self._ready_made = [_ready_made(path) for path in sorted(ready_made.glob("*.json"))]

    def models(self) -> list[Model]:
        """The ready-made models, then those of the MOST newest finished or stopped runs; a duel's are too many."""
        runs = self._store.lists.trained(MOST)
        return [*self._ready_made, *(self._of_run(run, run.test_accuracy) for run in runs)]

    def model(self, key: str) -> Model:
        """The model `key`; raises RunError when there is none (any more)."""
        for model in self._ready_made:
            if model.key == key:
                return model
        run = self._store.run(key)
        state = self._store.state(key)
        shuffled = run.recipe.pixel_order is not None  # such a network cannot predict an image
        if not state.saved or shuffled:
            todo = Text("Train it to its end, or choose another model")
            raise RunError(Text("This run has no trained model"), todo=todo)
        return self._of_run(run, state.tested.accuracy if state.tested else None)

    def _of_run(self, run: Run | Summary, accuracy: float | None) -> Model:
        return Model(
            key=run.id,
            title=run.name,
            network=cast(Network, run.network),  # `trained` leaves out what cannot be read
            dataset=run.dataset,
            accuracy=accuracy,
            load=lambda: self._store.load_file(run.id, MODEL_FILE),
        )


def ready_made(key: str) -> Model:
    """The model that ships with the studio under this name; it needs no store."""
    return _ready_made(READY_MADE / f"{key}.json")


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
