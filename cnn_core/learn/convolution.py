"""A convolution by hand: every place of the window with its products, their sum, and the cell that it fills.

Source: the definition, as in Dumoulin & Visin 2016, "A guide to convolution arithmetic for deep learning". Like all of
deep learning it does not turn the filter round: strictly speaking a cross-correlation.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cnn_core.learn.slide import Slide


@dataclass(frozen=True, eq=False)
class Step:
    """One place of the window.

    Attributes:
        row, column: of the cell of the output that it fills.
        window: (h, w, channels) the values under it, zeros where it looks beyond the map.
        products: (h, w, channels) each of them times its weight.
        sums: (channels,) of the products; a filter spans all channels.
        value: their sum with the bias: the cell.
    """

    row: int
    column: int
    window: np.ndarray
    products: np.ndarray
    sums: np.ndarray
    value: float


def steps(image: np.ndarray, kernel: np.ndarray, bias: float, vertical: Slide, horizontal: Slide) -> Iterator[Step]:
    """The places of the window, row by row.

    Args:
        image: (H, W, channels).
        kernel: (h, w, channels), one filter.
    """
    height, width, _channels = image.shape
    columns = list(_padded(horizontal.places(width), horizontal, width))
    padded = np.pad(image, (vertical.frame(height), horizontal.frame(width), (0, 0)))
    for row, down in enumerate(_padded(vertical.places(height), vertical, height)):
        for column, across in enumerate(columns):
            window = padded[np.ix_(down, across)]
            products = window * kernel
            sums = products.sum(axis=(0, 1))
            yield Step(row, column, window, products, sums, float(sums.sum() + bias))


def _padded(places: np.ndarray, slide: Slide, size: int) -> np.ndarray:
    return places + slide.frame(size)[0]


def convolve(image: np.ndarray, kernel: np.ndarray, bias: float, vertical: Slide, horizontal: Slide) -> np.ndarray:
    """The (rows, columns) map that one filter makes of (H, W, channels).

    >>> grid = np.arange(9.0).reshape(3, 3, 1)
    >>> convolve(grid, np.array([[0, 1], [1, 2]])[..., None], 0, Slide(2), Slide(2)).tolist()
    [[12.0, 16.0], [24.0, 28.0]]
    """
    height, width, _channels = image.shape
    values = [step.value for step in steps(image, kernel, bias, vertical, horizontal)]
    return np.array(values).reshape(vertical.cells(height), horizontal.cells(width))
