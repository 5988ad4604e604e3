"""OneLayer: what comes into one layer of a network, and its weights, so that its window can be moved by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from cnn_core.design.arithmetic import sides
from cnn_core.design.network import Network
from cnn_core.engine.work.base import Key, Work, brief
from cnn_core.engine.work.context import Context
from cnn_core.engine.work.maps import Random, built_with
from cnn_core.errors import EngineError
from cnn_core.exchange.weights import Weights
from cnn_core.language import Text

if TYPE_CHECKING:
    import keras


class LayerAtWork(NamedTuple):
    """The layer's input (H, W, channels), its weights in the order of Keras's `layer.get_weights()`, and its output."""

    image: np.ndarray
    weights: list[np.ndarray]
    output: np.ndarray


@dataclass(frozen=True, eq=False)
class OneLayer(Work):
    """A layer for one image.

    Args:
        network: whose layers fit up to this one.
        learned: the key of a model in the library, weights, or random ones.
        layer: its place in the network.
        image: uint8, (H, W, C), raw pixels, of the network's input shape.
    """

    network: Network
    learned: str | Weights | Random
    layer: int
    image: np.ndarray

    def needs(self) -> tuple[Key, ...]:
        return (Key("model", self.learned),) if isinstance(self.learned, str) else ()

    def run(self, context: Context) -> LayerAtWork:
        from keras import ops

        learned = self.learned
        model = context.model(learned) if isinstance(learned, str) else built_with(self.network, learned)
        if self.image.shape != model.input_shape[1:]:
            expected, received = sides(model.input_shape[1:]), sides(self.image.shape)
            raise EngineError(Text("This network takes other images"), expected=expected, received=received)
        before, layer = self._split(model)
        value: Any = ops.convert_to_tensor(self.image[np.newaxis].astype(np.float32))
        for one in before:
            value = one(value, training=False)
        weights = [np.asarray(variable, np.float32) for variable in layer.weights]
        plain = [ops.convert_to_numpy(ops.cast(one, "float32"))[0] for one in (value, layer(value, training=False))]
        return LayerAtWork(plain[0], weights, plain[1])

    def _split(self, model: keras.Model) -> tuple[list[keras.Layer], keras.Layer]:
        """The layers before this one, the scaling of pixels among them, and it."""
        layers = list(model.layers)
        place = len(layers) - len(self.network.opened().layers) + self.network.ends()[self.layer]
        return layers[:place], layers[place]

    def in_words(self, error: Exception) -> EngineError:
        return EngineError(Text("The network could not be shown at work"), received=brief(error))
