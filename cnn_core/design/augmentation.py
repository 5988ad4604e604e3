"""Augmentation: how training images are varied, as data; and the Keras layers that do it, by name and arguments."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, Self, cast

from pydantic import BaseModel, ConfigDict, Field, Strict

from cnn_core.design.fields import Flag, checked
from cnn_core.design.formats import texts
from cnn_core.language import N_, Text, _

Percent = Annotated[int, Strict()]
LayerSpec = tuple[str, dict[str, Any]]
"""The name of a class in keras.layers, and its arguments."""

WHITE = 255  # these layers see raw pixels, 0 to 255: they come before the network's own Rescaling
LYING = 45  # degrees: what is turned further lies more than it stands
HIDDEN = 25  # percent of the area: enough to take a stroke out of a digit
DIGIT_NAMES = tuple("0123456789")
RANGES = ("rotation", "horizontal_shift", "vertical_shift", "zoom", "brightness", "contrast", "noise", "erasing")
"""The controls that are an amount; 0 is off."""


def _most(limit: int, unit: str, description: str) -> Any:
    return Field(0, ge=0, le=limit, description=description, json_schema_extra={"unit": unit})


class Augmentation(BaseModel):
    """What is done to a training image, drawn anew each time it is seen.

    A number is the most that can happen, either way; 0 or false: never.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rotation: Percent = _most(180, "°", N_("Turned to the left or right by up to this many degrees."))
    horizontal_shift: Percent = _most(50, "%", N_("Moved to the left or right by up to this fraction of the width."))
    vertical_shift: Percent = _most(50, "%", N_("Moved up or down by up to this fraction of the height."))
    zoom: Percent = _most(50, "%", N_("Seen from nearer or farther: the frame shows up to this much less or more."))
    brightness: Percent = _most(100, "%", N_("All pixels darker or brighter by up to this fraction of white (255)."))
    contrast: Percent = _most(
        100, "%", N_("Differences from the mean grey made larger or smaller by up to this fraction.")
    )
    noise: Percent = _most(
        50, "%", N_("Normal noise on every pixel; its standard deviation is this fraction of white (255).")
    )
    erasing: Percent = _most(50, "%", N_("A black box hides up to this fraction of the area, at a random place."))
    horizontal_flip: Flag = Field(False, description=N_("Mirrored left to right, half of the time."))
    vertical_flip: Flag = Field(False, description=N_("Mirrored top to bottom, half of the time."))
    fill_mode: Literal["constant", "nearest", "reflect"] = Field(
        "constant",
        description=N_(
            "What fills the empty edges after a move. constant: black, as around digits; nearest: the outermost "
            "pixels, repeated; reflect: the mirrored image, for photos."
        ),
    )

    @property
    def active(self) -> bool:
        """Whether anything can happen to an image."""
        return bool(self.controls)

    @property
    def controls(self) -> tuple[str, ...]:
        """The names of what is switched on; how edges are filled is no change of its own."""
        return tuple(name for name, value in self if value and name != "fill_mode")

    def only(self, control: str) -> "Augmentation":
        """This one with nothing but `control` switched on."""
        return Augmentation(fill_mode=self.fill_mode, **{control: getattr(self, control)})

    def to_token(self) -> str:
        """What is switched on as short URL-safe text."""
        return texts.pack(self.model_dump(exclude_defaults=True))

    @classmethod
    def from_token(cls, token: str) -> Self:
        """The inverse of `to_token`. Raises DesignError when ``token`` was cut or changed."""
        return checked(cls, texts.unpack(token), Text("The link's augmentation"))

    def __str__(self) -> str:
        """ "rotation 15°, zoom 10 %", or "none", in the reader's language."""
        return ", ".join(_words(self, name) for name in self.controls) or _("none")


PRESETS = {
    "none": Augmentation(),
    "digits": Augmentation(rotation=12, horizontal_shift=8, vertical_shift=8, zoom=12),
    "photos": Augmentation(
        rotation=15, horizontal_shift=10, vertical_shift=10, zoom=15, brightness=15, contrast=20, horizontal_flip=True,
        fill_mode="reflect",
    ),
}  # fmt: skip


def layers(augmentation: Augmentation, seed: int) -> tuple[LayerSpec, ...]:
    """The Keras layers that do it, in order, for pixels from 0 to 255.

    Each draws from a seed of its own, which does not depend on the others being there: switching one on leaves what
    the others draw as it was.
    """
    return tuple(
        _seeded(spec, seed + number)
        for number, (amount, *made) in enumerate(_stages(augmentation))
        if amount
        for spec in made
    )


def warnings(augmentation: Augmentation, class_names: Sequence[str]) -> tuple[str, ...]:
    """For each choice that can make an image's label wrong, a sentence with the reason, in the reader's language."""
    find = _of_characters if all(len(name) == 1 for name in class_names) else _of_things
    return tuple(find(augmentation, tuple(class_names) == DIGIT_NAMES))


