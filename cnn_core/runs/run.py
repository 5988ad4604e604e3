"""Run: what was asked."""

from dataclasses import dataclass
from functools import lru_cache

from pydantic import ValidationError

from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.errors import DesignError, RunError
from cnn_core.language import Text

KEPT = 512  # runs whose designs and states are kept in memory; the largest duel has 120
UNREADABLE = Text("This run cannot be read")
ANOTHER_VERSION = Text("data stored by another version of CNN Studio")


@dataclass(frozen=True)
class Run:
    """What was asked: train `network` by `recipe` on the data set named `dataset`."""

    id: str
    name: str
    created: float
    dataset: str
    network: Network
    recipe: Recipe


@lru_cache(maxsize=KEPT)
def design(network: str, recipe: str) -> tuple[Network, Recipe]:
    """The network and the recipe of a row; raises RunError when this version cannot read them.

    They never change, and to parse a network costs more than the query.
    """
    try:
        return Network.from_json(network), Recipe.model_validate_json(recipe)
    except (DesignError, ValidationError) as error:
        raise RunError(UNREADABLE, received=ANOTHER_VERSION, todo=Text("Delete it, or train again")) from error
