"""A Keras model as the files of each form. Keras and TensorFlow are imported on a worker, when something is written."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from cnn_core.design.network import Network
from cnn_core.errors import EngineError
from cnn_core.exchange.exports.tfjs import layers_model
from cnn_core.exchange.forms import FORMS
from cnn_core.language import Text


def write(form: str, model: Any, network: Network, folder: Path) -> None:
    """Write the files of a form into `folder`.

    Args:
        model: a keras.Model, all of it in 32-bit numbers, as every model that a training leaves.
        network: its design.

    Raises:
        EngineError: the form lacks a package, or what this network is made of.
    """
    if missing := FORMS[form].missing:
        raise EngineError(
            Text("{form} needs packages that are not installed", form=Text(FORMS[form].title)),
            received=Text("without {packages}", packages=", ".join(missing)),
            todo=Text("Whoever runs this server installs them: {install}", install=FORMS[form].install),
        )
    _WRITERS[form](model, network, folder)


def _keras(model: Any, network: Network, folder: Path) -> None:
    model.save(folder / "model.keras")


def _json(model: Any, network: Network, folder: Path) -> None:
    (folder / "model.json").write_text(model.to_json(indent=2), encoding="utf-8")
    model.save_weights(folder / "model.weights.h5")


def _saved_model(model: Any, network: Network, folder: Path) -> None:
    model.export(folder / "model", format="tf_saved_model", verbose=False)


def _tflite(model: Any, network: Network, folder: Path) -> None:
    import tensorflow as tf

    # Keras would also allow operations for which a device needs a large part of TensorFlow besides.
    target = {"supported_ops": [tf.lite.OpsSet.TFLITE_BUILTINS]}
    model.export(folder / "model.tflite", format="litert", verbose=False, target_spec=target)


def _tfjs(model: Any, network: Network, folder: Path) -> None:
    learned = [[np.asarray(weight) for weight in layer.weights] for layer in model.layers]
    scaled = type(model.layers[0]).__name__ == "Rescaling"
    for name, content in layers_model(network, learned[scaled:], scaled=scaled).items():
        (folder / name).write_bytes(content)


def _onnx(model: Any, network: Network, folder: Path) -> None:
    for number, layer in enumerate(network.layers, start=1):
        plain = layer.arguments()
        if plain.get("activation") == "gelu" or plain.get("groups", 1) > 1:
            what = "gelu" if plain["activation"] == "gelu" else "groups"
            raise EngineError(
                Text("Layer {number}: {what} cannot be written as ONNX", number=number, what=what),
                received=Text("tf2onnx, which writes it, does not have this operation"),
                todo=Text("Take another form, such as TensorFlow Lite"),
            )
    model.export(folder / "model.onnx", format="onnx", verbose=False)


_WRITERS: dict[str, Callable[[Any, Network, Path], None]] = {
    "keras": _keras,
    "json": _json,
    "saved-model": _saved_model,
    "tflite": _tflite,
    "tfjs": _tfjs,
    "onnx": _onnx,
}
