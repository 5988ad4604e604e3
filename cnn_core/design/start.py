"""What a network begins with instead of random weights: the first layers of one that was trained before."""

from typing import Annotated, Self, cast

from pydantic import BaseModel, ConfigDict, Field, Strict, model_validator

from cnn_core.design.fields import Whole
from cnn_core.design.layers import BackboneBlock, BatchNormalization, Dense, GlobalAveragePooling2D
from cnn_core.design.layers.architectures import ARCHITECTURES
from cnn_core.design.network import MAX_LAYERS, Network
from cnn_core.design.shapes import trace
from cnn_core.language import N_, Text

IMAGENET = "imagenet-"
"""Keys of bases that others have trained begin like this; the rest is the architecture's."""


class FineTuning(BaseModel):
    """The second phase of a training: fewer layers stay as they are, and the steps are small."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    after: Whole = Field(ge=1, le=1000, description=N_("How many epochs come before it."))
    frozen: Whole = Field(ge=0, le=MAX_LAYERS, description=N_("How many layers stay as they are then."))
    learning_rate: Annotated[float, Strict(), Field(gt=0, le=10, allow_inf_nan=False)] = Field(
        description=N_("The size of a step then.")
    )


class Start(BaseModel):
    """Transfer: the first `layers` of the trained model `base` are taken over; the first `frozen` of them stay.

    Each block of a backbone counts as a layer. Source: Yosinski et al. 2014, "How transferable are features in deep
    neural networks?".
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    base: str = Field(pattern=r"^[a-z0-9-]{1,80}$", description=N_("The trained model, by its key."))
    layers: Whole = Field(ge=1, le=MAX_LAYERS, description=N_("How many of its first layers are taken over."))
    frozen: Whole = Field(ge=0, le=MAX_LAYERS, description=N_("How many of these stay as they are."))
    then: FineTuning | None = Field(None, description=N_("A second phase, in which more layers learn; empty: none."))

    @model_validator(mode="after")
    def _frozen_are_taken(self) -> Self:
        if self.frozen > self.layers:
            raise ValueError("no more layers can be frozen than are taken over")
        if self.then and self.then.frozen > self.frozen:
            raise ValueError("in the second phase no more layers can be frozen than in the first")
        return self

    @property
    def backbone(self) -> str:
        """The architecture of a base that others have trained on ImageNet; empty for all others."""
        name = self.base.removeprefix(IMAGENET)
        return name if name in ARCHITECTURES and name != self.base else ""

    def __str__(self) -> str:
        first = Text(
            "the first {layers} layers of {base}, {frozen} of them frozen",
            layers=self.layers,
            base=ARCHITECTURES[self.backbone].title if self.backbone else self.base,
            frozen=self.frozen,
        )
        if self.then is None:
            return str(first)
        then = {"first": first, "frozen": self.then.frozen, "rate": self.then.learning_rate}
        later = Text.plural(
            "{first}; after {n} epoch only {frozen} of them frozen, in steps of {rate}",
            "{first}; after {n} epochs only {frozen} of them frozen, in steps of {rate}",
            self.then.after,
            **then,
        )
        return str(later)

    def fits(self, base: Network, network: Network) -> bool:
        """Whether `network` begins with the layers that are taken over from `base`, and lets the rest be learned."""
        taken, own = base.opened().layers[: self.layers], network.opened().layers
        there = [(one.type, one.arguments()) for one in taken]
        same = there == [(one.type, one.arguments()) for one in own[: self.layers]]
        return len(taken) == self.layers < len(own) and same and base.input_shape == network.input_shape


def learning(network: Network, layers: int, frozen: int) -> int:
    """How many parameters learn when the first `layers`, opened, are taken over and `frozen` of them stay.

    In blocks that are taken over, BatchNormalization stays as it is, too.
    """
    reports = trace(network.opened()).reports
    still = sum(
        inner.parameters(arriving)[0]
        for report in reports[frozen:layers]
        if isinstance(report.layer, BackboneBlock)
        for inner, arriving in report.layer.inner(report.input_shape)
        if isinstance(inner, BatchNormalization)
    )
    return sum(report.trainable for report in reports[frozen:]) - still


def front(network: Network, frozen: int) -> int:
    """How many of the first layers, opened, always make the same of an image: the frozen ones, and what has no weights.

    At least the last layer learns. 0 where nothing is frozen.
    """
    reports = trace(network.opened()).reports
    end = min(frozen, len(reports) - 1)
    while 0 < end < len(reports) - 1 and not reports[end].parameters and reports[end].layer.type != "Dropout":
        end += 1
    return end


def with_new_head(network: Network, layers: int, classes: int) -> Network:
    """Its first `layers` (each block of a backbone is one), then a new answer for so many classes.

    Maps are averaged first.
    """
    taken = network.changed(layers=_first(network, layers))
    flat = len(cast(tuple, trace(taken).output_shape)) == 1
    head = [] if flat else [GlobalAveragePooling2D()]
    return taken.changed(layers=(*taken.layers, *head, Dense(units=classes, activation="softmax")))


def _first(network: Network, layers: int) -> tuple:
    if network.backbone is None:
        return network.layers[:layers]
    blocks = len(network.backbone.opened())
    part = network.backbone if layers >= blocks else network.backbone.model_copy(update={"blocks": layers})
    return part, *network.layers[1 : max(1, layers - blocks + 1)]
