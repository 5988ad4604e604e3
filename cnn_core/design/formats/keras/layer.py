"""One layer of Keras's JSON as a plain layer of ours, whichever version of Keras wrote it.

What decides over shapes, parameters and what a trained layer computes is carried over or refused. What only guides
training, such as an initializer or a regularizer, is left out and told.
"""

import reprlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cnn_core.design.formats.keras.names import activation_layer, activation_name, is_automatic, today
from cnn_core.design.layers import LAYER_TYPES
from cnn_core.errors import DesignError, Words
from cnn_core.language import Text, joined

Item = dict[str, Any]
"""A layer as Keras writes it: class_name and config, and more by version."""

_STARTS = {
    "kernel_initializer": "glorotuniform",
    "depthwise_initializer": "glorotuniform",
    "pointwise_initializer": "glorotuniform",
    "bias_initializer": "zeros",
    "beta_initializer": "zeros",
    "gamma_initializer": "ones",
    "moving_mean_initializer": "zeros",
    "moving_variance_initializer": "ones",
}
"""The initializers that training here uses."""
_GLOROT = {"scale": 1.0, "mode": "fan_avg", "distribution": "uniform"}
"""The VarianceScaling that GlorotUniform is."""
_SILENT = {"data_format", "batch_input_shape", "batch_shape", "input_dim", "renorm_momentum", "lora_alpha", "fused"}
"""Arguments that say nothing, or nothing more than the rest of the file."""
_FIXED = {"trainable": True, "synchronized": False, "renorm": False, "mode": 0}
"""Arguments we know with one value only."""
_GUIDES = ("_initializer", "_regularizer", "_constraint")
_TRAINING_ONLY = {"name", "trainable", "dtype", "seed", "noise_shape", "synchronized"}
"""Besides the guides, what changes no shape, no parameter and nothing that a trained layer computes."""
_KERAS = {"keras", "tf_keras", "tensorflow"}
"""The packages that Keras's own classes are in."""
_MOST_VALUES = 5
"""How many different values of one argument are told."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a file says of one argument and the design does not: its values there, and in which layers (from 1)."""

    argument: str
    values: tuple[Words, ...]
    layers: tuple[int, ...]

    @property
    def told(self) -> Text:
        """It in a line; most of it is a stranger's text."""
        values = [*self.values[:_MOST_VALUES], *(["…"] if len(self.values) > _MOST_VALUES else [])]
        return Text.plural(
            "{argument}: {values} (layer {layers})",
            "{argument}: {values} (layers {layers})",
            len(self.layers),
            argument=self.argument,
            values=joined(values),
            layers=", ".join(map(str, self.layers)),
        )


def is_item(item: Any) -> bool:
    """Whether it is written as a layer at all."""
    return isinstance(item, dict) and isinstance(item.get("class_name"), str) and isinstance(item.get("config"), dict)


def is_custom(item: Item) -> bool:
    """Whether its class is somebody's own, whatever it is called: Keras 3 says where it is from."""
    module, registered = item.get("module"), item.get("registered_name")
    foreign = isinstance(module, str) and module.split(".")[0] not in _KERAS
    return foreign or (isinstance(registered, str) and ">" in registered)


def modern(item: Item) -> Item:
    """``item`` as Keras 3 would write it."""
    kind, config = today(item["class_name"], item["config"])
    return item | {"class_name": kind, "config": config}


def our_layer(number: int, item: Item, data_format: str, rank: int) -> tuple[dict, dict[str, str]]:
    """A modern ``item`` as a plain layer, and by argument what was left out of it.

    Args:
        rank: axes of what arrives, the batch among them: 4 for maps, 2 for vectors.
    """
    kind, config = activation_layer(number, item["class_name"], item["config"])
    if is_custom(item):
        raise _custom(number, kind)
    if kind not in LAYER_TYPES:
        raise _unknown(number, kind)
    known = {name: value for name, value in config.items() if name in LAYER_TYPES[kind].model_fields}
    if "activation" in known:
        known["activation"] = activation_name(known["activation"])
    rest = {name: value for name, value in config.items() if name not in known and not _is_neutral(name, value, item)}
    if "axis" in rest and _is_channels(rest["axis"], data_format, rank):
        del rest["axis"]
    left = {name: value for name, value in rest.items() if name in _TRAINING_ONLY or name.endswith(_GUIDES)}
    if strange := {name: value for name, value in rest.items() if name not in left}:
        raise _strange(number, kind, strange)
    return {"type": kind, **known}, {name: _words(value) for name, value in left.items()}


