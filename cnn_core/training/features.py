"""What frozen layers make of images: computed once, kept in a folder, and never again."""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import prod
from pathlib import Path

import keras
import numpy as np

from cnn_core.data.whole import written_whole
from cnn_core.design.evaluation import at_a_time
from cnn_core.design.network import Network
from cnn_core.design.shapes import LayerReport, trace

MOST_BYTES = 2**30
"""Of the features of all images of a training: more would not fit into the memory beside all else."""
Report = Callable[[int, int], None]
"""Gets how many images are done, and how many there are; what it raises ends the work."""


@dataclass(frozen=True)
class Shelf:
    """Where features are kept: the oldest go when there are more than `limit` bytes. Without a folder none are."""

    folder: Path | None = None
    limit: int = MOST_BYTES

    def get(self, key: str, make: Callable[[], np.ndarray]) -> np.ndarray:
        """What is kept under `key`, or else what `make` gives."""
        if self.folder is None:
            return make()
        path = self.folder / f"{key}.npy"
        with suppress(OSError, ValueError, EOFError):  # none, or half of one
            found = np.load(path, allow_pickle=False)
            path.touch()
            return found
        made = make()
        with suppress(OSError):  # a full disk: the training has them all the same
            self._put(path, made)
        return made

    def _put(self, path: Path, made: np.ndarray) -> None:
        if made.nbytes > self.limit:
            return
        with written_whole(path) as file:
            np.save(file, made)
        kept = sorted(path.parent.glob("*.npy"), key=lambda one: one.stat().st_mtime, reverse=True)
        total = 0
        for one in kept:
            total += one.stat().st_size
            if total > self.limit:
                one.unlink(missing_ok=True)


def fits(network: Network, images: int, end: int) -> bool:
    """Whether the features of so many images, behind `end` layers, can be kept in memory."""
    return end > 0 and 4 * images * prod(trace(network.opened()).reports[end - 1].output_shape) <= MOST_BYTES


def seen(
    model: keras.Model,
    network: Network,
    end: int,
    images: np.ndarray,
    shelf: Shelf,
    report: Report = lambda done, of: None,
) -> np.ndarray:
    """What the first `end` layers of the opened network make of images.

    Args:
        model: `build.build` of the network, in float32.
        images: uint8, (N, H, W, C).

    Returns:
        (N, ...) float32.
    """
    reports = trace(network.opened()).reports
    layers = list(model.layers[: len(model.layers) - len(reports) + end])

    def make() -> np.ndarray:
        look = keras.Sequential([keras.Input(network.input_shape), *layers])
        size = min(at_a_time(network), len(images))
        found = np.empty((len(images), *reports[end - 1].output_shape), np.float32)
        for place in range(0, len(images), size):
            batch = images[place : place + size]
            padded = np.concatenate([batch, np.repeat(batch[:1], size - len(batch), axis=0)])  # one graph serves all
            found[place : place + size] = look.predict_on_batch(padded)[: len(batch)]
            report(min(place + size, len(images)), len(images))
        return found

    return shelf.get(_key(layers, reports[:end], images), make)


def _key(layers: Sequence[keras.Layer], reports: Sequence[LayerReport], images: np.ndarray) -> str:
    """By what is computed, and from what."""
    known = hashlib.blake2b(str((images.shape, len(layers))).encode(), digest_size=20)
    known.update(np.ascontiguousarray(images).data)
    for report in reports:
        known.update(report.layer.model_dump_json().encode())
    for layer in layers:
        for array in layer.get_weights():
            known.update(np.ascontiguousarray(array).data)
    return known.hexdigest()
