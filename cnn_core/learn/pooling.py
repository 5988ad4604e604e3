"""Pooling by hand: one number for each place of a window, and how much of it stays when the image moves.

Source: Keras's MaxPooling2D and AveragePooling2D: what lies beyond the map counts for nothing. Keras has neither the
smallest nor the sum.
"""

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np

from cnn_core.learn.slide import Slide

Way = Literal["max", "average", "min", "sum"]
WAYS: tuple[Way, ...] = get_args(Way)
_OF: dict[Way, Callable[..., np.ndarray]] = {"max": np.max, "average": np.mean, "min": np.min, "sum": np.sum}
SAME = 1e-6
"""Values closer than this are the same."""


def pool(image: np.ndarray, way: Way, vertical: Slide, horizontal: Slide) -> np.ndarray:
    """The (rows, columns, channels) map of (H, W, channels).

    >>> grid = np.array([[1, 2, 0], [4, 3, 0]])[..., None]
    >>> pool(grid, "max", Slide(2, 2, padding="same"), Slide(2, 2, padding="same"))[..., 0].tolist()
    [[4.0, 0.0]]
    """
    height, width, channels = image.shape
    map_ = np.zeros((vertical.cells(height), horizontal.cells(width), channels))
    for row, down in enumerate(vertical.places(height)):
        for column, across in enumerate(horizontal.places(width)):
            window = image[np.ix_(_inside(down, height), _inside(across, width))]
            map_[row, column] = _OF[way](window, axis=(0, 1))
    return map_


def _inside(places: np.ndarray, size: int) -> np.ndarray:
    return places[(places >= 0) & (places < size)]


def moved(image: np.ndarray, down: int, right: int) -> np.ndarray:
    """The image shifted by so many pixels; zeros come in at the border.

    >>> moved(np.arange(4.0).reshape(2, 2, 1), 1, 0)[..., 0].tolist()
    [[0.0, 0.0], [0.0, 1.0]]
    """
    height, width, _channels = image.shape
    around = ((max(down, 0), max(-down, 0)), (max(right, 0), max(-right, 0)), (0, 0))
    top, left = max(-down, 0), max(-right, 0)
    return np.pad(image, around)[top : top + height, left : left + width]


def kept(before: np.ndarray, after: np.ndarray) -> float:
    """The fraction of cells that stay as they were, of those where there is something before or after; 1 if nowhere.

    Args:
        before, after: (rows, columns, channels).
    """
    something = (np.abs(before) > SAME).any(axis=2) | (np.abs(after) > SAME).any(axis=2)
    same = (np.abs(before - after) <= SAME).all(axis=2)
    return float(same[something].mean()) if something.any() else 1.0
