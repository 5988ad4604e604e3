"""A drawing -> 28x28 the way MNIST was made, every stage kept for showing.

Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-Based Learning Applied to Document Recognition",
Proc. IEEE 86 (1998), section III.A: scale to fit a 20x20 box keeping the aspect ratio, with antialiasing; put the
centre of mass in the centre of a 28x28 field. In the files themselves the shift is by whole pixels (the centre of mass
of each of the first 5,000 images lies within half a pixel of row 14, column 14), and the brightest pixel of each image
is 254 or 255.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from cnn_core.design.arithmetic import sides
from cnn_core.errors import DataError
from cnn_core.language import N_, Text, joined

FIELD = 28  # side of what the network sees, px
BOX = 20  # longest side of the digit in it, px
CENTRE = 14  # row and column of the centre of mass
VISIBLE = 0.1  # fainter pixels are not counted as ink
SOLID = 0.97  # of the middle of its box: a dot fills all of it, the fullest of the 5,000 bundled digits 0.94


@dataclass(frozen=True, eq=False)
class Stage:
    """One step of the treatment.

    Args:
        image: (h, w) float32, 0 background .. 1 ink: the result of this step.
        caption: its numbers in words.
        seen: (28, 28) uint8: what a network would get if the treatment ended here.
    """

    title: Text
    image: np.ndarray
    caption: Text
    seen: np.ndarray


@dataclass(frozen=True, eq=False)
class Stages:
    """The five steps in order, and their numbers.

    Args:
        box: (top, left, height, width) of the ink in the drawing, px.
        scale: px of the scaled digit per px of the drawing.
        shift: (down, right) px from the middle of the field; negative is up, left.
    """

    drawing: Stage
    cropped: Stage
    scaled: Stage
    centred: Stage
    contrasted: Stage
    box: tuple[int, int, int, int]
    scale: float
    shift: tuple[int, int]

    def __iter__(self) -> Iterator[Stage]:
        return iter((self.drawing, self.cropped, self.scaled, self.centred, self.contrasted))

    @property
    def raw(self) -> np.ndarray:
        """(28, 28) uint8: the whole drawing made small, nothing else."""
        return self.drawing.seen

    @property
    def final(self) -> np.ndarray:
        """(28, 28) uint8: the digit as MNIST would hold it."""
        return self.contrasted.seen

    @property
    def blob(self) -> bool:
        """Whether it is a dot, or another solid thing: no narrow bar, and no gap in the ellipse in its middle."""
        ink = self.cropped.image >= 0.5
        down, right = (np.linspace(-1, 1, 2 * side + 1)[1::2] for side in ink.shape)
        middle = down[:, np.newaxis] ** 2 + right**2 <= 0.8**2
        return min(ink.shape) > max(ink.shape) / 2 and bool(ink[middle].mean() > SOLID)


def whole(title: Text, image: np.ndarray, caption: Text) -> Stage:
    """The stage after which a network would get the whole (H, W) `image`, made small."""
    return Stage(title, image, caption, _seen(_resized(image, FIELD, FIELD)))


def stages(ink: np.ndarray) -> Stages:
    """Treats a drawing of any size as the makers of MNIST treated their scans.

    Args:
        ink: (H, W), 0 background .. 1 ink.

    Raises:
        DataError: nothing is drawn, or ``ink`` is no such array.
    """
    ink = _checked(ink)
    top, left, height, width = box = bounding_box(ink)
    cropped = ink[top : top + height, left : left + width]
    scale = BOX / max(height, width)
    small = _resized(cropped, max(1, round(height * scale)), max(1, round(width * scale)))
    middle = tuple((FIELD - side) // 2 for side in small.shape)
    row, column = map(_offset, center_of_mass(small), small.shape)
    shift = row - middle[0], column - middle[1]
    field = _placed(small, (row, column))
    bright = field / field.max()

    size = Text("{sides} px", sides=sides(ink.shape))
    ink_size = Text("{sides} px of ink", sides=sides((height, width)))
    scaling = Text("{sides} px, times {scale:.2g}", sides=sides(small.shape), scale=scale)
    brightening = Text("brightest: {value} → 255", value=round(255 * float(field.max())))
    return Stages(
        whole(Text("Drawing"), ink, size),
        whole(Text("Cropped"), cropped, ink_size),
        Stage(Text("Scaled to {side} px", side=BOX), small, scaling, _seen(_placed(small, middle))),
        Stage(Text("Centred"), field, _in_words(shift), _seen(field)),
        Stage(Text("Full contrast"), bright, brightening, _seen(bright)),
        box=box,
        scale=scale,
        shift=shift,
    )


def bounding_box(ink: np.ndarray) -> tuple[int, int, int, int]:
    """(top, left, height, width) of what is at least VISIBLE of (H, W) ``ink``; DataError if nothing is."""
    visible = ink >= VISIBLE
    rows, columns = np.flatnonzero(visible.any(axis=1)), np.flatnonzero(visible.any(axis=0))
    if not rows.size:
        raise DataError(Text("The canvas is empty"), todo=Text("Draw a digit, large and in one piece"))
    return int(rows[0]), int(columns[0]), int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


def center_of_mass(ink: np.ndarray) -> tuple[float, float]:
    """(row, column): the mean place of the ink, each pixel weighted by its grey level."""
    rows, columns = ink.sum(axis=1, dtype=float), ink.sum(axis=0, dtype=float)
    return float(rows @ np.arange(rows.size) / rows.sum()), float(columns @ np.arange(columns.size) / columns.sum())


def _checked(ink: np.ndarray) -> np.ndarray:
    ink = np.asarray(ink, np.float32)
    if ink.ndim != 2 or not ink.size or not (ink.min() >= 0 and ink.max() <= 1):
        wrong_shape = ink.ndim != 2 or not ink.size
        received = Text("shape {shape}", shape=str(ink.shape)) if wrong_shape else _span(ink)
        raise DataError(Text("This is not a drawing"), expected=Text("shape (H, W), values 0 to 1"), received=received)
    return ink


def _span(ink: np.ndarray) -> Text:
    return Text("values {low:g} to {high:g}", low=float(ink.min()), high=float(ink.max()))


def _resized(image: np.ndarray, height: int, width: int) -> np.ndarray:
    # Pillow widens the filter when it shrinks, so every pixel of the drawing counts: that is the antialiasing.
    small = Image.fromarray(image).resize((width, height), Image.Resampling.BILINEAR)
    return np.clip(np.asarray(small), 0, 1)


def _offset(center: float, side: int) -> int:
    # A blob with a long tail would push the tail off the field: all ink stays, even if the centre is then a little off.
    # Rounded first, so that float noise does not decide about a centre that lies exactly between two pixels.
    return min(max(int(np.floor(round(CENTRE - center, 4) + 0.5)), 0), FIELD - side)


def _placed(image: np.ndarray, corner: tuple[int, int]) -> np.ndarray:
    field = np.zeros((FIELD, FIELD), np.float32)
    field[corner[0] : corner[0] + image.shape[0], corner[1] : corner[1] + image.shape[1]] = image
    return field


def _seen(image: np.ndarray) -> np.ndarray:
    return np.rint(255 * image).astype(np.uint8)


_MOVES = ((N_("{count} px up"), N_("{count} px down")), (N_("{count} px left"), N_("{count} px right")))


def _in_words(shift: tuple[int, int]) -> Text:
    moves = [Text(words[pixels > 0], count=abs(pixels)) for pixels, words in zip(shift, _MOVES, strict=True) if pixels]
    return joined(moves) if moves else Text("already there")
