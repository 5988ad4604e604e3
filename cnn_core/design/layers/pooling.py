"""Pooling and padding: layers without parameters that change the size of the map."""

from typing import ClassVar, Literal

from pydantic import Field

from cnn_core.design.arithmetic import both_axes, need_map, need_room, number, sides, window_formula, window_side
from cnn_core.design.fields import Edges, Flag, Padding, Pair, Shape
from cnn_core.design.layers.base import BaseLayer, LayerKind
from cnn_core.errors import Words
from cnn_core.language import N_, Text

_TODO = Text("Pool less before it, use a smaller pool_size or padding 'same', or remove this layer.")


class _Pooling(BaseLayer):
    kind: ClassVar[LayerKind] = "pooling"
    pool_size: Pair = Field((2, 2), description=N_("Height and width of the window that becomes one value."))
    strides: Pair | None = Field(None, description=N_("How far the window moves; empty: by its own size."))
    padding: Padding = Field(
        "valid", description=N_("valid: incomplete windows at the border are dropped; same: kept.")
    )

    def window(self) -> tuple[tuple[int, int], tuple[int, int]]:
        return self.pool_size, self.strides or self.pool_size

    def output_shape(self, shape: Shape) -> Shape:
        need_map(shape, self.type)
        windows, strides = self.window()
        if self.padding == "valid":
            need_room(shape, windows, strides, _TODO)
        height, width = (window_side(*axis, self.padding) for axis in zip(shape, windows, strides, strict=False))
        return height, width, shape[2]

    def shape_formula(self, shape: Shape) -> Words:
        return both_axes(*(window_formula(*axis, self.padding) for axis in zip(shape, *self.window(), strict=False)))


class MaxPooling2D(_Pooling):
    about: ClassVar[str] = N_("Keeps the largest value of each window: a smaller map that tolerates small shifts.")
    type: Literal["MaxPooling2D"] = "MaxPooling2D"


class AveragePooling2D(_Pooling):
    about: ClassVar[str] = N_("Keeps the mean of each window: a smaller, smoother map.")
    type: Literal["AveragePooling2D"] = "AveragePooling2D"


class _GlobalPooling(BaseLayer):
    kind: ClassVar[LayerKind] = "pooling"
    keepdims: Flag = Field(False, description=N_("Keeps a 1×1 map instead of making a vector."))

    def window(self) -> None:
        return None

    def output_shape(self, shape: Shape) -> Shape:
        need_map(shape, self.type)
        return (1, 1, shape[2]) if self.keepdims else (shape[2],)

    def shape_formula(self, shape: Shape) -> Words:
        size, channels = sides(shape[:2]), shape[2]
        return Text("{size} cells → 1 per channel: {channels:,}", size=size, channels=channels)


class GlobalAveragePooling2D(_GlobalPooling):
    about: ClassVar[str] = N_("Turns each channel into its mean over the whole map: a vector without any parameters.")
    type: Literal["GlobalAveragePooling2D"] = "GlobalAveragePooling2D"


class GlobalMaxPooling2D(_GlobalPooling):
    about: ClassVar[str] = N_("Turns each channel into its largest value over the whole map: was the pattern anywhere?")
    type: Literal["GlobalMaxPooling2D"] = "GlobalMaxPooling2D"


class ZeroPadding2D(BaseLayer):
    about: ClassVar[str] = N_("Puts rings of zeros around the map.")
    type: Literal["ZeroPadding2D"] = "ZeroPadding2D"
    padding: Edges = Field(((1, 1), (1, 1)), description=N_("Rows on top and bottom, columns on the left and right."))

    def output_shape(self, shape: Shape) -> Shape:
        need_map(shape, self.type)
        height, width = (side + sum(edges) for side, edges in zip(shape, self.padding, strict=False))
        return height, width, shape[2]

    def shape_formula(self, shape: Shape) -> Words:
        sums = (
            f"{number(side)} + {before} + {after} = {number(side + before + after)}"
            for side, (before, after) in zip(shape, self.padding, strict=False)
        )
        return both_axes(*sums)
