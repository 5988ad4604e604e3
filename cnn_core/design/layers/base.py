"""What every layer can say about itself, given the shape that arrives."""

from math import prod
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from cnn_core.design.fields import Shape
from cnn_core.errors import Words
from cnn_core.language import Text

LayerKind = Literal["convolution", "pooling", "dense", "other"]


class BaseLayer(BaseModel):
    """A layer as data: its arguments, named and behaving as in Keras 3, and the arithmetic they imply.

    Shapes are without the batch and channels last. A layer whose `acts_on_last_axis` is true works, in Keras, on the
    last axis of the layout in use: with channels_first, give it the shape in that layout (`shapes.trace` does).

    Attributes:
        about: what it does, for a visitor, marked for translation.
        kind: what it is like, to those who draw or sort networks.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    about: ClassVar[str] = ""
    kind: ClassVar[LayerKind] = "other"
    acts_on_last_axis: ClassVar[bool] = False
    type: str

    def arguments(self) -> dict[str, Any]:
        """The layer's arguments as Keras takes them: ``keras.layers.<type>(**layer.arguments())``."""
        return {name: value for name, value in self if name != "type"}

    def output_shape(self, shape: Shape) -> Shape:
        """The shape this layer makes of ``shape``. Raises DesignError when it can't take it."""
        return shape

    def shape_formula(self, shape: Shape) -> Words:
        """How the output's size follows from ``shape``, with the numbers; for shapes the layer can take."""
        return Text("unchanged")

    def parameters(self, shape: Shape) -> tuple[int, int]:
        """(trainable, non-trainable) numbers this layer keeps when ``shape`` arrives."""
        return 0, 0

    def parameter_formula(self, shape: Shape) -> Words:
        """How the parameters add up, with the numbers."""
        return "0"

    def macs(self, shape: Shape) -> int:
        """Multiply-accumulates for one image. By the field's convention (Sze et al. 2017) only products with trained
        weights count, so pooling, activations, biases and normalization are 0."""
        return 0

    def values(self, shape: Shape) -> int:
        """How many values it computes for one image: a training keeps them for the way back."""
        return prod(self.output_shape(shape))

    def window(self) -> tuple[tuple[int, int], tuple[int, int]] | None:
        """((height, width) of the window, strides) for the receptive field; None when it takes in the whole map."""
        return (1, 1), (1, 1)
