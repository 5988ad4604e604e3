"""The layers that are neither convolution nor pooling."""

from math import prod
from typing import Annotated, ClassVar, Literal

from pydantic import Field, Strict

from cnn_core.design.arithmetic import number, product
from cnn_core.design.fields import Activation_, Flag, Shape, Share, Units
from cnn_core.design.layers.base import BaseLayer


class Flatten(BaseLayer):
    """Lays the whole map out as one vector, for the dense layers after it."""

    type: Literal["Flatten"] = "Flatten"

    def window(self) -> None:
        return None

    def output_shape(self, shape: Shape) -> Shape:
        return (prod(shape),)

    def shape_formula(self, shape: Shape) -> str:
        return f"{product(*shape)} = {number(prod(shape))}" if len(shape) > 1 else "unchanged"


class Dense(BaseLayer):
    """Connects every input value to every unit. On a map it works, as in Keras, along the last axis only."""

    acts_on_last_axis: ClassVar[bool] = True
    type: Literal["Dense"] = "Dense"
    units: Units = Field(64, description="How many values come out; the last layer has one for each class.")
    activation: Activation_ = Field("linear", description="relu between layers, softmax at the end of a classifier.")
    use_bias: Flag = Field(True, description="Add one trained number to each unit.")

    def output_shape(self, shape: Shape) -> Shape:
        return (*shape[:-1], self.units)

    def shape_formula(self, shape: Shape) -> str:
        return f"units = {number(self.units)}" + (", at every place of the map" if len(shape) > 1 else "")

    def parameters(self, shape: Shape) -> tuple[int, int]:
        """inputs·units, and a bias for each unit. Source: CS231n, Neural Networks Part 1."""
        return (shape[-1] + self.use_bias) * self.units, 0

    def parameter_formula(self, shape: Shape) -> str:
        bias = f" + {number(self.units)}" if self.use_bias else ""
        return f"{product(shape[-1], self.units)}{bias} = {number(self.parameters(shape)[0])}"

    def macs(self, shape: Shape) -> int:
        """inputs·units at every place (Sze et al. 2017, section II.B: a fully connected layer)."""
        return prod(shape) * self.units


class Dropout(BaseLayer):
    """Zeroes a random share of the values while training, against over-fitting; does nothing afterwards."""

    type: Literal["Dropout"] = "Dropout"
    rate: Share = Field(0.5, description="The share of values that is dropped at each training step.")


class BatchNormalization(BaseLayer):
    """Shifts and scales each channel to mean 0 and variance 1 over the batch: training gets faster and steadier."""

    type: Literal["BatchNormalization"] = "BatchNormalization"
    momentum: Share = Field(0.99, description="How slowly the running mean and variance follow the batches.")
    epsilon: Annotated[float, Strict(), Field(ge=0, le=1, allow_inf_nan=False)] = Field(
        0.001, description="Added to the variance, so that nothing is divided by zero."
    )
    center: Flag = Field(True, description="Learn an offset (beta) for each channel.")
    scale: Flag = Field(True, description="Learn a factor (gamma) for each channel.")

    def parameters(self, shape: Shape) -> tuple[int, int]:
        """gamma and beta are trained, the moving mean and variance are not (Ioffe & Szegedy 2015)."""
        return (self.center + self.scale) * shape[-1], 2 * shape[-1]

    def parameter_formula(self, shape: Shape) -> str:
        trained = product(self.center + self.scale, shape[-1])
        return f"{trained} trainable + {product(2, shape[-1])} not = {number(sum(self.parameters(shape)))}"


class Activation(BaseLayer):
    """Applies a function to every value; softmax turns a vector into probabilities."""

    type: Literal["Activation"] = "Activation"
    activation: Activation_ = Field("relu", description="The function, e.g. relu, tanh or softmax.")
