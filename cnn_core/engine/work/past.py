"""Confusions: what a run's network mixed up after each epoch, beside the questions of people who draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.engine.work.base import BACKGROUND, Key, Work, brief
from cnn_core.engine.work.context import Context
from cnn_core.errors import EngineError
from cnn_core.language import Text


@dataclass(frozen=True, eq=False)
class Confusions(Work):
    """The confusion matrices of `training.past.confusions`.

    Args:
        data: the data set's key.
        snapshots: the weights after some epochs.
    """

    network: Network
    recipe: Recipe
    data: Key
    snapshots: tuple[bytes, ...]

    place = BACKGROUND

    def needs(self) -> tuple[Key, ...]:
        return (self.data,)

    def run(self, context: Context) -> np.ndarray:
        """(epochs, classes, classes) counts; of fewer epochs when it was stopped."""
        from cnn_core.training.past import confusions

        found = []
        for counts in confusions(self.network, self.recipe, context.dataset(self.data), self.snapshots):
            found.append(counts)
            context.report(len(found) / len(self.snapshots))
            if context.stopped():
                break
        return np.stack(found)

    def in_words(self, error: Exception) -> EngineError:
        return EngineError(Text("The epochs of this run could not be read"), received=brief(error))
