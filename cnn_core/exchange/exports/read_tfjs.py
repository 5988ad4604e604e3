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
    for layer, arrays in _arrays(plain).items():
        model.get_layer(layer).set_weights(arrays)
    return model


def _arrays(plain: dict[str, Any]) -> dict[str, list[np.ndarray]]:
    """By the name of a layer its arrays, in their order, which is Keras's."""
    (manifest,) = plain["weightsManifest"]
    (file,) = manifest["paths"]
    numbers, at = np.fromfile(file, "<f4"), 0
    found: dict[str, list[np.ndarray]] = {}
    for weight in manifest["weights"]:
        size = math.prod(weight["shape"])
        layer = weight["name"].partition("/")[0]
        found.setdefault(layer, []).append(numbers[at : at + size].reshape(weight["shape"]))
        at += size
    return found


def predict(images: np.ndarray) -> np.ndarray:
    """(N, classes) for (N, H, W, C) pixels from 0 to 255."""
    return _load().predict_on_batch(images)
