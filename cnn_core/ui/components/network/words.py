"""The words on the living network, in the visitor's language."""

from typing import Any

from cnn_core.design.fields import Shape
from cnn_core.design.layers import Backbone, BackboneBlock
from cnn_core.design.layers.base import BaseLayer
from cnn_core.language import _, _n


def block_titles(layer: BaseLayer, shape: Shape, before: int, *, last: bool) -> tuple[str, str]:
    """What a layer does, in a beginner's words, and in two short lines.

    Args:
        shape: of what it puts out.
        before: how many layers of its kind come before it.
    """
    if layer.kind == "convolution" and layer.type != "Backbone":
        return _convolution(shape[-1], before)
    title = _title(layer, shape[-1], last=last)
    return title, title


def _title(layer: BaseLayer, count: int, *, last: bool) -> str:
    match layer.type:
        case "Backbone":
            return _("A trained network")
        case "MaxPooling2D":
            return _("Keep the strongest")
        case "AveragePooling2D":
            return _("Keep the mean")
        case "GlobalMaxPooling2D":
            return _("Strongest of each map")
        case "GlobalAveragePooling2D":
            return _("Mean of each map")
        case "ZeroPadding2D":
            return _("Add a border")
        case "Flatten":
            return _("One line")
        case "Dropout":
            return _("Drop some")
        case "BatchNormalization":
            return _("Even out")
        case "Activation":
            return _("Bend the values")
    return (
        _n("{n} score", "{n} scores, one answer", count) if last else _n("{n} weighs it all", "{n} weigh it all", count)
    )


def _convolution(count: int, before: int) -> tuple[str, str]:
    parts = _n("{n} finds parts", "{n} find parts", count)
    if before == 0:
        title = _n("{n} filter looks for strokes and edges", "{n} filters look for strokes and edges", count)
        return title, _n("{n} finds edges", "{n} find edges", count)
    return (_n("{n} filter combines edges", "{n} filters combine edges", count) if before == 1 else parts), parts


def layer_name(layer: BaseLayer) -> str:
    """The name that its code has; of what others have trained, its title or the block's number."""
    if isinstance(layer, BackboneBlock):
        return _("block {number}", number=layer.number)
    return layer.plan.title if isinstance(layer, Backbone) else layer.type


def words() -> dict[str, Any]:
    """By its name in the JavaScript, each text; the names in braces are filled in there."""
    return {
        "draw": _("You draw"),
        "undo": _("Undo"),
        "select": _("Look into: {title}"),
        "clear": _("Clear"),
        "undoLabel": _("Undo the last stroke"),
        "clearLabel": _("Clear the drawing"),
        "penLabel": _("Pen: {name}"),
        "pens": {"thin": _("thin"), "medium": _("medium"), "thick": _("thick")},
        "thick": _("Thick lines for so small a digit: draw it larger, or take a thinner pen."),
        "hint": _("Draw a digit here"),
        "padLabel": _("Drawing area: draw a digit with mouse, pen or finger"),
        "sees": _("The network sees"),
        "image": _("The image"),
        "noImage": _("The chosen data set has no image of this size."),
        "coming": _("computing…"),
        "nothing": _("Nothing is drawn yet."),
        "add": _("Add a layer here"),
        "editKeys": _("Space chooses a layer, Alt and an arrow moves it, Delete removes it."),
        "says": _("The network predicts {name}, {percent}."),
        "keys": _("Arrow keys choose a map, Enter pins it."),
        "shown": _("{shown} of {count}"),
        "move": _("Move this window by hand"),
        "mapOf": _("Map {number} of {count}"),
        "valueOf": _("Value {number} of {count}"),
        "mapKeys": _("The values of the map. Arrow keys choose one."),
        "rowColumn": _("Row {row}, column {column}"),
        "thisValue": _("This value"),
        "untold": _("Computed on the server. This layer is too large to show its products here."),
        "thinned": _("One row and one column in {step} are shown."),
        "pin": _("Pin"),
        "pinned": _("Pinned"),
        "close": _("Close"),
        "grids": {"window": _("Window, map {number}"), "filter": _("Filter"), "products": _("Products")},
        "sums": _sums(),
    }


def _sums() -> dict[str, str]:
    """The lines of an explanation: how a value came about."""
    return {
        "channel": _("map {number}"),
        "its products": _("its products"),
        "more channels": _("+ {count} more maps"),
        "times its weight": _("times its weight {weight}"),
        "product": _("{factor} × {weight}"),
        "more products": _("+ {count} more products"),
        "bias": _("+ bias"),
        "sum": _("sum"),
        "relu keeps": _("relu keeps it"),
        "relu cuts": _("relu: below 0 → 0"),
        "activation": _("after {name}"),
        "largest of": _("the largest of {count} values"),
        "mean of": _("the mean of {count} values"),
        "copied": _("copied from the map before"),
        "zero of the border": _("a zero of the border"),
        "before": _("the value before"),
        "standardized": _("minus {mean}, divided by {deviation}"),
        "scaled": _("times {gamma}, plus {beta}"),
        "passed on": _("passed on as it is"),
    }
