"""Prepare: trace a network that somebody is about to train, so that the training can begin at once."""

from dataclasses import dataclass

from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.engine.work.base import TRAINING, Work
from cnn_core.engine.work.context import Context


@dataclass(frozen=True)
class Prepare(Work):
    """A wish. `images`: how many it would be trained on."""

    network: Network
    recipe: Recipe
    images: int

    place = TRAINING
    wish = True

    def run(self, context: Context) -> None:
        from cnn_core.training import warm

        warm.prepare(self.network, self.recipe, -(-self.images // self.recipe.batch_size))
