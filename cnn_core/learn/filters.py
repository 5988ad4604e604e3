"""Filters to begin with: small, and each known for something."""

import numpy as np

from cnn_core.language import N_
from cnn_core.learn.convolution import convolve
from cnn_core.learn.slide import Slide

Rows = tuple[tuple[float, ...], ...]

READY: dict[str, tuple[str, Rows]] = {
    "notes": (N_("The notes' example"), ((0, 1), (1, 2))),
    "vertical": (N_("Upright edges"), ((-1, 0, 1), (-1, 0, 1), (-1, 0, 1))),
    "horizontal": (N_("Level edges"), ((-1, -1, -1), (0, 0, 0), (1, 1, 1))),
    "diagonal": (N_("Diagonal lines"), ((2, -1, -1), (-1, 2, -1), (-1, -1, 2))),
    "blur": (N_("Blur"), ((1 / 9,) * 3,) * 3),
    "sharpen": (N_("Sharpen"), ((0, -1, 0), (-1, 5, -1), (0, -1, 0))),
    "sobel": (N_("Sobel"), ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1))),
    "laplace": (N_("Laplacian"), ((0, 1, 0), (1, -4, 1), (0, 1, 0))),
    "point": (N_("1×1"), ((1,),)),
}
"""By their keys, title and weights.

Sources: "notes" is the example of notes A and B; Sobel after I. Sobel and G. Feldman, 1968; the Laplacian is the sum of
second differences along both sides.
"""


def over_channels(rows: Rows, channels: int) -> np.ndarray:
    """(h, w, channels): the same weights for each channel, so that they look at its brightness.

    >>> over_channels(READY["notes"][1], 3).shape
    (2, 2, 3)
    """
    return np.repeat(np.asarray(rows, np.float32)[..., np.newaxis], channels, axis=2)


def centred(kernel: np.ndarray, side: int) -> np.ndarray:
    """A filter (h, w, channels) in the middle of a window of `side` cells: cut off, or with zeros around.

    >>> centred(over_channels(READY["point"][1], 1), 3)[..., 0].tolist()
    [[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]
    """
    found = np.zeros((side, side, kernel.shape[2]), kernel.dtype)
    inner = min(side, kernel.shape[0])
    outer, start = (kernel.shape[0] - inner) // 2, (side - inner) // 2
    found[start : start + inner, start : start + inner] = kernel[outer : outer + inner, outer : outer + inner]
    return found


def answers(kernel: np.ndarray) -> tuple[float, float, float]:
    """What a filter (h, w, channels) gives at most, without its sign: on a level edge, an upright one, a plain area.

    >>> answers(over_channels(((1, 1), (-1, -1)), 1))
    (2.0, 0.0, 0.0)
    """
    side, channels = 2 * max(kernel.shape[:2]), kernel.shape[2]
    level = np.zeros((side, side, channels))
    level[side // 2 :] = 1
    slides = Slide(kernel.shape[0]), Slide(kernel.shape[1])
    images = level, level.transpose(1, 0, 2), np.ones_like(level)
    strongest = [float(np.abs(convolve(image, kernel, 0.0, *slides)).max()) for image in images]
    return strongest[0], strongest[1], strongest[2]
