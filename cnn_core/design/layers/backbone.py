"""A trained network without its answer, as one layer; opened, it is a layer for each of its blocks."""

from math import prod
from typing import Annotated, ClassVar, Literal

from pydantic import Field, Strict

from cnn_core.design.arithmetic import describe, need_map, number, sides
from cnn_core.design.fields import Shape
from cnn_core.design.layers.architectures import ARCHITECTURES, LEAST_SIDE, Architecture
from cnn_core.design.layers.base import BaseLayer, LayerKind
from cnn_core.design.layers.blocks import Block, Met
from cnn_core.errors import DesignError, Words
from cnn_core.language import N_, Text

Name = Literal[
    "mobilenet-v2-035",
    "mobilenet-v2",
    "mobilenet-025",
    "mobilenet",
    "efficientnet-lite0",
    "efficientnet-b0",
    "resnet50",
]
COLOURS = 3


class _OfNetwork(BaseLayer):
    """One or several blocks of an architecture."""

    kind: ClassVar[LayerKind] = "convolution"
    architecture: Name = Field("mobilenet-v2-035", description=N_("The network whose layers these are."))

    @property
    def plan(self) -> Architecture:
        """The architecture."""
        return ARCHITECTURES[self.architecture]

    def planned(self) -> tuple[Block, ...]:
        """Its blocks, from the first."""
        raise NotImplementedError

    def inner(self, shape: Shape) -> list[Met]:
        """The layers in it that a map of `shape` meets, each with the shape that arrives there, in Keras's order."""
        met: list[Met] = []
        for block in self.planned():
            met += block.layers(shape)
            shape = block.output_shape(shape)
        return met

    def output_shape(self, shape: Shape) -> Shape:
        need_map(shape, self.type)
        for block in self.planned():
            shape = block.output_shape(shape)
        return shape

    def shape_formula(self, shape: Shape) -> Words:
        after = self.output_shape(shape)
        return Text("{before} → {after}", before=sides(shape), after=sides(after))

    def parameters(self, shape: Shape) -> tuple[int, int]:
        """The sum over its layers."""
        each = [layer.parameters(arriving) for layer, arriving in self.inner(shape)]
        return sum(trained for trained, _fixed in each), sum(fixed for _trained, fixed in each)

    def parameter_formula(self, shape: Shape) -> Words:
        trained, fixed = self.parameters(shape)
        return Text(
            "the sum over {layers} layers: {trained} trainable + {fixed} not trainable = {parameters:,}",
            layers=len(self.inner(shape)),
            trained=number(trained),
            fixed=number(fixed),
            parameters=trained + fixed,
        )

    def macs(self, shape: Shape) -> int:
        """The sum over its layers (Sze et al. 2017)."""
        return sum(layer.macs(arriving) for layer, arriving in self.inner(shape))

    def values(self, shape: Shape) -> int:
        """Of all its layers: a training keeps them for the way back."""
        return sum(prod(layer.output_shape(arriving)) for layer, arriving in self.inner(shape))

    def window(self) -> tuple[tuple[int, int], tuple[int, int]] | None:
        """As of one window that sees as much: r = r + (k - 1)·j over its layers (Araujo et al. 2019)."""
        if any(block.squeeze for block in self.planned()):
            return None
        side, jump = 1, 1
        for block in self.planned():
            for layer in (*block.path, *block.last):
                (kernel, _), (stride, _) = layer.window() or ((1, 1), (1, 1))
                side, jump = side + (kernel - 1) * jump, jump * stride
        return (side, side), (jump, jump)


class Backbone(_OfNetwork):
    about: ClassVar[str] = N_(
        "A network that others have trained on ImageNet, without the layers that answer. It takes the pixels as they "
        "are, from 0 to 255, and must be the first layer."
    )
    type: Literal["Backbone"] = "Backbone"
    blocks: Annotated[int, Strict(), Field(ge=1, le=100)] | None = Field(
        None, description=N_("How many of its first blocks; empty: all.")
    )

    def planned(self) -> tuple[Block, ...]:
        return self.plan.blocks[: self.blocks]

    def output_shape(self, shape: Shape) -> Shape:
        need_map(shape, self.type)
        if shape[2] != COLOURS or min(shape[:2]) < LEAST_SIDE:
            raise DesignError(
                Text("{name} takes images in colour, not too small", name=self.plan.title),
                expected=Text("at least {size} with {channels} channels", size=sides((LEAST_SIDE,) * 2), channels=3),
                received=describe(shape),
                todo=Text("Take a data set of larger images, or make yours anew at a larger size in Data sets"),
            )
        return super().output_shape(shape)

    def opened(self) -> "tuple[BackboneBlock, ...]":
        """Its blocks, as layers."""
        return tuple(
            BackboneBlock(architecture=self.architecture, number=number) for number in range(1, len(self.planned()) + 1)
        )


class BackboneBlock(_OfNetwork):
    about: ClassVar[str] = N_("One block of a network that others have trained.")
    type: Literal["BackboneBlock"] = "BackboneBlock"
    number: Annotated[int, Strict(), Field(ge=1, le=100)] = Field(1, description=N_("Which one, from the first."))

    def planned(self) -> tuple[Block, ...]:
        return (self.plan.blocks[self.number - 1],)
