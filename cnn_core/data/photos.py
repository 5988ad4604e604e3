"""Images of any size, made to fit what a network takes: one treatment for a data set and for the image asked about.

The middle is cropped to the shape of the input, then scaled with antialiasing: nothing is stretched.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from cnn_core.data.images import decoded
from cnn_core.design.arithmetic import sides
from cnn_core.language import Text

COLOUR_STEP, COLOUR_FRACTION = 16, 0.01  # an image is in colour when channels differ by more in more of its pixels


@dataclass(frozen=True, eq=False)
class Step:
    """One step of the treatment: ``image`` is uint8, (h, w, 3) or (h, w, 1)."""

    title: Text
    image: np.ndarray
    caption: Text


def read_photo(data: bytes, *, max_bytes: int, max_pixels: int) -> tuple[tuple[int, int], np.ndarray]:
    """A PNG, JPEG or WebP file: its own (height, width), and its pixels.

    The pixels are (H, W, 3) uint8, at most 512 px long, what is transparent made white. Raises DataError: not such a
    image, too large or damaged.
    """
    size, image = decoded(data, max_bytes=max_bytes, max_pixels=max_pixels)
    paper = Image.new("RGBA", image.size, "white")
    return size, np.asarray(Image.alpha_composite(paper, image).convert("RGB"))


def is_colour(photo: np.ndarray) -> bool:
    """Whether (H, W, 3) ``photo`` shows colours, not only greys."""
    return bool((np.ptp(photo.astype(np.int16), axis=-1) > COLOUR_STEP).mean() > COLOUR_FRACTION)


def steps(photo: np.ndarray, input_shape: tuple[int, int, int], *, inverted: bool = False) -> tuple[Step, ...]:
    """The way of an image to the network; the last step's image has ``input_shape``.

    Args:
        photo: uint8, (H, W, 3) or (H, W, 1).
        input_shape: (height, width, channels) of the network's input, channels 1 or 3.
        inverted: swap light and dark at the end, for networks that learned light things on black.
    """
    height, width, channels = input_shape
    cropped = _cropped(photo, height, width)
    small = _resized(cropped, height, width)
    done = [
        Step(Text("Image"), photo, _size(photo)),
        Step(Text("Cropped"), cropped, Text("the middle, {size}", size=_size(cropped))),
        Step(Text("Scaled"), small, _size(small)),
    ]
    if small.shape[2] != channels and channels == 1:
        small = _grey(small)
        done.append(Step(Text("Grayscale"), small, Text("1 channel")))
    elif small.shape[2] != channels:
        small = np.repeat(small, 3, axis=2)
        done.append(Step(Text("Three channels"), small, Text("3 equal channels")))
    if inverted:
        done.append(Step(Text("Inverted"), 255 - small, Text("light and dark swapped")))
    return tuple(done)


def fitted(photo: np.ndarray, input_shape: tuple[int, int, int]) -> np.ndarray:
    """The end of `steps`: uint8 of ``input_shape``."""
    return steps(photo, input_shape)[-1].image


def _cropped(photo: np.ndarray, height: int, width: int) -> np.ndarray:
    """The largest middle part with the proportions height : width. (ImageOps.fit would not show it as a step.)"""
    scale = min(photo.shape[0] / height, photo.shape[1] / width)
    tall, wide = max(1, round(height * scale)), max(1, round(width * scale))
    top, left = (photo.shape[0] - tall) // 2, (photo.shape[1] - wide) // 2
    return photo[top : top + tall, left : left + wide]


def _resized(photo: np.ndarray, height: int, width: int) -> np.ndarray:
    if photo.shape[:2] == (height, width):
        return photo
    # Pillow widens the filter when it shrinks, so every pixel counts: that is the antialiasing.
    image = Image.fromarray(photo.squeeze(axis=2) if photo.shape[2] == 1 else photo)
    small = image.resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(small).reshape(height, width, -1)


def _grey(photo: np.ndarray) -> np.ndarray:
    """Pillow's, which is ITU-R BT.601 luma."""
    return np.asarray(Image.fromarray(photo).convert("L"))[..., np.newaxis]


def _size(photo: np.ndarray) -> Text:
    return Text("{sides} px", sides=sides(photo.shape[:2]))
