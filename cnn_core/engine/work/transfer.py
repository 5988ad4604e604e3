"""CompareWays: whether it helps to begin with what another network has learned, trained and not asserted."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any

from cnn_core.design.effort import Effort, effort
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.design.shapes import trace
from cnn_core.engine.work.base import TRAINING, Key, Work
from cnn_core.engine.work.begin import start_arrays, start_keys
from cnn_core.engine.work.context import Context
from cnn_core.engine.work.train import why_not_trained
from cnn_core.errors import RunError

BEGUN = 0.01
"""The fraction that is said to be done when it has its trainer: the base comes before what is counted."""


@dataclass(frozen=True)
class CompareWays(Work):
    """`training.transfer.compare_ways`, from a model of the library or from one that is made first.

    Args:
        network, recipe: what is trained; the recipe has a start whose layers are frozen.
        depth: how many layers the base has, opened.
        data: the data set's key.
        classes: of the data set, those that are learned; empty: all.
        sizes: training images of each class.
        seeds: one training each.
        base: where no model of the library is the base: its design, its recipe, and the classes that it learns first.
        minutes: after these it gives the scores that there are.
    """

    network: Network
    recipe: Recipe
    depth: int
    data: Key
    classes: tuple[int, ...]
    sizes: tuple[int, ...]
    seeds: tuple[int, ...]
    base: tuple[Network, Recipe, tuple[int, ...]] | None = None
    minutes: float | None = None

    place = TRAINING

    def needs(self) -> tuple[Key, ...]:
        return (self.data, *start_keys(self.recipe.start)) if self.base is None else (self.data,)

    def effort(self) -> Effort:
        """Two of the three ways go through all layers in every epoch; the third takes little."""
        images = sum(self.sizes) * trace(self.network).reports[-1].output_shape[-1]
        limit = self.minutes and 60 * self.minutes
        changes = {"start": None, "validation_share": 0.0, "train_images": None, "time_limit": limit}
        return effort(self.network, self.recipe.model_copy(update=changes), 2 * len(self.seeds) * images)

    def run(self, context: Context) -> list[dict[str, Any]]:
        """The fields of each Score; those so far are the partial result."""
        from cnn_core.training.start import first_arrays
        from cnn_core.training.transfer import Score, compare_ways, learned, only

        assert self.recipe.start
        whole = context.dataset(self.data)
        end = time.monotonic() + 60 * (self.minutes or math.inf)

        def should_stop() -> bool:
            return context.stopped() or time.monotonic() >= end

        context.report(BEGUN)
        if self.base:
            network, recipe, classes = self.base
            model = learned(network, recipe, only(whole, classes), should_stop)
            arrays = first_arrays(model, self.depth, self.recipe.start.layers)
        else:
            arrays = start_arrays(context, self.recipe.start, self.depth)
        data = only(whole, self.classes) if self.classes else whole

        def report(fraction: float, scores: list[Score]) -> None:
            context.report(fraction, [vars(score) for score in scores])

        asked = self.network, self.recipe, data, arrays, self.sizes, self.seeds
        return [vars(score) for score in compare_ways(*asked, report, should_stop)]

    def in_words(self, error: Exception) -> RunError:
        return why_not_trained(error)
