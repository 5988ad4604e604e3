"""A network as a layers model of TensorFlow.js: `model.json` and `weights.bin`.

The package tensorflowjs cannot be installed beside TensorFlow 2.21. The format is short: the configuration as Keras 2
wrote it, and a list of all arrays with their place in one file of 32-bit numbers
(https://www.tensorflow.org/js/guide/conversion). No Keras is needed.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from cnn_core.design.arithmetic import span
from cnn_core.design.layers.base import BaseLayer
from cnn_core.design.network import Network
from cnn_core.design.shapes import LayerReport
from cnn_core.errors import EngineError
from cnn_core.exchange.weights import Arrays, built
from cnn_core.language import Text

MODEL, WEIGHTS = "model.json", "weights.bin"
_ARRAYS = {
    "Conv2D": ("kernel", "bias"),
    "Dense": ("kernel", "bias"),
    "DepthwiseConv2D": ("depthwise_kernel", "bias"),
    "SeparableConv2D": ("depthwise_kernel", "pointwise_kernel", "bias"),
    "BatchNormalization": ("gamma", "beta", "moving_mean", "moving_variance"),
}
"""What TensorFlow.js calls the arrays of a layer, in Keras's order."""
_WITHOUT = {"bias": "use_bias", "gamma": "scale", "beta": "center"}
"""Arrays that a layer may lack, and the argument that says so."""
_NAMES = {"silu": "swish"}
_AS_LAYERS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "leaky_relu": [("LeakyReLU", {"alpha": 0.2})],
    # Keras 3 rises by 1/6 and not, as TensorFlow.js still does, by 1/5: relu6(x + 3) / 6.
    "hard_sigmoid": [
        ("Rescaling", {"scale": 1.0, "offset": 3.0}),
        ("ReLU", {"max_value": 6.0}),
        ("Rescaling", {"scale": 1 / 6, "offset": 0.0}),
    ],
}
"""Activations that TensorFlow.js has only as layers of their own."""
_UNKNOWN = ("exponential",)
_NEVER_DILATED = ("DepthwiseConv2D", "SeparableConv2D")
"""TensorFlow.js overlooks the dilation_rate of one, and of the other refuses it beside strides."""


class Part(NamedTuple):
    """A layer of TensorFlow.js: its class, its arguments, and its arrays by name."""

    kind: str
    config: dict[str, Any]
    arrays: dict[str, np.ndarray]


def layers_model(network: Network, arrays: Sequence[Arrays], *, scaled: bool) -> dict[str, bytes]:
    """The content of both files by name.

    Args:
        arrays: of each layer, as `exchange.weights.Weights` has them.
        scaled: whether pixels are divided by 255 first.

    Raises:
        EngineError: for what TensorFlow.js does not have.
    """
    parts = [Part("Rescaling", {"scale": 1 / 255, "offset": 0.0}, {})] if scaled else []
    for number, (report, learned) in enumerate(zip(built(network).reports, arrays, strict=True), start=1):
        _check(number, report.layer)
        parts += _parts(report, learned)
    names = [f"layer_{number}" for number in range(len(parts))]
    source = {"name": "image", "batch_input_shape": [None, *network.input_shape], "dtype": "float32", "sparse": False}
    layers = [("InputLayer", source)]
    layers += [(part.kind, part.config | {"name": name}) for name, part in zip(names, parts, strict=True)]
    stored = {
        f"{name}/{array}": value
        for name, part in zip(names, parts, strict=True)
        for array, value in part.arrays.items()
    }
    content = b"".join(np.ascontiguousarray(value, "<f4").tobytes() for value in stored.values())
    return {MODEL: json.dumps(_model(layers, stored)).encode(), WEIGHTS: content}


def _check(number: int, layer: BaseLayer) -> None:
    if layer.type in ("Backbone", "BackboneBlock"):
        raise _refused(Text("The blocks of a trained network cannot be written for TensorFlow.js"))
    if (activation := layer.arguments().get("activation")) in _UNKNOWN:
        what = Text("Layer {number}: TensorFlow.js has no {activation}", number=number, activation=activation)
        raise _refused(what)


def _refused(what: Text) -> EngineError:
    return EngineError(what, todo=Text("Take another form, such as TensorFlow Lite"))


def _parts(report: LayerReport, learned: Arrays) -> Iterator[Part]:
    """A layer, as one of TensorFlow.js or as several."""
    layer, config = report.layer, report.layer.arguments()
    if layer.type == "Flatten" and len(report.input_shape) == 1:
        return  # TensorFlow.js refuses a second Flatten, which does nothing
    names = [name for name in _ARRAYS.get(layer.type, ()) if config.get(_WITHOUT.get(name, ""), True)]
    arrays = dict(zip(names, learned, strict=True))
    activation = config.get("activation", "linear")
    if "activation" in config:
        config["activation"] = "linear" if activation in _AS_LAYERS else _NAMES.get(activation, activation)
    if config.pop("groups", 1) > 1:
        arrays["kernel"] = ungrouped(arrays["kernel"], report.input_shape[-1])
    if layer.type in _NEVER_DILATED:
        arrays["depthwise_kernel"] = dilated(arrays["depthwise_kernel"], config["dilation_rate"])
        config |= {"kernel_size": arrays["depthwise_kernel"].shape[:2], "dilation_rate": (1, 1)}
    kept = config.pop("keepdims", False)
    yield Part(layer.type, config | _layout(layer), arrays)
    if kept:
        yield Part("Reshape", {"target_shape": report.output_shape}, {})
    for kind, arguments in _AS_LAYERS.get(activation, ()):
        yield Part(kind, arguments, {})


def _layout(layer: BaseLayer) -> dict[str, Any]:
    if layer.type == "BatchNormalization":
        return {"axis": -1}
    return {} if layer.type in ("Dense", "Dropout", "Activation") else {"data_format": "channels_last"}


def ungrouped(kernel: np.ndarray, channels: int) -> np.ndarray:
    """The kernel of a grouped convolution for one without groups, which TensorFlow.js does not have.

    Args:
        kernel: (rows, columns, channels / groups, filters).

    Returns:
        (rows, columns, channels, filters): a filter has zeros for the channels of other groups.
    """
    each, filters = kernel.shape[2:]
    groups = channels // each
    whole = np.zeros((*kernel.shape[:2], groups, each, groups, filters // groups), kernel.dtype)
    for group, own in enumerate(np.split(kernel, groups, axis=3)):
        whole[:, :, group, :, group] = own
    return whole.reshape(*kernel.shape[:2], channels, filters)


def dilated(kernel: np.ndarray, rates: tuple[int, int]) -> np.ndarray:
    """The kernel (rows, columns, ...) that computes the same without dilation: with zeros in its gaps."""
    rows, columns = map(span, kernel.shape[:2], rates)
    whole = np.zeros((rows, columns, *kernel.shape[2:]), kernel.dtype)
    whole[:: rates[0], :: rates[1]] = kernel
    return whole


def _model(layers: Sequence[tuple[str, dict[str, Any]]], stored: dict[str, np.ndarray]) -> dict[str, Any]:
    items = [{"class_name": kind, "config": config} for kind, config in layers]
    weights = [{"name": name, "shape": value.shape, "dtype": "float32"} for name, value in stored.items()]
    return {
        "format": "layers-model",
        "generatedBy": "CNN Studio",
        "convertedBy": None,
        "modelTopology": {
            "keras_version": "2.15.0",
            "backend": "tensorflow",
            "model_config": {"class_name": "Sequential", "config": {"name": "model", "layers": items}},
        },
        "weightsManifest": [{"paths": [WEIGHTS], "weights": weights}],
    }
