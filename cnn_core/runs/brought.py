"""A model that was trained elsewhere, kept as a run that has ended: with a model, perhaps a test, and no training."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.errors import StudioError
from cnn_core.language import Text
from cnn_core.runs.events import BroughtIn, Cancelled, Finished, Tested
from cnn_core.runs.models import MODEL_FILE
from cnn_core.runs.predictions import PREDICTIONS_FILE, to_bytes

if TYPE_CHECKING:
    from typing import Literal

    from cnn_core.runs.run import Run
    from cnn_core.runs.store import RunStore


@dataclass(frozen=True, eq=False)
class Brought:
    """What a model comes to.

    Attributes:
        notes: what is to be told of it, a sentence each.
        model: a .keras file of our own.
        dataset: the name of what it was measured on; empty where nothing here is for its images and classes.
        predictions: the content of `predictions.PREDICTIONS_FILE`.
    """

    network: Network
    pixels: Literal["scaled", "raw"]
    notes: tuple[Text, ...]
    model: bytes
    dataset: str = ""
    tested: Tested | None = None
    predictions: bytes = b""

    def with_result(self, dataset: str, tested: Tested, probabilities: np.ndarray) -> Brought:
        """The same, measured: (N, classes) probabilities for the test images."""
        predictions = to_bytes(probabilities.argmax(axis=1), probabilities.max(axis=1))
        return replace(self, dataset=dataset, tested=tested, predictions=predictions)


def keep(store: RunStore, brought: Brought, name: str, file: str) -> Run:
    """Keep it as a run called `name`; `file` is the name of what was sent. Raises StorageError, and keeps nothing then.

    Its recipe says how it takes pixels; the rest of it stands for nothing.
    """
    run = store.create(name, brought.network, Recipe(pixels=brought.pixels), brought.dataset)
    try:
        store.save_file(run.id, MODEL_FILE, brought.model)
        if brought.predictions:
            store.save_file(run.id, PREDICTIONS_FILE, brought.predictions)
        tested = [brought.tested] if brought.tested else []
        store.append(run.id, BroughtIn(file=file, notes=brought.notes), *tested, Finished())
    except StudioError:
        with suppress(StudioError):  # the disk that would not keep it may not let it go either
            store.append(run.id, Cancelled())
            store.delete(run.id)
        raise
    return run
