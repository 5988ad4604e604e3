"""What a visitor did on a page, as a page records it: the numbers that were on the screen, and no words."""

from collections.abc import Mapping
from dataclasses import dataclass

from cnn_core.learn.pooling import Way


@dataclass(frozen=True)
class Convolved:
    """A filter slid over an image.

    Attributes:
        size, map_size: (rows, columns) of the image and of the map.
        window: the shorter side of the filter.
        answers: what the filter gives at most, without its sign, on a level edge, on an upright one, on a plain area
            (`learn.filters.answers`).
    """

    image: str
    size: tuple[int, int]
    map_size: tuple[int, int]
    window: int
    answers: tuple[float, float, float]


@dataclass(frozen=True)
class Separated:
    """The parameters of a Conv2D and of a SeparableConv2D with as many filters, and with one filter less."""

    multiplier: int
    plain: int
    separable: int
    plain_before: int
    separable_before: int


@dataclass(frozen=True)
class Pooled:
    """A pooling of an image, which may have been `moved`, and what fraction of the cells stayed as they were.

    Attributes:
        stays, stays_pooled: without and with pooling, 0 .. 1.
        cells: of the map.
    """

    image: str
    way: Way
    window: int
    moved: bool
    stays: float
    stays_pooled: float
    cells: int


@dataclass(frozen=True)
class Moved:
    """A digit moved by so many pixels: the fraction of their value that a filter and a dense unit still give."""

    pixels: int
    filter_share: float
    dense_share: float


@dataclass(frozen=True)
class Shared:
    """The parameters of a convolution, and of a dense layer with as many outputs."""

    convolution: int
    dense: int


@dataclass(frozen=True)
class Thinned:
    """One row and column in `every` kept: the fraction of digits that each ready-made network reads right."""

    every: int
    right: Mapping[str, float]


@dataclass(frozen=True)
class Looked:
    """An image of a data set was looked at: of the split "train" or "test", and of the class of this name."""

    split: str
    name: str


@dataclass(frozen=True)
class Stored:
    """The bytes of all images at once, and of one batch."""

    whole: int
    batch: int


@dataclass(frozen=True)
class Varied:
    """An augmentation was tried: whether it can make a label wrong, and whether the recipe has it."""

    warned: bool
    in_recipe: bool


@dataclass(frozen=True)
class Split:
    """Augmented before the split, and after it: how far the score that was reported was above the true accuracy."""

    wrong_way: float
    right_way: float


@dataclass(frozen=True)
class Designed:
    """A design as it stands; `problem`: whether anything keeps it from being trained."""

    types: tuple[str, ...]
    parameters: int
    family: str
    problem: bool


@dataclass(frozen=True)
class Trained:
    """The visitor's own run has been tested.

    Attributes:
        test, training: accuracies, 0 .. 1; on the training images in the last epoch.
        classes: of the data set: who guesses is right on one in so many.
    """

    parameters: int
    test: float
    training: float
    learning_rate: float
    classes: int


@dataclass(frozen=True)
class Laid:
    """Two or more runs were laid over each other.

    Attributes:
        differences: the names of the settings in which they are not the same; "network" and "dataset" are among them.
        scores: of each that was tested, the parameters of its network and its test accuracy.
    """

    differences: frozenset[str]
    scores: tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class Read:
    """A drawing was read: what each network answered, how sure it was, and what it answers without the treatment."""

    answers: tuple[int, ...]
    sure: tuple[float, ...]
    raw: tuple[int, ...]


@dataclass(frozen=True)
class Duelled:
    """A duel of this server has its report.

    Attributes:
        matched: what both sides have the same of.
        decided: whether the interval of their difference leaves out zero.
    """

    matched: str
    seeds: int
    decided: bool


@dataclass(frozen=True)
class Reasoned:
    """How far Grad-CAM and occlusion agree on what decided, −1 to 1."""

    agreement: float


@dataclass(frozen=True)
class SwitchedOff:
    """A fraction of a layer's filters was off, and the test accuracy fell by so much, 0 .. 1."""

    fraction: float
    fall: float


@dataclass(frozen=True)
class Climbed:
    """Gradient ascent has ended: the mean activation before it and after it, of the filter that rose least."""

    before: float
    after: float


@dataclass(frozen=True)
class Transferred:
    """All three ways of transfer were trained: by the number of images, what the best start gained over scratch."""

    gains: tuple[float, ...]


@dataclass(frozen=True)
class Taught:
    """A network has learned the visitor's own things.

    Attributes:
        fewest: the pictures of the thing with the fewest.
        corrected: how many of all pictures the network before had got wrong.
    """

    things: int
    fewest: int
    corrected: int


@dataclass(frozen=True)
class Recognized:
    """A picture was shown to a network that was taught: how sure it was of its answer, 0 .. 1."""

    sure: float


@dataclass(frozen=True)
class Placed:
    """A run of the visitor's stands on the board.

    Attributes:
        place: of their best run, from 1.
        front: whether one of theirs is on the front.
        smaller: whether their best run is smaller than the one ahead of it.
    """

    place: int
    front: bool
    smaller: bool


Fact = (
    Convolved
    | Separated
    | Pooled
    | Moved
    | Shared
    | Thinned
    | Looked
    | Stored
    | Varied
    | Split
    | Designed
    | Trained
    | Laid
    | Read
    | Duelled
    | Reasoned
    | SwitchedOff
    | Climbed
    | Transferred
    | Taught
    | Recognized
    | Placed
)
