"""A duel as data: which two networks, on what, how often; and which trainings that makes."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe

Part = Literal["main", "less", "shuffled"]
SIZES = (100, 300, 1_000, 3_000)
MOST_SEEDS = 10


class Plan(BaseModel):
    """Two networks, each with its recipe, trained once for each seed. A fair plan (`fair`) has the same recipe twice.

    Attributes:
        matched: what both sides have the same of, besides the data and the split.
        sizes: numbers of training images for the experiment 'learn from less'; empty: not made.
        shuffled: whether both are trained once more on images with shuffled pixels.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(min_length=1, max_length=200)
    dataset: str
    networks: tuple[Network, Network]
    recipes: tuple[Recipe, Recipe]
    seeds: tuple[int, ...] = Field(min_length=1, max_length=MOST_SEEDS)
    matched: Literal["epochs", "parameters", "time"] = "epochs"
    sizes: tuple[int, ...] = ()
    shuffled: bool = False


class Training(BaseModel):
    """One training of a duel. `images` is how many it learns from, None for all that the recipe takes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    side: Literal[0, 1]
    seed: int
    part: Part = "main"
    images: int | None = None


class Duel(BaseModel):
    """A plan under way or done: for each of its trainings, in their order, the run that it became."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    created: float
    plan: Plan
    trainings: tuple[Training, ...]
    runs: tuple[str, ...]

    def of(self, part: Part) -> list[tuple[Training, str]]:
        """The trainings of one part, with their runs."""
        return [pair for pair in zip(self.trainings, self.runs, strict=True) if pair[0].part == part]
