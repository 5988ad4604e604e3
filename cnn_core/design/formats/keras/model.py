"""A model in Keras's JSON as a plain design: files of Keras 1, 2 and 3, and of TensorFlow.js, which keeps Keras's."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from math import isclose, isqrt, prod
from typing import Any

from cnn_core.design.fields import MAX_NAME, Shape, each
from cnn_core.design.formats.keras.layer import Item, LeftOut, gathered, is_custom, is_item, modern, our_layer, short
from cnn_core.design.formats.keras.line import in_line
from cnn_core.errors import DesignError, Words
from cnn_core.language import Text

_WRAPPERS = ("modelTopology", "model_config")
"""Where TensorFlow.js, and Keras in its weight files, put the model."""
_FLATTENING = ("Flatten", "GlobalAveragePooling2D", "GlobalMaxPooling2D")
_FLATTEN: Item = {"class_name": "Flatten", "config": {}}


@dataclass(frozen=True, slots=True)
class KerasModel:
    """What a file of Keras's comes to.

    Attributes:
        design: as `Network` takes it, still to be checked.
        left_out: what of the file is not in it.
        vector: how many values the model takes as one vector, where `design` lays out an image instead; 0: an image.
        scales: whether it divides the pixels by 255 itself, which training here does, too.
    """

    design: dict
    left_out: tuple[LeftOut, ...]
    vector: int
    scales: bool


def is_keras(plain: Any) -> bool:
    """Whether ``plain`` looks like Keras's JSON rather than ours."""
    return isinstance(plain, dict) and any(key in plain for key in ("class_name", *_WRAPPERS))


def from_keras(plain: Any) -> KerasModel:
    """A plain design made of Keras's JSON. Raises DesignError naming what can't be carried over."""
    version, plain = _version(plain), _unwrapped(plain)
    items = [modern(item) for item in _items(plain)]
    shape = _batch_shape(plain, items)
    items, scales = _without_entrance(items)
    data_format = _data_format(items)
    vector = shape[1] if _is_vector(shape) and not _reshapes(items) else 0
    input_shape, items = _image(shape, items, data_format)
    # Shapes of a batch have one axis more than the arrays in it.
    ranks = [2 if flat else 4 for flat in _flat(items)]
    layers = each(items, lambda number, item: our_layer(number, item, data_format, ranks[number - 1]))
    name = plain["config"].get("name")
    design = {
        "name": name[:MAX_NAME] if isinstance(name, str) and name else "network",
        "input_shape": input_shape,
        "data_format": data_format,
        "layers": [layer for layer, _left in layers],
    }
    left_out = gathered([{**left, **_changed_since(version, layer)} for layer, left in layers])
    return KerasModel(design, left_out, vector, scales)


def _version(plain: dict) -> str:
    """Of the Keras that wrote the file; Keras 3 itself does not say."""
    topology = plain.get("modelTopology")
    return str(plain.get("keras_version") or (isinstance(topology, dict) and topology.get("keras_version")) or "3")


def _changed_since(version: str, layer: dict) -> dict[str, Words]:
    """By argument, what Keras 3 computes otherwise than the version that wrote it."""
    if layer.get("activation") != "hard_sigmoid" or version.startswith("3"):
        return {}
    return {"activation": Text("hard_sigmoid with a slope of 1/5, as before Keras 3 (here it is 1/6)")}


def _unwrapped(plain: Any) -> dict:
    """The model itself, its config an object: Keras 1 wrote the bare list of layers."""
    for key in _WRAPPERS:
        if isinstance(plain, dict) and "class_name" not in plain:
            plain = plain.get(key, plain)
    kind = plain.get("class_name") if isinstance(plain, dict) else None
    if kind in ("Sequential", "Functional", "Model") and not is_custom(plain):
        config = plain.get("config")
        return plain | {"config": config if isinstance(config, dict) else {"layers": config}}
    if isinstance(plain, dict) and "node" in plain:
        raise DesignError(
            Text("This file holds a graph of single operations, not layers"),
            expected=Text("a model made of Keras's layers"),
            todo=Text("Convert the Keras model again as a layers model, or save it with model.to_json()."),
        )
    raise DesignError(
        Text("This is not a model that this studio can read"),
        expected=Text("class_name Sequential, or Functional with all layers in one line"),
        received=short(kind),
    )


def _items(plain: dict) -> list[Item]:
    """The layers from input to output."""
    items = plain["config"].get("layers")
    if not isinstance(items, list) or not all(is_item(item) for item in items):
        raise DesignError(
            Text("The model's layers are missing"),
            expected=Text("a list of layers, each with class_name and config"),
        )
    return items if plain["class_name"] == "Sequential" else in_line(items, plain["config"].get("output_layers"))