def gathered(left: Sequence[dict[str, Words]]) -> tuple[LeftOut, ...]:
    """What was left out of all layers, each argument once."""
    arguments = dict.fromkeys(name for told in left for name in told)
    return tuple(
        LeftOut(
            name,
            tuple(dict.fromkeys(told[name] for told in left if name in told)),
            tuple(number for number, told in enumerate(left, start=1) if name in told),
        )
        for name in arguments
    )


def short(value: Any) -> str:
    """A value of a stranger's on one line, as text without control characters."""
    text = value if isinstance(value, str) else reprlib.repr(value)
    text = text if text.isprintable() else ascii(text)[1:-1]
    return text if len(text) <= 80 else text[:77] + "..."


def _custom(number: int, kind: str) -> DesignError:
    what = Text("Layer {number}: {type} is a class of somebody's own", number=number, type=short(kind))
    expected, todo = Text("Keras's own layers"), Text("Build the model without it, and save it again.")
    return DesignError(what, expected=expected, todo=todo)


def _unknown(number: int, kind: str) -> DesignError:
    expected = Text("one of {choices}", choices=", ".join(LAYER_TYPES))
    if kind == "Lambda":
        what = Text("Layer {number}: Lambda runs code of its own, which is not opened here", number=number)
        return DesignError(what, expected=expected, todo=Text("Save the model without it."))
    what = Text("Layer {number}: {type} is not a layer that this studio has", number=number, type=short(kind))
    return DesignError(what, expected=expected)


def _strange(number: int, kind: str, strange: dict[str, Any]) -> DesignError:
    arguments = ", ".join(field for field in LAYER_TYPES[kind].model_fields if field != "type")
    names = short(", ".join(strange))
    return DesignError(
        Text("Layer {number} ({type}): this studio cannot open {names}", number=number, type=kind, names=names),
        expected=Text("only {arguments}, and Keras's defaults for the rest", arguments=arguments)
        if arguments
        else Text("only Keras's default arguments"),
        received=short(", ".join(f"{name} = {reprlib.repr(value)}" for name, value in strange.items())),
    )


def _is_neutral(name: str, value: Any, item: Item) -> bool:
    """Whether an argument we don't have is at the value that we take for granted."""
    if name in _SILENT or value is None:
        return True
    if name in _FIXED:
        return value == _FIXED[name]
    if name in _STARTS:
        return _initializer(value) == _STARTS[name]
    if name == "dtype":
        return value == "float32" or (isinstance(value, dict) and value.get("config") == {"name": "float32"})
    return name == "name" and is_automatic(value, item["class_name"])


def _initializer(value: Any) -> str:
    """An initializer's name without capitals and underscores: Keras 1 wrote text, later ones a class."""
    kind, config = (value.get("class_name"), value.get("config")) if isinstance(value, dict) else (value, {})
    if kind == "VarianceScaling" and isinstance(config, dict) and config | _GLOROT == config:
        return "glorotuniform"
    return kind.replace("_", "").lower() if isinstance(kind, str) else ""


def _is_channels(axis: Any, data_format: str, rank: int) -> bool:
    """Whether the ``axis`` of a normalization is the channels, as ours always is."""
    axis = axis[0] if isinstance(axis, list) and len(axis) == 1 else axis
    channels = 1 if rank == 4 and data_format == "channels_first" else rank - 1
    return type(axis) is int and axis in (channels, channels - rank)


def _words(value: Any) -> str:
    """An argument's value in words: 'L2 (l2 0.01)'."""
    if not isinstance(value, dict):
        return short(value)
    kind, config = value.get("class_name", value.get("name")), value.get("config", value)
    parts = config.items() if isinstance(config, dict) else ()
    numbers = [f"{name} {part:g}" for name, part in parts if isinstance(part, float)]
    texts = [f"{name} {part}" for name, part in parts if isinstance(part, str) and part != kind]
    told = ", ".join(numbers + texts)
    return short(f"{kind} ({told})" if told else kind)