def _words(augmentation: Augmentation, name: str) -> str:
    extra, value = cast(dict, type(augmentation).model_fields[name].json_schema_extra), getattr(augmentation, name)
    return name.replace("_", " ") + (f" {value} {extra['unit']}".replace(" °", "°") if extra else "")


def _seeded(spec: LayerSpec, seed: int) -> LayerSpec:
    name, arguments = spec
    return spec if name in ("Rescaling", "ReLU") else (name, {**arguments, "seed": seed})


def _stages(a: Augmentation) -> list[tuple]:
    """For each kind of change: how much of it, and its layers. Geometry first: noise and boxes keep their edges."""
    fill = {"fill_mode": a.fill_mode}
    aside, upward, nearer = a.horizontal_shift / 100, a.vertical_shift / 100, a.zoom / 100
    return [
        # Two layers: one for both directions would draw once, and do both or neither.
        (a.horizontal_flip, ("RandomFlip", {"mode": "horizontal"})),
        (a.vertical_flip, ("RandomFlip", {"mode": "vertical"})),
        (a.rotation, ("RandomRotation", {"factor": a.rotation / 360, **fill})),
        (aside or upward, ("RandomTranslation", {"height_factor": upward, "width_factor": aside, **fill})),
        (a.zoom, ("RandomZoom", {"height_factor": nearer, **fill})),
        (a.brightness, ("RandomBrightness", {"factor": a.brightness / 100})),
        # A pair: from a single number Keras takes 0 for the lower bound, and would only ever stretch.
        (a.contrast, ("RandomContrast", {"factor": (a.contrast / 100, a.contrast / 100)})),
        (
            a.noise,  # GaussianNoise counts in fractions of white, and does not stop at white
            ("Rescaling", {"scale": 1 / WHITE}),
            ("GaussianNoise", {"stddev": a.noise / 100}),
            ("ReLU", {"max_value": 1.0}),
            ("Rescaling", {"scale": float(WHITE)}),
        ),
        (a.erasing, ("RandomErasing", {"factor": (1.0, 1.0), "scale": (0.0, a.erasing / 100), "fill_value": 0.0})),
    ]


def _of_characters(a: Augmentation, digits: bool) -> Iterator[str]:
    if a.horizontal_flip:
        yield _(_MIRRORED_DIGITS if digits else _MIRRORED)
    if a.vertical_flip:
        yield _(_UPSIDE_DOWN_DIGITS if digits else _UPSIDE_DOWN)
    if a.horizontal_flip and a.vertical_flip and digits:
        yield _("Both flips together turn a digit by 180°: a 6 becomes exactly a 9.")
    if a.rotation > LYING:
        yield _(_LYING_DIGITS if digits else _LYING, rotation=a.rotation)
    if a.erasing > HIDDEN:
        yield _(_HIDDEN_DIGITS if digits else _HIDDEN, erasing=a.erasing)


def _of_things(a: Augmentation, digits: bool) -> Iterator[str]:
    if a.vertical_flip:
        yield _(
            "Vertical flip: images of faces, animals or vehicles are hardly ever upside down. The network would "
            "spend parameters on something it will never meet. It is fine for views from above or through a microscope."
        )
    if a.rotation > LYING:
        yield _(
            "Rotation {rotation}°: most photos are upright. Turned this far, they show something the network will "
            "never meet. It is fine for views from above.",
            rotation=a.rotation,
        )
    if a.erasing > HIDDEN:
        yield _(
            "Erasing {erasing} %: the box can hide the whole object that the label names.",
            erasing=a.erasing,
        )


_MIRRORED_DIGITS = N_(
    "Horizontal flip: a mirrored 2, 3, 4, 5, 6, 7 or 9 is a shape that nobody writes, but it keeps its label."
)
_MIRRORED = N_(
    "Horizontal flip: a mirrored character is another one, or none at all (b becomes d), but it keeps its label."
)
_UPSIDE_DOWN_DIGITS = N_(
    "Vertical flip: upside down, a 6 takes the shape of a 9 seen in a mirror, but its label is still 6."
)
_UPSIDE_DOWN = N_(
    "Vertical flip: an upside-down character is another one, or none at all (M becomes W), but it keeps its label."
)
_LYING_DIGITS = N_(
    "Rotation {rotation}°: digits turned this far can become others (at 180° a 6 is a 9), and nobody writes them "
    "lying down."
)
_LYING = N_("Rotation {rotation}°: a character turned this far can become another one (N on its side is a Z).")
_HIDDEN_DIGITS = N_(
    "Erasing {erasing} %: the box can hide the stroke that makes the difference (an 8 without its left side is a 3)."
)
_HIDDEN = N_("Erasing {erasing} %: the box can hide the stroke that makes the difference (an E without it is an F).")
