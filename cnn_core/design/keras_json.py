"""Keras's Sequential JSON to and from our own plain design: what `model.to_json()` writes in Keras 3 and Keras 2."""

import re
from math import isclose
from typing import Any

from cnn_core.errors import DesignError

from .fields import Shape, each
from .layers import LAYER_TYPES

_LAYOUT_FREE = {"Dense", "Dropout", "BatchNormalization", "Activation"}
"""Layers without a ``data_format`` argument in Keras."""

_INITIALIZERS = {
    "kernel_initializer": "GlorotUniform",
    "depthwise_initializer": "GlorotUniform",
    "pointwise_initializer": "GlorotUniform",
    "bias_initializer": "Zeros",
    "beta_initializer": "Zeros",
    "gamma_initializer": "Ones",
    "moving_mean_initializer": "Zeros",
    "moving_variance_initializer": "Ones",
}
_SILENT = {"name", "seed", "data_format", "batch_input_shape", "renorm_momentum", "lora_alpha"}
"""Arguments that change neither the shapes nor what is learned."""

_FIXED = {"trainable": True, "synchronized": False, "renorm": False}
"""Arguments we know with one value only."""


def is_keras(plain: Any) -> bool:
    """Whether ``plain`` looks like Keras's JSON rather than ours."""
    return isinstance(plain, dict) and "class_name" in plain


def to_keras(design: dict) -> dict:
    """Keras 3's Sequential JSON of a plain design, in the layout of its ``data_format``."""
    first = design["data_format"] == "channels_first"
    height, width, channels = design["input_shape"]
    shape = [None, channels, height, width] if first else [None, height, width, channels]
    layers = [_keras_layer(plain, design["data_format"]) for plain in design["layers"]]
    name = re.sub(r"\W", "_", design["name"], flags=re.ASCII)
    source = _wrapped("InputLayer", {"batch_shape": shape, "dtype": "float32", "name": "image"})
    config = {"name": name, "trainable": True, "layers": [source, *layers], "build_input_shape": shape}
    return {"module": "keras", "class_name": "Sequential", "config": config, "registered_name": None}


def _keras_layer(plain: dict, data_format: str) -> dict:
    kind = plain["type"]
    config = {name: value for name, value in plain.items() if name != "type"}
    if kind not in _LAYOUT_FREE:
        config["data_format"] = data_format
    if kind == "BatchNormalization":
        config["axis"] = 1 if data_format == "channels_first" else -1
    return _wrapped(kind, config)


def _wrapped(kind: str, config: dict) -> dict:
    return {"module": "keras.layers", "class_name": kind, "config": config, "registered_name": None}


def from_keras(plain: Any) -> dict:
    """A plain design made of Keras's JSON. Raises DesignError naming what can't be carried over."""
    kind = plain.get("class_name") if isinstance(plain, dict) else None
    if kind != "Sequential":
        raise DesignError("This is not a Sequential model", expected="class_name Sequential", received=_short(kind))
    config = plain.get("config")
    items = config.get("layers") if isinstance(config, dict) else config
    if not isinstance(items, list) or not all(_is_item(item) for item in items):
        raise DesignError(
            "The model's layers are missing", expected="a list of layers, each with class_name and config"
        )
    shape = _batch_shape(plain, config, items)
    items = _without_entrance(items)
    data_format = _data_format(items)
    design = {"input_shape": _input_shape(shape, data_format), "data_format": data_format}
    name = config.get("name") if isinstance(config, dict) else None
    layers = each(items, lambda number, item: _our_layer(number, item, data_format))
    return {"name": name or "network", **design, "layers": layers}