def _batch_shape(plain: dict, items: list[Item]) -> Any:
    """The input's shape, wherever this version of Keras wrote it; None when nowhere."""
    first = items[0] if items else {"config": {}}
    return (
        first["config"].get("batch_shape")
        or first["config"].get("batch_input_shape")
        or plain["config"].get("build_input_shape")
        or _built(plain)
        or _built(first)
    )


def _built(item: dict) -> Any:
    build = item.get("build_config")
    return build.get("input_shape") if isinstance(build, dict) else None


def _without_entrance(items: list[Item]) -> tuple[list[Item], bool]:
    """Without the InputLayer and the Rescaling(1/255) that training puts first; and whether there was the latter."""
    if items and items[0]["class_name"] == "InputLayer":
        items = items[1:]
    if items and items[0]["class_name"] == "Rescaling":
        scale, offset = items[0]["config"].get("scale"), items[0]["config"].get("offset", 0)
        if isinstance(scale, float) and isclose(scale, 1 / 255, rel_tol=1e-6) and offset == 0:
            return items[1:], True
    return items, False


def _data_format(items: list[Item]) -> str:
    named = [item for item in items if "data_format" in item["config"]]
    # Flatten names Keras's own default, whatever the maps before it are: it only orders the values of a vector.
    maps = [item for item in named if item["class_name"] != "Flatten"] or named
    found = sorted({str(item["config"]["data_format"]) for item in maps})
    if len(found) > 1 or not set(found) <= {"channels_last", "channels_first"}:
        raise DesignError(
            Text("The layers' data_format is not clear"),
            expected=Text("channels_last or channels_first, the same in all layers"),
            received=short(", ".join(found)),
        )
    # Layers that name no layout keep the map a map, so a normalization of axis 1 says where its channels are.
    on_maps = [item for item, flat in zip(items, _flat(items), strict=False) if not flat]
    first = not found and any(item["config"].get("axis") in (1, [1]) for item in on_maps)
    return found[0] if found else "channels_first" if first else "channels_last"


def _flat(items: list[Item]) -> Iterator[bool]:
    """For each layer whether vectors arrive at it; one more for what the last one puts out."""
    return accumulate(items, lambda flat, item: flat or _flattens(item), initial=False)


def _flattens(item: Item) -> bool:
    return item["class_name"] in _FLATTENING and item["config"].get("keepdims") is not True


def _image(batch_shape: Any, items: list[Item], data_format: str) -> tuple[Shape, list[Item]]:
    """(height, width, channels) of an image, and the layers that take it; `Network` checks the numbers themselves."""
    sides = tuple(batch_shape[1:]) if isinstance(batch_shape, list) else ()
    if len(sides) == 3:
        return ((*sides[1:], sides[0]) if data_format == "channels_first" else sides), items
    if target := _reshapes(items):
        if _are_counts(sides) and prod(sides) == prod(target):
            return ((*target[1:], target[0]) if data_format == "channels_first" else target), items[1:]
    elif len(sides) == 2 and items and items[0]["class_name"] == "Flatten":
        return (*sides, 1), items
    elif _is_vector(batch_shape):
        return _square(sides[0]), [_FLATTEN, *items]
    raise DesignError(
        Text("The model does not say that it takes images"),
        expected=Text("an input shape of a batch, height, width and channels"),
        received=short(batch_shape),
        todo=Text("Give the model an Input(shape=(height, width, channels)) before you save it."),
    )


def _reshapes(items: list[Item]) -> Shape | None:
    """What a Reshape at the entrance makes of each input, where that is an image."""
    target = items[0]["config"].get("target_shape") if items and items[0]["class_name"] == "Reshape" else None
    return tuple(target) if isinstance(target, list) and len(target) == 3 and _are_counts(target) else None


def _are_counts(sides: Any) -> bool:
    return all(type(side) is int and side > 0 for side in sides)


def _is_vector(batch_shape: Any) -> bool:
    return isinstance(batch_shape, list) and len(batch_shape) == 2 and _are_counts(batch_shape[1:])


def _square(values: int) -> Shape:
    """The square image, grey or else of three channels, that has so many values."""
    for channels in (1, 3):
        side = isqrt(values // channels)
        if side * side * channels == values:
            return side, side, channels
    raise DesignError(
        Text("The model takes a vector of {values} values, which is no square image", values=short(values)),
        expected=Text("images, or as many values as a square image has, such as 784 = 28×28 or 3,072 = 32×32×3"),
        received=short(values),
    )
