"""A layer of a design as Keras's."""

from collections.abc import Callable
from typing import Any

import keras

from cnn_core.design.fields import Shape
from cnn_core.design.layers import BackboneBlock
from cnn_core.design.layers.base import BaseLayer
from cnn_core.design.layers.blocks import Block, Squeeze

_DRAWN = {
    "Conv2D": ("kernel_initializer",),
    "DepthwiseConv2D": ("depthwise_initializer",),
    "SeparableConv2D": ("depthwise_initializer", "pointwise_initializer"),
    "Dense": ("kernel_initializer",),
    "Dropout": ("seed",),
}
"""What Keras draws by chance when it makes a layer, in its order."""
Draw = Callable[[], int]
"""Gives a seed."""


class _EveryNth(keras.layers.Layer):
    """Of feature maps (N, H, W, C), every n-th row and every m-th column; `strides` is (n, m)."""

    def __init__(self, strides: tuple[int, int], dtype: str):
        super().__init__(dtype=dtype)
        self._rows, self._columns = strides

    def call(self, maps: Any) -> Any:
        return maps[:, :: self._rows, :: self._columns]


def keras_layers(layer: BaseLayer, shape: Shape, draw: Draw, policy: str, *, to_train: bool) -> list[keras.Layer]:
    """The layer for what has `shape`; where it needs something in front of it to be trained (`build.build`), both.

    Args:
        policy: a Keras dtype policy.
    """
    if isinstance(layer, BackboneBlock):
        (block,) = layer.planned()
        return [_block(block, shape, draw, policy, to_train=to_train)]
    arguments, before = layer.model_dump(exclude={"type"}), []
    if to_train and arguments.get("kernel_size") == (1, 1) and arguments["strides"] != (1, 1):
        before = [_EveryNth(arguments.pop("strides"), policy)]
    return [*before, getattr(keras.layers, layer.type)(**arguments, **_drawn(layer.type, draw), dtype=policy)]


def behind(model: keras.Model, depth: int, kept: int) -> list[keras.Layer]:
    """Of a model whose opened design has `depth` layers, those behind the first `kept`."""
    own = [place for place, layer in enumerate(model.layers) if not isinstance(layer, _EveryNth)][-depth:]
    start = own[kept]
    if start and isinstance(model.layers[start - 1], _EveryNth):
        start -= 1
    return list(model.layers[start:])


def _drawn(kind: str, draw: Draw) -> dict[str, Any]:
    return {
        name: draw() if name == "seed" else keras.initializers.GlorotUniform(draw()) for name in _DRAWN.get(kind, ())
    }


def _block(block: Block, shape: Shape, draw: Draw, policy: str, *, to_train: bool) -> keras.Model:
    """The layers of a block as a model of its own."""

    def through(layers: tuple[BaseLayer, ...], value: Any) -> Any:
        for layer in layers:
            for one in keras_layers(layer, value.shape[1:], draw, policy, to_train=to_train):
                value = one(value)
        return value

    arriving = keras.Input(shape)
    around = None if block.shortcut is None else through(block.shortcut, arriving)
    cut = block.squeeze.after if block.squeeze else len(block.path)
    value = through(block.path[:cut], arriving)
    if block.squeeze:
        value = keras.layers.Multiply(dtype=policy)([value, _passed_on(block.squeeze, value, draw, policy)])
    value = through(block.path[cut:], value)
    if block.drop:
        whole = (None, 1, 1, 1)  # all of an image's path, or nothing of it
        value = keras.layers.Dropout(block.drop, noise_shape=whole, seed=draw(), dtype=policy)(value)
    if around is not None:
        value = keras.layers.Add(dtype=policy)([around, value])
    return keras.Model(arriving, through(block.last, value))


def _passed_on(squeeze: Squeeze, value: Any, draw: Draw, policy: str) -> Any:
    """Of each map, the fraction that is passed on, (N, 1, 1, maps)."""
    found = keras.layers.GlobalAveragePooling2D(keepdims=True, dtype=policy)(value)
    for layer in squeeze.layers(value.shape[-1]):
        (one,) = keras_layers(layer, found.shape[1:], draw, policy, to_train=False)
        found = one(found)
    return found
