"""A plain design of ours as the Sequential JSON of Keras 3. Reading is in `model` and `layer`."""

import re

_LAYOUT_FREE = {"Dense", "Dropout", "BatchNormalization", "Activation"}
"""Layers without a ``data_format`` argument in Keras."""


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
