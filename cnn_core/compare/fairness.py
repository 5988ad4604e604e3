"""What is the same on both sides of a duel and what is not, as data; `sentences` puts it into words."""

from dataclasses import dataclass

from cnn_core.compare.plan import Plan
from cnn_core.design.recipe import Recipe
from cnn_core.design.shapes import trace

_DATA = ("train_images", "validation_share", "seed")


@dataclass(frozen=True)
class Difference:
    """A setting of the recipe, by its code name, that is not the same on both sides; None: not set."""

    setting: str
    first: object
    second: object


@dataclass(frozen=True)
class Fairness:
    """What is the same for both sides besides the data.

    Attributes:
        same: of 'recipe', 'seeds' and 'split' those that are.
        parameters: of both networks where they were matched by them.
        seconds, epochs: how long both train; None where that is not the same, or not what counts.
        at_most: whether early stopping may end a training before its last epoch.
    """

    same: tuple[str, ...]
    seeds: tuple[int, ...]
    parameters: tuple[int, int] | None
    seconds: float | None
    epochs: int | None
    at_most: bool


def differences(plan: Plan) -> tuple[Difference, ...]:
    """How the two sides differ besides the network; empty when they do not."""
    first, second = plan.recipes
    pairs = ((name, getattr(first, name), getattr(second, name)) for name in Recipe.model_fields)
    return tuple(Difference(name, one, other) for name, one, other in pairs if one != other)


def fairness(plan: Plan) -> Fairness:
    """What is the same for both sides, and what they were matched by."""
    recipe, differing = plan.recipes[0], {difference.setting for difference in differences(plan)}
    same = {
        "recipe": not differing - set(_DATA),
        "seeds": "seed" not in differing,
        "split": not differing & set(_DATA),
    }
    first, second = (trace(network).totals.parameters for network in plan.networks)
    timed = plan.matched == "time"
    return Fairness(
        same=tuple(name for name, holds in same.items() if holds),
        seeds=plan.seeds,
        parameters=(first, second) if plan.matched == "parameters" else None,
        seconds=recipe.time_limit if timed and "time_limit" not in differing else None,
        epochs=None if timed or "epochs" in differing else recipe.epochs,
        at_most=recipe.early_stopping is not None,
    )
