"""What earlier versions of Keras called things, by the names of Keras 3, and activations that are layers there."""

import re
import reprlib
from math import isclose
from typing import Any

from cnn_core.errors import DesignError
from cnn_core.language import Text

_CLASSES = {
    "Convolution2D": "Conv2D",
    "AtrousConvolution2D": "Conv2D",
    "SeparableConvolution2D": "SeparableConv2D",
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
}
_ARGUMENTS = {
    "nb_filter": "filters",
    "output_dim": "units",
    "p": "rate",
    "border_mode": "padding",
    "subsample": "strides",
    "atrous_rate": "dilation_rate",
    "dim_ordering": "data_format",
    "bias": "use_bias",
    "init": "kernel_initializer",
    "beta_init": "beta_initializer",
    "gamma_init": "gamma_initializer",
    "input_dtype": "dtype",
}
_PARTS = {"W_": "kernel_", "b_": "bias_"}
_LAYOUTS = {"tf": "channels_last", "th": "channels_first"}
_ALIASES = {"swish": "silu", "softmax_v2": "softmax"}
_FUNCTIONS = {"ReLU", "LeakyReLU", "ELU", "Softmax"}
_NUMBERS = {"max_value", "negative_slope", "alpha", "threshold", "axis"}


def today(kind: str, config: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """A layer's class and arguments under the names of Keras 3; what it calls so already stays as it is."""
    renamed = {_argument(name): value for name, value in config.items()}
    if "nb_row" in renamed and "nb_col" in renamed:
        renamed["kernel_size"] = [renamed.pop("nb_row"), renamed.pop("nb_col")]
    layout = renamed.get("data_format")
    if isinstance(layout, str):
        renamed["data_format"] = _LAYOUTS.get(layout, layout)
    if kind == "ZeroPadding2D":
        renamed |= {"padding": _edges(renamed.get("padding", 1))}
    return _CLASSES.get(kind, kind), renamed


def is_automatic(name: Any, kind: str) -> bool:
    """Whether Keras made a layer's name from its class, such as max_pooling2d_1."""
    plain = re.sub(r"_\d+$", "", name).replace("_", "") if isinstance(name, str) else ""
    classes = {old.lower(): new.lower() for old, new in _CLASSES.items()}
    return classes.get(plain, plain) == kind.lower()


def snake_case(name: str) -> str:
    """What Keras makes of a class's name: "Conv2D" is "conv2d", "MaxPooling2D" is "max_pooling2d"."""
    apart = re.sub(r"([a-z])([A-Z])", r"\1_\2", re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name))
    return apart.lower()


def _argument(name: str) -> str:
    start, rest = name[:2], name[2:]
    if start in _PARTS and rest in ("regularizer", "constraint"):
        return _PARTS[start] + rest
    return _ARGUMENTS.get(name, name)


def _edges(padding: Any) -> Any:
    """Keras 1 also took all four edges in a row: top, bottom, left, right."""
    if isinstance(padding, list) and len(padding) == 4:
        return [padding[:2], padding[2:]]
    return padding


def activation_name(value: Any) -> Any:
    """The name of an activation; what is not known by a name stays as it is."""
    if isinstance(value, dict) and isinstance(value.get("config"), dict):
        return _function(value.get("class_name"), value["config"]) or value
    return _ALIASES.get(value, value) if isinstance(value, str) else value


def activation_layer(number: int, kind: str, config: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The layer as an Activation where it is a function that Keras also knows by a name, or else as it is.

    Raises DesignError for such a function with numbers that no name stands for.
    """
    if kind not in _FUNCTIONS:
        return kind, config
    name = _function(kind, config)
    if name is None:
        raise DesignError(
            Text(
                "Layer {number}: {type} with these numbers is not an activation that this studio has",
                number=number,
                type=kind,
            ),
            expected=Text(
                "relu, relu6, elu with alpha 1, leaky_relu with a slope of 0.2, or softmax over the last axis"
            ),
            received=", ".join(f"{name} = {reprlib.repr(config[name])}" for name in sorted(_NUMBERS & set(config))),
        )
    rest = {argument: value for argument, value in config.items() if argument not in _NUMBERS}
    return "Activation", rest | {"activation": name}


def _function(kind: Any, config: dict[str, Any]) -> str | None:
    """The name of the function that this layer applies, or None."""
    if kind == "ReLU":
        return _relu(config.get("max_value"), config.get("negative_slope"), config.get("threshold"))
    if kind == "LeakyReLU":
        return _relu(None, config.get("negative_slope", config.get("alpha", 0.3)), None)
    if kind == "ELU":
        return "elu" if _equals(config.get("alpha", 1.0), 1) else None
    return "softmax" if kind == "Softmax" and config.get("axis", -1) == -1 else None


def _relu(most: Any, slope: Any, threshold: Any) -> str | None:
    if not _equals(threshold or 0, 0):
        return None
    if most is None:
        return "relu" if _equals(slope or 0, 0) else "leaky_relu" if _equals(slope, 0.2) else None
    return "relu6" if _equals(most, 6) and _equals(slope or 0, 0) else None


def _equals(value: Any, number: float) -> bool:
    """Whether it is that number, to the digits that float32 keeps."""
    return type(value) in (int, float) and abs(value) < 1e9 and isclose(value, number, rel_tol=1e-6)
