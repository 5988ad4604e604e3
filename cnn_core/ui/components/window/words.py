"""The words on the stepper, in the visitor's language."""

from typing import Any

from cnn_core.language import _


def window_words() -> dict[str, Any]:
    """By its name in the JavaScript, each text; the names in braces are filled in there."""
    return _controls() | _boards() | _sums()


def _controls() -> dict[str, Any]:
    return {
        "first": _("To the first cell"),
        "play": _("Play"),
        "pause": _("Pause"),
        "next": _("Next cell"),
        "slider": _("The cell that the window fills"),
        "speed": _("Speed"),
        "speeds": {"slow": _("slow"), "normal": _("normal"), "fast": _("fast")},
        "clock": _("{number} / {count}"),
        "input": _("Image {size}"),
        "incoming": _("Map {number} of {count} that come in, {size}"),
        "incomingMap": _("map {number}"),
        "output": _("Map {size}"),
        "inputLabel": _("The image. Arrow keys choose a pixel."),
        "outputLabel": _("The map that comes out. Arrow keys choose a cell, Space plays."),
    }


def _boards() -> dict[str, Any]:
    return {
        "touch": _("Touch a cell of the map to see where it comes from, or a pixel to see where it goes."),
        "looked": _(
            "Row {row}, column {column} is looked at {count} times: it takes part in the marked cells of the map."
        ),
        "lookedNever": _("No window reaches row {row}, column {column}."),
        "lookedOnce": _("Row {row}, column {column} is looked at once: it takes part in the marked cell of the map."),
        "missed": _("Hatched: pixels that no window reaches, {count} in all."),
        "paint": _("Paint"),
        "pixel": _("Touch a pixel to change its number"),
        "pixelAt": _("Row {row}, column {column}"),
    }


def _sums() -> dict[str, Any]:
    return {
        "place": _("Row {row}, column {column}"),
        "window": _("Window"),
        "others": _("the other {count} maps"),
        "windowOf": _("Window, {channel}"),
        "channels": [_("red"), _("green"), _("blue")],
        "filter": _("Filter"),
        "products": _("Products"),
        "ways": {
            "max": _("the largest:"),
            "min": _("the smallest:"),
            "average": _("their average:"),
            "sum": _("their sum:"),
        },
        "manyValues": _("{count} values"),
        "weight": _("Weight {number} of the filter"),
        "mix": _("Weight {number} of the second stage"),
        "mixTitle": _("Mixed by"),
        "bias": _("bias"),
        "kept": _("ReLU keeps"),
        "cut": _("ReLU cuts to"),
        "manyProducts": _("the sum of {count} products"),
        "notANumber": _("“{typed}” is no number here. Type one from −1,000 to 1,000, such as 0.5."),
    }
