"""Models to be exported, with all that a design can have."""

import keras
import numpy as np

from cnn_core.design.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
    SeparableConv2D,
    ZeroPadding2D,
)
from cnn_core.design.network import Network
from cnn_core.training.build import build

EVERY = Network(
    name="every layer",
    input_shape=(14, 12, 3),
    layers=(
        ZeroPadding2D(padding=((1, 2), (0, 1))),
        Conv2D(filters=6, kernel_size=(3, 2), groups=3, activation="silu"),
        DepthwiseConv2D(kernel_size=2, dilation_rate=(2, 3), depth_multiplier=2, activation="leaky_relu"),
        BatchNormalization(scale=False),
        AveragePooling2D(pool_size=2, strides=1, padding="same"),
        SeparableConv2D(filters=5, kernel_size=3, strides=(1, 2), dilation_rate=2, padding="same", activation="mish"),
        Dense(units=8, activation="hard_sigmoid"),
        MaxPooling2D(pool_size=2, padding="same"),
        Conv2D(filters=4, kernel_size=2, dilation_rate=2, activation="gelu", padding="same"),
        Activation(activation="selu"),
        GlobalAveragePooling2D(keepdims=True),
        GlobalMaxPooling2D(keepdims=True),
        Dropout(rate=0.3),
        Flatten(),
        Flatten(),
        Dense(units=3, activation="softmax"),
    ),
)
"""Each layer type, and whatever one of the forms has another way to say."""


def with_weights(network: Network, seed: int) -> keras.Sequential:
    """Weights that show every mistake: no zeros, variances above zero."""
    model, random = build(network), np.random.default_rng(seed)
    for layer in model.layers:
        values = [random.normal(0, 0.5, weight.shape) for weight in layer.get_weights()]
        if isinstance(layer, keras.layers.BatchNormalization):
            values[-1] = np.abs(values[-1]) + 0.1
        layer.set_weights(values)
    return model
