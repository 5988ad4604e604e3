"""What networks and runs are called on every page: by their preset's title and by what was changed, never by an id."""

from collections.abc import Sequence
from typing import Any

from cnn_core.design.arithmetic import number, sides
from cnn_core.design.augmentation import Augmentation
from cnn_core.design.layers.base import BaseLayer
from cnn_core.design.network import Network
from cnn_core.design.origin import Change, changes, origin, recipe_changes
from cnn_core.design.recipe import Recipe
from cnn_core.language import _, _n

MOST = 2
"""More changes than these are not listed."""
_SHORT = {
    "filters": "{}",
    "units": "{}",
    "kernel_size": "{}",
    "pool_size": "{}",
    "rate": "{}",
    "depth_multiplier": "×{}",
}
"""Arguments that are always written beside a layer's type; others only where they are not Keras's default."""


def network_title(network: Network) -> str:
    """Its own name, or that of its preset and what was changed in it: "Classic CNN, 7 filters"."""
    preset = origin(network)
    return network.name if preset is None else _titled(_(preset.title), changes(network, preset))


def run_title(network: Network, recipe: Recipe) -> str:
    """The network's title, and what was changed in its recipe: "Classic CNN, 20 epochs"."""
    preset = origin(network)
    if preset is None:
        return network.name
    made = changes(network, preset)
    return _titled(_(preset.title), None if made is None else made + recipe_changes(recipe, preset))


def _titled(title: str, made: Sequence[Change] | None) -> str:
    if made is None or len(made) > MOST:
        return _("{network}, changed", network=title)
    return ", ".join([title, *map(_in_words, made)])


def _in_words(change: Change) -> str:
    match change.kind:
        case "added":
            return _("with {layer}", layer=change.what)
        case "removed":
            return _("without {layer}", layer=change.what)
    return argument_words(change.what, change.value)


def argument_words(name: str, value: object) -> str:
    """An argument with its new value, as one would say it."""
    match name, value:
        case ("filters", int(count)):
            return _n("{n} filter", "{n} filters", count)
        case ("units", int(count)):
            return _n("{n} unit", "{n} units", count)
        case ("epochs", int(count)):
            return _n("{n} epoch", "{n} epochs", count)
        case ("train_images", int(count)):
            return _n("{n:,} image", "{n:,} images", count)
        case ("batch_size", int(count)):
            return _("batches of {count}", count=number(count))
        case ("kernel_size" | "pool_size", (int(), int()) as pair):
            return _("{size} window", size=sides(pair))
        case ("strides", (int(), int()) as pair):
            return _("steps of {size}", size=sides(pair))
        case ("rate", float(rate)):
            return _("{rate:.0%} dropped", rate=rate)
        case ("learning_rate", float(rate)):
            return _("learning rate {rate:g}", rate=rate)
        case ("train_images", None):
            return _("all images")
        case ("augmentation", Augmentation(active=active)):
            return _("augmented") if active else _("not augmented")
        case ("seed", int(seed)):
            return _("seed {seed}", seed=seed)
        case ("pixels", str(pixels)):
            return _("{pixels} pixels", pixels=pixels)
        case ("activation" | "optimizer" | "loss", str(choice)):
            return choice
    return f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}"


def layer_label(layer: BaseLayer) -> str:
    """A layer on one line: "Conv2D 32, 3×3, relu"."""
    default = type(layer).model_validate({})
    parts = [
        _SHORT.get(name, _named(name, value)).format(_written(value))
        for name, value in layer.arguments().items()
        if value != getattr(default, name) or (name in _SHORT and name != "depth_multiplier")
    ]
    return f"{layer.type} {', '.join(parts)}".rstrip()


def _named(name: str, value: Any) -> str:
    """What is written for an argument that is not at its default: words are clear alone, numbers need their name."""
    return "{}" if isinstance(value, str) else name + " {}"


def _written(value: Any) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        flat = all(isinstance(item, int) for item in value)
        return sides(value) if flat else "/".join(map(sides, value))
    return number(value) if isinstance(value, int) and not isinstance(value, bool) else str(value)
