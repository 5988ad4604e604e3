"""The past of a run, as files of its weights tell it."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cnn_core.design.network import Network
from cnn_core.exchange.weights import Pixels, first_filters, read_checkpoint


class Past(NamedTuple):
    """Of each epoch that is kept, the filters of the first layer that has such.

    Attributes:
        filters: (epochs, H, W, 1 or 3, N) float32; None when no layer has such.
        far: (epochs,) how far they have moved since the first of these epochs.
        step: (epochs,) how far since the one before; 0 for the first.
    """

    filters: np.ndarray | None
    far: np.ndarray
    step: np.ndarray


def read_past(snapshots: Sequence[bytes], network: Network, pixels: Pixels) -> Past:
    """The past in at least one of a run's snapshots (`training.build.snapshot`), the earliest first.

    Raises DataError when they are none of this network's.
    """
    found = [first_filters(read_checkpoint(one, network, pixels), network) for one in snapshots]
    filters = [one for one in found if one is not None]
    if not filters:
        return Past(None, np.zeros(len(found)), np.zeros(len(found)))
    before = [filters[0], *filters[:-1]]
    far = [moved(filters[0], now) for now in filters]
    step = [moved(*pair) for pair in zip(before, filters, strict=True)]
    return Past(np.stack(filters), np.array(far), np.array(step))


def moved(before: np.ndarray, after: np.ndarray) -> float:
    """How far weights have moved, in units of what they were: the length of the difference by the length before.

    >>> moved(np.array([3.0, 4.0]), np.array([3.0, 5.0]))
    0.2
    """
    length = float(np.linalg.norm(before))
    return float(np.linalg.norm(after - before)) / length if length else 0.0
