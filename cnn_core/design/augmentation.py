"""Augmentation: how training pictures are varied, as data; and the Keras layers that do it, by name and arguments."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, Strict

from cnn_core.design.fields import Flag

Percent = Annotated[int, Strict()]
LayerSpec = tuple[str, dict[str, Any]]
"""The name of a class in keras.layers, and its arguments."""

WHITE = 255  # these layers see raw pixels, 0 to 255: they come before the network's own Rescaling
LYING = 45  # degrees: what is turned further lies more than it stands
HIDDEN = 25  # percent: enough to take a stroke out of a digit
DIGITS = tuple("0123456789")
RANGES = ("rotation", "horizontal_shift", "vertical_shift", "zoom", "brightness", "contrast", "noise", "erasing")
"""The controls that are an amount; 0 is off."""


def _most(limit: int, unit: str, description: str) -> Any:
    return Field(0, ge=0, le=limit, description=description, json_schema_extra={"unit": unit})


class Augmentation(BaseModel):
    """What is done to a training picture, drawn anew each time it is seen.

    A number is the most that can happen, either way; 0 or false: never.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rotation: Percent = _most(180, "°", "Turned to the left or right by up to this many degrees.")
    horizontal_shift: Percent = _most(50, "%", "Moved to the left or right by up to this share of the width.")
    vertical_shift: Percent = _most(50, "%", "Moved up or down by up to this share of the height.")
    zoom: Percent = _most(50, "%", "Seen from nearer or farther: the frame shows up to this much less or more.")
    brightness: Percent = _most(100, "%", "All pixels darker or lighter by up to this share of white (255).")
    contrast: Percent = _most(100, "%", "Differences from the mean grey stretched or flattened by up to this share.")
    noise: Percent = _most(50, "%", "Grain: normal noise on every pixel; its standard deviation as a share of white.")
    erasing: Percent = _most(50, "%", "A black box hides up to this share of the area, somewhere.")
    horizontal_flip: Flag = Field(False, description="Mirrored left to right, every other time.")
    vertical_flip: Flag = Field(False, description="Turned upside down like a reflection in water, every other time.")
    fill_mode: Literal["constant", "nearest", "reflect"] = Field(
        "constant",
        description="What fills the edges that moving lays bare: constant is black, as around digits; nearest repeats "
        "the outermost pixels; reflect mirrors the picture, for photos.",
    )

    @property
    def active(self) -> bool:
        """Whether anything can happen to a picture."""
        return bool(self.controls)

    @property
    def controls(self) -> tuple[str, ...]:
        """The names of what is switched on; how edges are filled is no change of its own."""
        return tuple(name for name, value in self if value and name != "fill_mode")

    def only(self, control: str) -> "Augmentation":
        """This one with nothing but `control` switched on."""
        return Augmentation(fill_mode=self.fill_mode, **{control: getattr(self, control)})

    def __str__(self) -> str:
        """ "rotation 15°, zoom 10%", or "none"."""
        return ", ".join(_words(self, name) for name in self.controls) or "none"


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
    """A sentence with its reason for each choice that can make a picture's label wrong."""
    find = _of_characters if all(len(name) == 1 for name in class_names) else _of_things
    return tuple(find(augmentation, tuple(class_names) == DIGITS))


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
            a.noise,  # GaussianNoise counts in shares of white, and does not stop at white
            ("Rescaling", {"scale": 1 / WHITE}),
            ("GaussianNoise", {"stddev": a.noise / 100}),
            ("ReLU", {"max_value": 1.0}),
            ("Rescaling", {"scale": float(WHITE)}),
        ),
        (a.erasing, ("RandomErasing", {"factor": (1.0, 1.0), "scale": (0.0, a.erasing / 100), "fill_value": 0.0})),
    ]


def _of_characters(a: Augmentation, digits: bool) -> Iterator[str]:
    if a.horizontal_flip:
        yield (
            "horizontal flip: a mirrored 2, 3, 4, 5, 6, 7 or 9 is a shape that nobody writes, yet it keeps its label."
            if digits
            else "horizontal flip: a mirrored character is another one, or none (b becomes d), yet it keeps its label."
        )
    if a.vertical_flip:
        yield (
            "vertical flip: upside down a 6 takes the shape of a 9 seen in a mirror, yet it is still labelled 6."
            if digits
            else "vertical flip: an upside-down character is another one, or none (M becomes W), and keeps its label."
        )
    if a.horizontal_flip and a.vertical_flip and digits:
        yield "Both flips together turn a digit by 180°: a 6 becomes exactly a 9."
    if a.rotation > LYING:
        yield (
            f"rotation {a.rotation}°: far turned digits change into others (at 180° a 6 is a 9), and nobody writes "
            "them lying down."
            if digits
            else f"rotation {a.rotation}°: a far turned character can be another one (N on its side is a Z)."
        )
    if a.erasing > HIDDEN:
        yield (
            f"erasing {a.erasing} %: the box can hide the stroke that makes the difference (an 8 without its left "
            "side is a 3)."
            if digits
            else f"erasing {a.erasing} %: the box can hide the stroke that makes the difference (E without it is F)."
        )


def _of_things(a: Augmentation, digits: bool) -> Iterator[str]:
    if a.vertical_flip:
        yield (
            "vertical flip: pictures of faces, animals or vehicles are hardly ever upside down. The network would "
            "spend its parameters on what it will never meet. Fine for views from above, or through a microscope."
        )
    if a.rotation > LYING:
        yield (
            f"rotation {a.rotation}°: most photos are held upright. Turned this far they show what the network will "
            "never meet. Fine for views from above."
        )
    if a.erasing > HIDDEN:
        yield f"erasing {a.erasing} %: the box can hide the whole thing that the label names."
