"""Reads the files of `tfjs` as they lie there, and has Keras compute them: run by `proof` in a process of its own.

Python has no TensorFlow.js. What is compared is what the files say; what TensorFlow.js makes of them its example shows.
"""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np


def _load() -> Any:
    import keras

    plain = json.loads(Path("model.json").read_text(encoding="utf-8"))
    (first, *items) = plain["modelTopology"]["model_config"]["config"]["layers"]
    layers = [getattr(keras.layers, item["class_name"])(**item["config"]) for item in items]
    model = keras.Sequential([keras.Input(first["config"]["batch_input_shape"][1:]), *layers])
    (manifest,) = plain["weightsManifest"]
    (file,) = manifest["paths"]
    numbers, at = np.fromfile(file, "<f4"), 0
    for weight in manifest["weights"]:
        layer, name = weight["name"].split("/")
        size = math.prod(weight["shape"])
        (variable,) = (variable for variable in model.get_layer(layer).weights if variable.name == name)
        variable.assign(numbers[at : at + size].reshape(weight["shape"]))
        at += size
    return model


def predict(images: np.ndarray) -> np.ndarray:
    """(N, classes) for (N, H, W, C) pixels from 0 to 255."""
    return _load().predict_on_batch(images)
