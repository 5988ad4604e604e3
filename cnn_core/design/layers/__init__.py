"""The layer types: one class each, and all of them by their Keras name."""

from typing import Annotated

from pydantic import Field

from cnn_core.design.layers.backbone import Backbone, BackboneBlock
from cnn_core.design.layers.base import BaseLayer
from cnn_core.design.layers.convolution import Conv2D, DepthwiseConv2D, SeparableConv2D
from cnn_core.design.layers.core import Activation, BatchNormalization, Dense, Dropout, Flatten
from cnn_core.design.layers.pooling import (
    AveragePooling2D,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
    ZeroPadding2D,
)

LAYER_TYPES: dict[str, type[BaseLayer]] = {
    kind.__name__: kind
    for kind in (
        Conv2D, SeparableConv2D, DepthwiseConv2D, MaxPooling2D, AveragePooling2D, GlobalAveragePooling2D,
        GlobalMaxPooling2D, ZeroPadding2D, Flatten, Dense, Dropout, BatchNormalization, Activation,
    )
}  # fmt: skip
"""Those of Keras."""
DESIGN_TYPES: dict[str, type[BaseLayer]] = {**LAYER_TYPES, "Backbone": Backbone}
"""All that a design is made of."""

Layer = Annotated[
    Conv2D
    | SeparableConv2D
    | DepthwiseConv2D
    | MaxPooling2D
    | AveragePooling2D
    | GlobalAveragePooling2D
    | GlobalMaxPooling2D
    | ZeroPadding2D
    | Flatten
    | Dense
    | Dropout
    | BatchNormalization
    | Activation
    | Backbone
    | BackboneBlock,
    Field(discriminator="type"),
]
