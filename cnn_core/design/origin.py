"""What was changed in a network since it was one of the presets."""

from dataclasses import dataclass
from typing import Any, Literal

from cnn_core.design.layers.base import BaseLayer
from cnn_core.design.network import Network
from cnn_core.design.presets import PRESETS, Preset
from cnn_core.design.recipe import Recipe


@dataclass(frozen=True)
class Change:
    """One difference to the preset.

    Attributes:
        kind: a layer was "added" or "removed", or an argument was "set": of a layer, or of the recipe.
        what: the layer's type, or the argument's name.
        value: what the argument is now.
    """

    kind: Literal["added", "removed", "set"]
    what: str
    value: Any = None


def origin(network: Network) -> Preset | None:
    """The preset that a network was made of: an edit leaves its name. None for a name of the visitor's own."""
    return PRESETS.get(network.name)


def changes(network: Network, preset: Preset) -> list[Change] | None:
    """What was changed in the layers of `preset`; None when more than one layer was put in, taken out or moved.

    How many units the last layer has is not told: they are as many as the data has classes.
    """
    mine, theirs = list(network.layers), list(preset.network.layers)
    types, before = [layer.type for layer in mine], [layer.type for layer in theirs]
    if types == before:
        if types[-1] == "Dense":
            mine[-1] = mine[-1].model_copy(update={"units": theirs[-1].arguments()["units"]})
        return [change for one, other in zip(mine, theirs, strict=True) for change in _set(one, other)]
    kind: Literal["added", "removed"] = "added" if len(mine) > len(theirs) else "removed"
    longer, shorter = (mine, theirs) if kind == "added" else (theirs, mine)
    for place, layer in enumerate(longer):
        if longer[:place] + longer[place + 1 :] == shorter:
            return [Change(kind, layer.type)]
    return None


def recipe_changes(recipe: Recipe, preset: Preset) -> list[Change]:
    """What was changed in the recipe of `preset`."""
    return [Change("set", name, value) for name, value in dict(recipe).items() if value != getattr(preset.recipe, name)]


def _set(one: BaseLayer, other: BaseLayer) -> list[Change]:
    return [Change("set", name, value) for name, value in one if value != getattr(other, name)]
