"""What raw pixels do to a training, in words, and the recipes that do without them or begin elsewhere."""

from cnn_core.design.presets import PRESETS
from cnn_core.design.recipe import Recipe
from cnn_core.language import _

MEASURED = {"raw": (6, 10), "scaled": (0, 10)}
"""(seeds that never learned, seeds tried), from benchmarks/tables/raw_pixels.md."""


def raw_pixels_words() -> str:
    """What is to be expected of raw pixels, with what was measured."""
    (stuck, tried), (never, others) = MEASURED["raw"], MEASURED["scaled"]
    return _(
        "With raw pixels, 0 to 255, the first steps are large, and some seeds never learn: on MNIST, *{network}* "
        "stayed at 10% accuracy with {stuck} of {tried} seeds. With scaled pixels, 0 to 1, that happened with {never} "
        "of {others} seeds, but training was slower.",
        network=_(PRESETS["same-32-64-128"].title),
        stuck=stuck,
        tried=tried,
        never=never,
        others=others,
    )


def other_sides(recipe: Recipe) -> dict[str, tuple[str, Recipe]]:
    """Recipes that differ in one thing which decides whether raw pixels work: by key, the thing in words and each."""
    return {
        "scaled": (_("scaled pixels"), recipe.model_copy(update={"pixels": "scaled"})),
        "seed": (_("seed {seed}", seed=recipe.seed + 1), recipe.model_copy(update={"seed": recipe.seed + 1})),
    }
