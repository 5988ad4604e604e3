"""The layers that are neither convolution nor pooling."""

from math import prod
from typing import Annotated, ClassVar, Literal

from pydantic import Field, Strict

from cnn_core.design.arithmetic import number, product
from cnn_core.design.fields import Activation_, Flag, Fraction, Shape, Units
from cnn_core.design.layers.base import BaseLayer, LayerKind
from cnn_core.errors import Words
from cnn_core.language import N_, Text


class Flatten(BaseLayer):
    about: ClassVar[str] = N_("Turns the whole map into one vector, for the dense layers after it.")
    type: Literal["Flatten"] = "Flatten"

    def window(self) -> None:
        return None

    def output_shape(self, shape: Shape) -> Shape:
        return (prod(shape),)

    def shape_formula(self, shape: Shape) -> Words:
        return f"{product(*shape)} = {number(prod(shape))}" if len(shape) > 1 else Text("unchanged")


class Dense(BaseLayer):
    about: ClassVar[str] = N_(
        "Connects every input value to every unit. On a map it works, as in Keras, along the last axis only."
    )
    acts_on_last_axis: ClassVar[bool] = True
    kind: ClassVar[LayerKind] = "dense"
    type: Literal["Dense"] = "Dense"
    units: Units = Field(64, description=N_("How many values come out; the last layer has one for each class."))
    activation: Activation_ = Field(
        "linear", description=N_("relu between layers, softmax at the end of a classifier.")
    )
    use_bias: Flag = Field(True, description=N_("Adds one trained number to each unit."))

    def output_shape(self, shape: Shape) -> Shape:
        return (*shape[:-1], self.units)

    def shape_formula(self, shape: Shape) -> Words:
        if len(shape) > 1:
            return Text("units = {units:,}, at every place of the map", units=self.units)
        return f"units = {number(self.units)}"

    def parameters(self, shape: Shape) -> tuple[int, int]:
        """inputs·units, and a bias for each unit: every input has a weight for every unit."""
        return (shape[-1] + self.use_bias) * self.units, 0

    def parameter_formula(self, shape: Shape) -> str:
        bias = f" + {number(self.units)}" if self.use_bias else ""
        return f"{product(shape[-1], self.units)}{bias} = {number(self.parameters(shape)[0])}"

    def macs(self, shape: Shape) -> int:
        """inputs·units at every place (Sze et al. 2017, section II.B: a fully connected layer)."""
        return prod(shape) * self.units


class Dropout(BaseLayer):
    about: ClassVar[str] = N_(
        "Sets a random fraction of the values to 0 during training, against over-fitting; afterwards it does nothing."
    )
    type: Literal["Dropout"] = "Dropout"
    rate: Fraction = Field(0.5, description=N_("The fraction of values that is dropped at each training step."))


class BatchNormalization(BaseLayer):
    about: ClassVar[str] = N_(
        "Shifts and scales each channel to mean 0 and variance 1 over the batch: training becomes faster and steadier."
    )
    type: Literal["BatchNormalization"] = "BatchNormalization"
    momentum: Fraction = Field(0.99, description=N_("How slowly the running mean and variance follow the batches."))
    epsilon: Annotated[float, Strict(), Field(ge=0, le=1, allow_inf_nan=False)] = Field(
        0.001, description=N_("Added to the variance, so that nothing is divided by 0.")
    )
    center: Flag = Field(True, description=N_("Learns an offset (beta) for each channel."))
    scale: Flag = Field(True, description=N_("Learns a factor (gamma) for each channel."))

    def parameters(self, shape: Shape) -> tuple[int, int]:
        """gamma and beta are trained, the moving mean and variance are not (Ioffe & Szegedy 2015)."""
        return (self.center + self.scale) * shape[-1], 2 * shape[-1]

    def parameter_formula(self, shape: Shape) -> Words:
        return Text(
            "{trained} trainable + {fixed} not trainable = {parameters:,}",
            trained=product(self.center + self.scale, shape[-1]),
            fixed=product(2, shape[-1]),
            parameters=sum(self.parameters(shape)),
        )


class Activation(BaseLayer):
    about: ClassVar[str] = N_("Applies a function to every value; softmax turns a vector into probabilities.")
    type: Literal["Activation"] = "Activation"
    activation: Activation_ = Field("relu", description=N_("The function, e.g. relu, tanh or softmax."))
