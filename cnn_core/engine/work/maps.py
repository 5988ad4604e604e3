"""Maps: what every layer of a network makes of one image, for a picture of it that a browser cannot compute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cnn_core.design.arithmetic import sides
from cnn_core.design.network import Network
from cnn_core.engine.work.base import BACKGROUND, Key, Work, brief
from cnn_core.engine.work.context import Context
from cnn_core.errors import EngineError
from cnn_core.exchange.maps import ImageMaps, LayerMaps, Plan, chosen_weights, layer_maps, plan
from cnn_core.exchange.weights import Pixels, Weights
from cnn_core.language import Text

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Random:
    """Random weights for a network that was never trained: those that a training with this `seed` would begin with."""

    seed: int
    pixels: Pixels


@dataclass(frozen=True, eq=False)
class Maps(Work):
    """What `cnn_core.exchange.maps` keeps of the image and of every layer's output.

    Args:
        network: all of whose layers fit; of a backbone that is not opened, what comes out is shown.
        learned: the key of a model in the library, weights, or random ones.
        image: uint8, (H, W, C), raw pixels, of the network's input shape.
    """

    network: Network
    learned: str | Weights | Random
    image: np.ndarray

    def needs(self) -> tuple[Key, ...]:
        return (Key("model", self.learned),) if isinstance(self.learned, str) else ()

    def run(self, context: Context) -> ImageMaps:
        """Computed with a blank image beside it: activity is what differs."""
        import keras

        model = context.model(self.learned) if isinstance(self.learned, str) else built_with(self.network, self.learned)
        if self.image.shape != model.input_shape[1:]:
            expected, received = sides(model.input_shape[1:]), sides(self.image.shape)
            raise EngineError(Text("This network takes other images"), expected=expected, received=received)
        scaled = len(model.layers) - len(self.network.opened().layers)
        ends = [scaled + end for end in self.network.ends()]
        layers = [model.layers[end] for end in ends]
        made = plan([self.image.shape, *(layer.output.shape[1:] for layer in layers)])
        own = [() if isinstance(layer, keras.Model) else layer.weights for layer in layers]
        weights = [[np.asarray(variable, np.float32) for variable in variables] for variables in own]
        kept = _kept(model, ends, made, self.image, context)
        return ImageMaps("scaled" if scaled else "raw", made, kept, chosen_weights(made, weights))

    def in_words(self, error: Exception) -> EngineError:
        return EngineError(Text("The network could not be shown at work"), received=brief(error))


class LongMaps(Maps):
    """The same of a network that takes seconds: people who ask for a prediction meanwhile do not wait for it."""

    place = BACKGROUND


def _kept(model: keras.Model, ends: Sequence[int], made: Plan, image: np.ndarray, context: Context) -> list[LayerMaps]:
    """Layer by layer: only what is kept of one stays while the next one is computed.

    Args:
        ends: the places of the layers that are shown.
    """
    from keras import ops

    value: Any = ops.convert_to_tensor(np.stack([image, np.zeros_like(image)]).astype(np.float32))
    kept = [layer_maps(made.cuts[0], *ops.convert_to_numpy(value))]
    for place, layer in enumerate(model.layers):
        if context.stopped():
            raise EngineError(Text("This was stopped"))
        value = layer(value, training=False)
        if place in ends:
            kept.append(layer_maps(made.cuts[len(kept)], *ops.convert_to_numpy(ops.cast(value, "float32"))))
        context.report((len(kept) - 1) / (len(made.cuts) - 1))
    return kept


def built_with(network: Network, learned: Weights | Random) -> keras.Model:
    from cnn_core.training.build import build

    if isinstance(learned, Random):
        return build(network, seed=learned.seed, pixels=learned.pixels)
    model = build(network, pixels=learned.pixels)
    for layer, arrays in zip(model.layers[-len(network.opened().layers) :], learned.arrays, strict=True):
        if arrays is not None:
            layer.set_weights(list(arrays))
    return model
