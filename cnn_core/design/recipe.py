"""How to train: everything besides the network and the data, as data."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, Strict, model_validator

from cnn_core.design.augmentation import Augmentation
from cnn_core.design.fields import Whole, checked
from cnn_core.design.formats import texts
from cnn_core.design.start import Start
from cnn_core.language import N_, Text

Real = Annotated[float, Strict(), Field(allow_inf_nan=False)]


class Recipe(BaseModel):
    """A training recipe; `fields.checked` turns out-of-range values into a DesignError in words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    optimizer: Literal["sgd", "rmsprop", "adam", "adamw"] = Field(
        "rmsprop",
        title=N_("How steps are taken"),
        description=N_("How steps are taken: sgd follows the plain gradient, the others adapt the size of each step."),
    )
    learning_rate: Real = Field(
        0.001,
        gt=0,
        le=10,
        title=N_("Size of a step"),
        description=N_("The size of a step. Too large: the loss explodes. Too small: training is slow."),
    )
    momentum: Real = Field(
        0.0,
        ge=0,
        lt=1,
        title=N_("How much of the last step is kept"),
        description=N_("How much of the last step is kept; only for sgd."),
    )
    loss: Literal["categorical_crossentropy", "mse"] = Field(
        "categorical_crossentropy",
        title=N_("The error to make small"),
        description=N_("The error to make small. mse compares with one-hot labels."),
    )
    batch_size: Whole = Field(
        64,
        ge=1,
        le=8192,
        title=N_("Images at a time"),
        description=N_("How many images the network sees at each step."),
    )
    epochs: Whole = Field(
        5,
        ge=1,
        le=1000,
        title=N_("Times through the images"),
        description=N_("How many times it goes through all training images."),
    )
    validation_share: Real = Field(
        0.1,
        ge=0,
        le=0.5,
        title=N_("Fraction kept aside"),
        description=N_("The fraction of training images that is kept aside to check progress."),
    )
    train_images: Annotated[Whole, Field(ge=10, le=10_000_000)] | None = Field(
        None,
        title=N_("Training images"),
        description=N_("Use only this many of the first training images; empty: all."),
    )
    seed: Whole = Field(
        42, ge=0, le=2**31 - 1, title=N_("Seed"), description=N_("Same seed, same start, same order of the images.")
    )
    early_stopping: Annotated[Whole, Field(ge=1, le=1000)] | None = Field(
        None,
        title=N_("Epochs to wait for better"),
        description=N_("Stop after this many epochs without a better validation loss; empty: never."),
    )
    time_limit: Annotated[Real, Field(gt=0, le=86_400)] | None = Field(
        None, title=N_("Seconds at most"), description=N_("Stop after this many seconds of training; empty: never.")
    )
    pixel_order: Annotated[Whole, Field(ge=0, le=2**31 - 1)] | None = Field(
        None,
        description=N_("Shuffle the pixels of all images in one fixed way, drawn from this seed; empty: do not."),
    )
    pixels: Literal["scaled", "raw"] = Field(
        "scaled",
        title=N_("Pixels"),
        description=N_(
            "How pixels enter the network. scaled: divided by 255, so that they go from 0 to 1. raw: as they are, "
            "from 0 to 255; with raw pixels some seeds never learn."
        ),
    )
    augmentation: Augmentation = Field(
        Augmentation(), description=N_("How training images are varied; validation and test images never are.")
    )
    start: Start | None = Field(
        None, description=N_("What the network begins with; empty: random weights, drawn from the seed.")
    )

    @model_validator(mode="after")
    def _both_phases_last(self) -> Self:
        if self.start and self.start.then and self.start.then.after >= self.epochs:
            raise ValueError("the second phase must begin before the last epoch is over")
        return self

    @property
    def least_frozen(self) -> int:
        """How many layers, opened, stay as they are in every phase."""
        return min((phase.start.frozen if phase.start else 0) for phase in self.phases())

    def phases(self) -> "list[Recipe]":
        """What is trained with what is frozen: a recipe for each phase, whose `epochs` are those done at its end."""
        if self.start is None or self.start.then is None:
            return [self]
        then, start = self.start.then, self.start.model_copy(update={"then": None})
        first = self.model_copy(update={"start": start, "epochs": then.after})
        later = start.model_copy(update={"frozen": then.frozen})
        return [first, self.model_copy(update={"start": later, "learning_rate": then.learning_rate})]

    def to_token(self) -> str:
        """The recipe as short URL-safe text."""
        return texts.pack(self.model_dump(exclude_defaults=True))

    @classmethod
    def from_token(cls, token: str) -> Self:
        """The inverse of `to_token`. Raises DesignError when ``token`` was cut or changed."""
        return checked(cls, texts.unpack(token), Text("The link's recipe"))