def _is_item(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(item.get("class_name"), str) and isinstance(item.get("config"), dict)


def _batch_shape(plain: dict, config: Any, items: list[dict]) -> Any:
    """The input's shape, wherever this version of Keras wrote it; None when nowhere."""
    first = items[0] if items else {"config": {}}
    return (
        first["config"].get("batch_shape")
        or first["config"].get("batch_input_shape")
        or (config.get("build_input_shape") if isinstance(config, dict) else None)
        or _built(plain)
        or _built(first)
    )


def _built(item: dict) -> Any:
    build = item.get("build_config")
    return build.get("input_shape") if isinstance(build, dict) else None


def _input_shape(batch_shape: Any, data_format: str) -> Shape:
    """(height, width, channels); the numbers themselves are checked by Network."""
    if not isinstance(batch_shape, list) or len(batch_shape) != 4:
        raise DesignError(
            "The model does not say that it takes images",
            expected="an input shape of a batch, height, width and channels",
            received=_short(batch_shape),
            todo="Give the model an Input(shape=(height, width, channels)) before saving it.",
        )
    sides = batch_shape[1:]
    return (*sides[1:], sides[0]) if data_format == "channels_first" else tuple(sides)


def _without_entrance(items: list[dict]) -> list[dict]:
    """Without the InputLayer, and without the Rescaling(1/255) that training puts first."""
    if items and items[0]["class_name"] == "InputLayer":
        items = items[1:]
    if items and items[0]["class_name"] == "Rescaling":
        scale, offset = items[0]["config"].get("scale"), items[0]["config"].get("offset", 0)
        if isinstance(scale, float) and isclose(scale, 1 / 255, rel_tol=1e-6) and offset == 0:
            return items[1:]
    return items


def _data_format(items: list[dict]) -> str:
    found = sorted({str(item["config"]["data_format"]) for item in items if "data_format" in item["config"]})
    if len(found) > 1 or not set(found) <= {"channels_last", "channels_first"}:
        expected = "channels_last or channels_first, the same in all layers"
        raise DesignError("The layers' data_format is not clear", expected=expected, received=_short(", ".join(found)))
    # Layers that name no layout keep the map a map, so a normalization of axis 1 says where its channels are.
    first = not found and any(item["config"].get("axis") in (1, [1]) for item in items)
    return found[0] if found else "channels_first" if first else "channels_last"


def _our_layer(number: int, item: dict, data_format: str) -> dict:
    kind, config = item["class_name"], item["config"]
    if kind not in LAYER_TYPES:
        supported = ", ".join(LAYER_TYPES)
        raise DesignError(
            f"Layer {number}: {_short(kind)} is not a layer this studio has", expected=f"one of {supported}"
        )
    known = {name: value for name, value in config.items() if name in LAYER_TYPES[kind].model_fields}
    strange = {
        name: value
        for name, value in config.items()
        if name not in known and not (_is_channels(item, data_format) if name == "axis" else _is_neutral(name, value))
    }
    if strange:
        arguments = ", ".join(field for field in LAYER_TYPES[kind].model_fields if field != "type")
        raise DesignError(
            f"Layer {number} ({kind}): this studio can't carry over {_short(', '.join(strange))}",
            expected=f"only {arguments or 'default arguments'}, and Keras's defaults for the rest",
            received=_short(", ".join(f"{name} = {value!r}" for name, value in strange.items())),
        )
    return {"type": kind, **known}


def _is_channels(item: dict, data_format: str) -> bool:
    """Whether the ``axis`` of a normalization is the channels, as ours always is."""
    axis, shape = item["config"]["axis"], _built(item)
    axis = axis[0] if isinstance(axis, list) and len(axis) == 1 else axis
    if isinstance(shape, list) and len(shape) == 2:
        return axis in (-1, 1)
    return axis == 1 if data_format == "channels_first" else axis in (-1, 3)


def _is_neutral(name: str, value: Any) -> bool:
    """Whether an argument we don't have is at the value that we take for granted."""
    if name in _SILENT or value is None:
        return True
    if name in _FIXED:
        return value is _FIXED[name]
    if name in _INITIALIZERS:
        return isinstance(value, dict) and value.get("class_name") == _INITIALIZERS[name]
    if name == "dtype":
        return value == "float32" or (isinstance(value, dict) and value.get("config") == {"name": "float32"})
    return False


def _short(value: Any) -> str:
    text = repr(value) if not isinstance(value, str) else ascii(value)[1:-1]
    return text if len(text) <= 80 else text[:77] + "..."
