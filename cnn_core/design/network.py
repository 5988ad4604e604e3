"""A network as data: an input shape and a stack of layers. Every edit makes a new one."""

import json
import reprlib
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, Strict

from cnn_core.design.fields import MAX_NAME, Shape, checked, each
from cnn_core.design.formats import texts
from cnn_core.design.formats.keras.writing import to_keras
from cnn_core.design.formats.texts import MAX_JSON_BYTES
from cnn_core.design.layers import DESIGN_TYPES, Backbone, Layer
from cnn_core.design.layers.base import BaseLayer
from cnn_core.errors import DesignError
from cnn_core.language import N_, Text

MAX_LAYERS = 200
MAX_STEPS = 100

DataFormat = Literal["channels_last", "channels_first"]
InputSide = Annotated[int, Strict(), Field(ge=1, le=4096)]


class Network(BaseModel):
    """A sequential network.

    ``input_shape`` is (height, width, channels), always channels last. ``data_format`` is the layout in which shapes
    are shown and exported. (It matters to one sum: a Dense layer on a map works on the last axis of that layout.)
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field("network", min_length=1, max_length=MAX_NAME, description=N_("What you call it."))
    input_shape: tuple[InputSide, InputSide, InputSide] = Field(
        (28, 28, 1), description=N_("Height, width and channels of an image.")
    )
    data_format: DataFormat = Field("channels_last", description=N_("Where the channels are shown: last or first."))
    layers: tuple[Layer, ...] = Field((), max_length=MAX_LAYERS, description=N_("The layers, from input to output."))

    @property
    def family(self) -> Literal["CNN", "DNN"]:
        """A network with any convolution is a CNN, any other one a DNN."""
        return "CNN" if any(layer.kind == "convolution" for layer in self.layers) else "DNN"

    def with_layers(self, layers: tuple[BaseLayer, ...]) -> Self:
        """The same network with other layers. Raises DesignError above `MAX_LAYERS`."""
        if len(layers) > MAX_LAYERS:
            raise _too_many(len(layers))
        return self.changed(layers=tuple(layers))

    def changed(self, **fields: Any) -> Self:
        """The same network with some fields changed. Raises DesignError for values that they cannot take."""
        return checked(type(self), dict(self) | fields, Text("The design"))

    @property
    def backbone(self) -> Backbone | None:
        """The trained network that it begins with, if it does."""
        first = self.layers[0] if self.layers else None
        return first if isinstance(first, Backbone) else None

    def opened(self) -> Self:
        """With each block of its backbone as a layer of its own: so it is built. Without a backbone, as it is."""
        return self.with_layers((*self.backbone.opened(), *self.layers[1:])) if self.backbone else self

    def ends(self) -> list[int]:
        """The place at which each of its layers ends when it is opened."""
        more = len(self.backbone.opened()) - 1 if self.backbone else 0
        return [place + more for place in range(len(self.layers))]

    def insert(self, index: int, layer: BaseLayer) -> Self:
        """``layer`` put before position ``index`` (0 to the number of layers)."""
        return self.with_layers((*self.layers[:index], layer, *self.layers[index:]))

    def remove(self, index: int) -> Self:
        """Without the layer at ``index``."""
        return self.with_layers((*self.layers[:index], *self.layers[index + 1 :]))

    def replace(self, index: int, layer: BaseLayer) -> Self:
        """``layer`` in the place of the one at ``index``."""
        return self.with_layers((*self.layers[:index], layer, *self.layers[index + 1 :]))

    def duplicate(self, index: int) -> Self:
        """The layer at ``index`` twice in a row."""
        return self.insert(index, self.layers[index])

    def move(self, index: int, target: int) -> Self:
        """The layer at ``index`` taken out and put at position ``target``, clipped to the stack."""
        target = min(max(target, 0), len(self.layers) - 1)
        return self.remove(index).insert(target, self.layers[index])

    def to_json(self) -> str:
        """The design as readable JSON, every argument written out."""
        return json.dumps(self.model_dump(), indent=2)

    def to_keras_json(self) -> str:
        """The design as `keras.models.model_from_json` reads it, in the layout of ``data_format``.

        Raises DesignError for one with a backbone: it is no layer of Keras.
        """
        if self.backbone:
            todo = Text("Save the design as it is here, or train it: the model's file has everything.")
            raise DesignError(Text("Keras has no layer for a whole backbone"), todo=todo)
        return json.dumps(to_keras(self.model_dump()), indent=2)

    def to_token(self) -> str:
        """The design as short URL-safe text."""
        layers = [{"type": layer.type} | layer.model_dump(exclude_defaults=True) for layer in self.layers]
        return texts.pack(self.model_dump(exclude={"layers"}, exclude_defaults=True) | {"layers": layers})

    @classmethod
    def from_json(cls, text: str | bytes, limit: int = MAX_JSON_BYTES) -> Self:
        """The design in ``text``, as `to_json` wrote it. Raises DesignError in words, naming the place."""
        return cls.from_plain(texts.read_json(text, limit))

    @classmethod
    def from_token(cls, token: str) -> Self:
        """The inverse of `to_token`. Raises DesignError when ``token`` was cut or changed."""
        return cls.from_plain(texts.unpack(token))

    @classmethod
    def from_plain(cls, plain: Any) -> Self:
        """The design in plain data, as `model_dump` makes it. Raises DesignError in words, naming the place."""
        layers = plain.get("layers", []) if isinstance(plain, dict) else []
        if isinstance(layers, list) and len(layers) > MAX_LAYERS:
            raise _too_many(len(layers))
        if isinstance(layers, list) and isinstance(plain, dict):
            plain = plain | {"layers": tuple(each(layers, _layer))}
        return checked(cls, plain, Text("The design"))


@dataclass(frozen=True, slots=True)
class History:
    """The present network, those before it (newest last) and those undone (next to redo last)."""

    present: Network
    past: tuple[Network, ...] = ()
    future: tuple[Network, ...] = ()

    def push(self, network: Network) -> "History":
        """``network`` as the new present; what was undone is forgotten, and so is all beyond `MAX_STEPS`."""
        if network == self.present:
            return self
        return History(network, (*self.past, self.present)[-MAX_STEPS:])

    def undo(self) -> "History":
        """One step back, or itself where there is none."""
        return History(self.past[-1], self.past[:-1], (*self.future, self.present)) if self.past else self

    def redo(self) -> "History":
        """One undone step again, or itself where there is none."""
        return History(self.future[-1], (*self.past, self.present), self.future[:-1]) if self.future else self


def _too_many(layers: int) -> DesignError:
    return DesignError(
        Text("The design would have too many layers"),
        expected=Text("at most {most}", most=MAX_LAYERS),
        received=f"{layers:,}",
    )


def _layer(number: int, plain: Any) -> BaseLayer:
    """Layer ``number`` (from 1) of a file, checked on its own so that an error can name it."""
    kind = plain.get("type") if isinstance(plain, dict) else None
    if isinstance(plain, dict) and (not isinstance(kind, str) or kind not in DESIGN_TYPES):
        raise DesignError(
            Text("Layer {number} is of an unknown type", number=number),
            expected=Text("one of {choices}", choices=", ".join(DESIGN_TYPES)),
            received=reprlib.repr(kind) if "type" in plain else Text("no type"),
        )
    place = Text("Layer {number} ({type})", number=number, type=kind) if kind else Text("Layer {number}", number=number)
    return checked(DESIGN_TYPES.get(str(kind), BaseLayer), plain, place)


def another_name(name: str) -> str:
    """A name like ``name`` that is not ``name``, no longer than one may be."""
    ends = (" (second)", " (2)")
    return next(other for end in ends if (other := name[: MAX_NAME - len(end)] + end) != name)


def shown(shape: Shape, data_format: str) -> Shape:
    """A channels-last ``shape`` in the layout of ``data_format``: (26, 26, 32) as (32, 26, 26) for channels first."""
    return (shape[2], *shape[:2]) if data_format == "channels_first" and len(shape) == 3 else shape


def unshown(shape: Shape, data_format: str) -> Shape:
    """The inverse of `shown`."""
    return (*shape[1:], shape[0]) if data_format == "channels_first" and len(shape) == 3 else shape
