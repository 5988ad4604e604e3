"""Why a convolution: three observations about images (note E), each as an experiment with a number.

A pattern is smaller than the image; it can be anywhere; and with every other row dropped one still sees what it is.
"""

import numpy as np

from cnn_core.learn.convolution import convolve
from cnn_core.learn.slide import Slide


def part(image: np.ndarray, top: int, left: int, side: int) -> np.ndarray:
    """A square of (H, W, 1) as a filter, (side, side, 1): brighter than its average counts for it, darker against."""
    cut = image[top : top + side, left : left + side]
    return cut - cut.mean()


def found(image: np.ndarray, filter_: np.ndarray) -> tuple[float, int, int]:
    """The largest value that the filter gives anywhere on (H, W, 1), and the row and column of its window's corner.

    >>> line = np.zeros((5, 5, 1)); line[2, 1:4] = 1
    >>> found(line, np.ones((1, 3, 1)))
    (3.0, 2, 1)
    """
    map_ = convolve(image, filter_, 0.0, Slide(filter_.shape[0]), Slide(filter_.shape[1]))
    row, column = np.unravel_index(int(map_.argmax()), map_.shape)
    return float(map_[row, column]), int(row), int(column)


def dense_value(image: np.ndarray, learned: np.ndarray) -> float:
    """What a dense unit gives that has learned one image by heart: it has a weight for each pixel, in its place."""
    return float(np.sum(image * (learned - learned.mean())))


def thinned(images: np.ndarray, every: int) -> np.ndarray:
    """(N, H, W, C) with only every so many rows and columns, each repeated to keep the size.

    >>> thinned(np.arange(4).reshape(1, 1, 4, 1), 2)[0, 0, :, 0].tolist()
    [0, 0, 2, 2]
    """
    _count, height, width, _channels = images.shape
    rows, columns = (np.arange(side) // every * every for side in (height, width))
    return images[:, rows][:, :, columns]
