"""What a network begins with instead of random weights: the first layers of one that was trained before."""

from typing import Self, cast

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cnn_core.design.fields import Whole
from cnn_core.design.layers import Dense, GlobalAveragePooling2D
from cnn_core.design.network import MAX_LAYERS, Network
from cnn_core.design.shapes import trace
from cnn_core.language import N_, Text


class Start(BaseModel):
    """Transfer: the first `layers` of the trained model `base` are taken over; the first `frozen` of them stay.

    Source: Yosinski et al. 2014, "How transferable are features in deep neural networks?".
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    base: str = Field(pattern=r"^[a-z0-9-]{1,80}$", description=N_("The trained model, by its key."))
    layers: Whole = Field(ge=1, le=MAX_LAYERS, description=N_("How many of its first layers are taken over."))
    frozen: Whole = Field(ge=0, le=MAX_LAYERS, description=N_("How many of these stay as they are."))

    @model_validator(mode="after")
    def _frozen_are_taken(self) -> Self:
        if self.frozen > self.layers:
            raise ValueError("no more layers can be frozen than are taken over")
        return self

    def __str__(self) -> str:
        told = Text("the first {layers} layers of {base}, {frozen} of them frozen", **self.model_dump())
        return str(told)

    def fits(self, base: Network, network: Network) -> bool:
        """Whether `network` begins with the layers that are taken over from `base`, and lets the rest be learned."""
        taken = base.layers[: self.layers]
        there = [(one.type, one.arguments()) for one in taken]
        own = [(one.type, one.arguments()) for one in network.layers[: self.layers]]
        return (
            len(taken) == self.layers < len(network.layers) and there == own and base.input_shape == network.input_shape
        )


def with_new_head(network: Network, layers: int, classes: int) -> Network:
    """Its first `layers`, then a new answer for so many classes; maps are averaged first."""
    taken = network.changed(layers=network.layers[:layers])
    flat = len(cast(tuple, trace(taken).output_shape)) == 1
    head = [] if flat else [GlobalAveragePooling2D()]
    return taken.changed(layers=(*taken.layers, *head, Dense(units=classes, activation="softmax")))
