"""Images changed on purpose, to see what a network can bear: moved, turned, noisy, with rows missing, shuffled."""

import numpy as np


def shift(images: np.ndarray, right: int, down: int = 0) -> np.ndarray:
    """(N, H, W, C) moved by whole pixels (negative: left, up); what comes in from outside is 0."""
    _, height, width, _ = images.shape
    padded = np.pad(images, ((0, 0), (abs(down),) * 2, (abs(right),) * 2, (0, 0)))
    top, left = abs(down) - down, abs(right) - right
    return padded[:, top : top + height, left : left + width]


def rotate(images: np.ndarray, degrees: float) -> np.ndarray:
    """(N, H, W, C) uint8 turned counterclockwise about the middle, bilinear; the corners become 0."""
    from scipy import ndimage  # half a second to import: the first visitor of a page need not wait for it

    return ndimage.rotate(images, degrees, axes=(2, 1), reshape=False, order=1, mode="constant") if degrees else images


def noise(images: np.ndarray, deviation: float, seed: int = 0) -> np.ndarray:
    """uint8 images with Gaussian noise of this standard deviation, clipped to 0 .. 255; the seed decides it."""
    drawn = np.random.default_rng(seed).normal(0, deviation, images.shape)
    return np.clip(np.rint(images + drawn), 0, 255).astype(np.uint8)


def drop_rows(images: np.ndarray) -> np.ndarray:
    """(N, H, W, C) without every other row, and each row that is left twice, so that the size stays."""
    return np.repeat(images[:, ::2], 2, axis=1)[:, : images.shape[1]]


def shuffle_pixels(images: np.ndarray, seed: int) -> np.ndarray:
    """(N, H, W, C) with the places of all pixels permuted, the same way in every image; channels stay together."""
    count, height, width, channels = images.shape
    order = np.random.default_rng(seed).permutation(height * width)
    return images.reshape(count, height * width, channels)[:, order].reshape(images.shape)


def background(image: np.ndarray) -> np.ndarray:
    """(C,) the most frequent value of each channel of (H, W, C) uint8: of a digit, black. What is covered looks so.

    >>> background(np.array([[[7, 1]], [[7, 2]], [[0, 2]]], np.uint8)).tolist()
    [7, 2]
    """
    channels = np.moveaxis(image, -1, 0)
    return np.array([np.bincount(channel.ravel(), minlength=256).argmax() for channel in channels], np.uint8)


def covered(image: np.ndarray, where: np.ndarray) -> np.ndarray:
    """(H, W, C) uint8 without what is under a cover: `where` is (H, W), true below it."""
    return np.where(where[..., np.newaxis], background(image), image)
