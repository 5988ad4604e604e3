"""A map of numbers laid over an image: the more it counts, the warmer."""

import numpy as np
from PIL import Image

WARM = np.array([255.0, 138.0, 0.0])
COLD = np.array([60.0, 110.0, 230.0])
GREY = 0.55
"""How bright the image below is."""


def overlay(image: np.ndarray, heat: np.ndarray, side: int, *, strongest: float | None = None) -> Image.Image:
    """(H, W, C) uint8 with (H, W) numbers over it, at least `side` pixels along its shorter side.

    What is above 0 is warm and what is below is cold, in full colour what is as strong as `strongest`, or else as the
    strongest of all.
    """
    plain = image.mean(axis=2, keepdims=True) * GREY
    strongest = strongest or np.abs(heat).max() or 1.0
    amount = np.clip(np.abs(heat) / strongest, 0, 1)[..., np.newaxis]
    colour = np.where(heat[..., np.newaxis] >= 0, WARM, COLD)
    pixels = np.rint(plain * (1 - amount) + colour * amount).astype(np.uint8)
    times = max(1, -(-side // min(heat.shape)))
    return Image.fromarray(pixels).resize((heat.shape[1] * times, heat.shape[0] * times), Image.Resampling.NEAREST)


def signed(values: np.ndarray, side: int) -> Image.Image:
    """(H, W) numbers on their own: warm above 0, cold below, grey at 0; `side` as in `overlay`."""
    return overlay(np.full((*values.shape, 1), 128, np.uint8), values, side)


def filter_picture(weights: np.ndarray, side: int) -> Image.Image:
    """(H, W, 1 or 3) weights, -1 to 1: signed, or as the colours that they look for; `side` as in `overlay`."""
    if weights.shape[2] == 1:
        return overlay(np.full(weights.shape, 128, np.uint8), weights[..., 0], side, strongest=1.0)
    pixels = np.rint(127.5 + 127.5 * weights).astype(np.uint8)
    times = max(1, -(-side // min(weights.shape[:2])))
    return Image.fromarray(pixels).resize((pixels.shape[1] * times, pixels.shape[0] * times), Image.Resampling.NEAREST)


def brightness(values: np.ndarray, side: int) -> Image.Image:
    """(H, W) numbers from the smallest, black, to the largest, white."""
    spread = np.ptp(values) or 1.0
    pixels = np.rint(255 * (values - values.min()) / spread).astype(np.uint8)
    times = max(1, -(-side // min(values.shape)))
    return Image.fromarray(pixels).resize((values.shape[1] * times, values.shape[0] * times), Image.Resampling.NEAREST)
