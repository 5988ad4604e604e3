"""Run: what was asked."""

from dataclasses import dataclass

from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe


@dataclass(frozen=True)
class Run:
    """What was asked: train `network` by `recipe` on the data set named `dataset`."""

    id: str
    name: str
    created: float
    owner: str
    dataset: str
    network: Network
    recipe: Recipe
