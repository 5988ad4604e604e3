"""What there is to see in a data set before any training: mean images, samples, and reading it batch by batch."""

from collections.abc import Iterator

import numpy as np

AT_ONCE = 2**24  # bytes of images that are copied at a time


def class_means(x: np.ndarray, y: np.ndarray, classes: int) -> np.ndarray:
    """The mean image of each class: (N, H, W, C) uint8 and (N,) labels -> (classes, H, W, C) uint8; black if none."""
    means = np.zeros((classes, *x.shape[1:]), np.uint8)
    step = max(1, AT_ONCE // x[0].nbytes)
    for label in np.unique(y):
        chosen = np.flatnonzero(y == label)  # copied some at a time: a class may be nearly all of a large data set
        parts = (chosen[start : start + step] for start in range(0, len(chosen), step))
        means[label] = np.rint(sum(x[part].sum(axis=0, dtype=np.int64) for part in parts) / len(chosen))
    return means


def samples(y: np.ndarray, label: int, many: int, seed: int) -> np.ndarray:
    """Indices of up to `many` random images of the class `label`, another choice for each seed."""
    return np.random.default_rng([seed, label]).permutation(np.flatnonzero(y == label))[:many]


def sheet(images: np.ndarray, side: int, gap: int = 4) -> np.ndarray:
    """Images side by side, each at least about `side` pixels high.

    Args:
        images: uint8, (N, H, W, C).

    Returns:
        uint8, (h, w, 4): RGBA, the gaps transparent.
    """
    times = max(1, round(side / images.shape[1]))
    large = images.repeat(times, axis=1).repeat(times, axis=2)
    number, height, width, channels = large.shape
    row = np.zeros((height, number * (width + gap) - gap, 4), np.uint8)
    for index, image in enumerate(large):
        left = index * (width + gap)
        row[:, left : left + width, :3] = image if channels == 3 else image[..., :1]
        row[:, left : left + width, 3] = 255
    return row


def batches(x: np.ndarray, y: np.ndarray, classes: int, batch_size: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Labelled images, one batch after another, epoch after epoch; only one batch is float32 at a time."""
    while True:
        for start in range(0, len(x), batch_size):
            stop = start + batch_size
            images = x[start:stop].astype(np.float32) / 255
            labels = np.eye(classes, dtype=np.float32)[y[start:stop]]
            yield images, labels
