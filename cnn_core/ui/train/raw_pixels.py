"""What raw pixels do to a training, in words, and the recipes of the other side."""

from cnn_core.design.recipe import Recipe

MEASURED = {"raw": (6, 10), "scaled": (0, 10)}
"""(seeds that never learned, seeds tried), from benchmarks/tables/raw_pixels.md."""


def raw_pixels_words() -> str:
    """What is to be expected of raw pixels, with what was measured."""
    (stuck, tried), (never, others) = MEASURED["raw"], MEASURED["scaled"]
    return (
        "With raw pixels, 0 to 255, the first steps are large, and some seeds never learn: on MNIST, *Same padding, "
        f"32-64-128* stayed at 10% right with {stuck} of {tried}. With scaled pixels, 0 to 1, it did with "
        f"{never or 'none'} of {others}, but learned more slowly."
    )


def other_sides(recipe: Recipe) -> dict[str, Recipe]:
    """By its name, each recipe that differs in one thing that decides whether raw pixels work."""
    return {
        "scaled pixels": recipe.model_copy(update={"pixels": "scaled"}),
        f"seed {recipe.seed + 1}": recipe.model_copy(update={"seed": recipe.seed + 1}),
    }
