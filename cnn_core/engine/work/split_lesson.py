"""SplitLesson: what comes of it when copies of an image are made before, or after, the test set is split off."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cnn_core.design.augmentation import Augmentation
from cnn_core.design.effort import Effort, effort
from cnn_core.design.presets import PRESETS
from cnn_core.engine.work.base import TRAINING, Key, Work
from cnn_core.engine.work.context import Context
from cnn_core.engine.work.train import why_not_trained
from cnn_core.errors import RunError


@dataclass(frozen=True)
class SplitLesson(Work):
    """Both ways, on `images` of the training set that `seed` draws (`training.split_lesson`)."""

    data: Key
    images: int
    augmentation: Augmentation
    copies: int
    epochs: int
    seed: int

    place = TRAINING

    def needs(self) -> tuple[Key, ...]:
        return (self.data,)

    def effort(self) -> Effort:
        """Two trainings of the classic CNN, each on seven tenths of the copies."""
        preset = PRESETS["keras-log"]
        recipe = preset.recipe.model_copy(update={"epochs": self.epochs, "validation_share": 0.0})
        return effort(preset.network, recipe, round(2 * 0.7 * self.images * self.copies))

    def run(self, context: Context) -> tuple[dict[str, Any], ...]:
        """The fields of both ways; once the first one has ended, it is the partial result."""
        from cnn_core.training.split_lesson import Way, split_lesson

        data = context.dataset(self.data)
        drawn = np.random.default_rng(self.seed).permutation(len(data.x_train))[: self.images]
        few = replace(data, x_train=data.x_train[drawn], y_train=data.y_train[drawn])

        def report(fraction: float, ways: list[Way]) -> None:
            context.report(fraction, tuple(map(vars, ways)) or None)

        asked = few, self.augmentation, self.copies, self.epochs, self.seed
        return tuple(map(vars, split_lesson(*asked, report, context.stopped)))

    def in_words(self, error: Exception) -> RunError:
        return why_not_trained(error)
