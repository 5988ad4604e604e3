"""Pictures of any size, made to fit what a network takes: one treatment for a data set and for the picture asked about.

The middle is cropped to the shape of the input, then scaled with antialiasing: nothing is stretched.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from cnn_core.data.images import decoded

COLOUR_STEP, COLOUR_SHARE = 16, 0.01  # a picture is in colour when channels differ by more in more of its pixels


@dataclass(frozen=True, eq=False)
class Step:
    """One step of the treatment: ``picture`` is uint8, (h, w, 3) or (h, w, 1)."""

    title: str
    picture: np.ndarray
    caption: str


def read_photo(data: bytes, *, max_bytes: int, max_pixels: int) -> tuple[tuple[int, int], np.ndarray]:
    """A PNG, JPEG or WebP file: its own (height, width), and its pixels.

    The pixels are (H, W, 3) uint8, at most 512 px long, what is transparent made white. Raises DataError: not such a
    picture, too large or damaged.
    """
    size, picture = decoded(data, max_bytes=max_bytes, max_pixels=max_pixels)
    paper = Image.new("RGBA", picture.size, "white")
    return size, np.asarray(Image.alpha_composite(paper, picture).convert("RGB"))


def is_colour(photo: np.ndarray) -> bool:
    """Whether (H, W, 3) ``photo`` shows colours, not only greys."""
    return bool((np.ptp(photo.astype(np.int16), axis=-1) > COLOUR_STEP).mean() > COLOUR_SHARE)


def steps(photo: np.ndarray, input_shape: tuple[int, int, int], *, inverted: bool = False) -> tuple[Step, ...]:
    """The way of a picture to the network; the last step's picture has ``input_shape``.

    Args:
        photo: uint8, (H, W, 3) or (H, W, 1).
        input_shape: (height, width, channels) of the network's input, channels 1 or 3.
        inverted: swap light and dark at the end, for networks that learned light things on black.
    """
    height, width, channels = input_shape
    done = [Step("Picture", photo, _sides(photo))]

    def add(title: str, picture: np.ndarray, caption: str) -> None:
        done.append(Step(title, picture, caption))

    cropped = _cropped(photo, height, width)
    add("Cropped", cropped, f"the middle, {_sides(cropped)}")
    small = _resized(cropped, height, width)
    add("Scaled", small, _sides(small))
    if small.shape[2] != channels:
        small = _grey(small) if channels == 1 else np.repeat(small, 3, axis=2)
        add("Grayscale" if channels == 1 else "Three channels", small, f"{channels} channel{'s' * (channels > 1)}")
    if inverted:
        add("Inverted", 255 - small, "light and dark swapped")
    return tuple(done)


def fitted(photo: np.ndarray, input_shape: tuple[int, int, int]) -> np.ndarray:
    """The end of `steps`: uint8 of ``input_shape``."""
    return steps(photo, input_shape)[-1].picture


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


def _sides(photo: np.ndarray) -> str:
    return f"{photo.shape[0]} × {photo.shape[1]} px"
