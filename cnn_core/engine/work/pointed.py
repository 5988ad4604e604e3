"""Pointed: where several models see reasons for what they read in the same images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnn_core.engine.work.base import BACKGROUND, Key, Work
from cnn_core.engine.work.context import Context
from cnn_core.engine.work.insight import not_seen
from cnn_core.errors import EngineError


@dataclass(frozen=True)
class Looker:
    """A model that is asked.

    Args:
        key: in the library.
        depth: how many layers its design has.
        layer: the place of the layer whose maps Grad-CAM looks at; None for a network without maps, which has saliency.
    """

    key: str
    depth: int
    layer: int | None


@dataclass(frozen=True, eq=False)
class Pointed(Work):
    """What speaks for a class in each image.

    Args:
        lookers: the models.
        images: (N, H, W, C) uint8.
        labels: of each model, the class that is asked about in each image.
    """

    lookers: tuple[Looker, ...]
    images: np.ndarray
    labels: tuple[tuple[int, ...], ...]

    place = BACKGROUND

    def needs(self) -> tuple[Key, ...]:
        return tuple(Key("model", looker.key) for looker in self.lookers)

    def run(self, context: Context) -> np.ndarray:
        """(models, N, H, W) numbers over the images."""
        from cnn_core.insight.decided import grad_cam, saliency

        found = []
        for looker, labels in zip(self.lookers, self.labels, strict=True):
            model = context.model(looker.key)
            pairs = zip(self.images, labels, strict=True)
            if looker.layer is None:
                found.append([saliency(model, looker.depth, *pair) for pair in pairs])
            else:
                found.append([grad_cam(model, looker.depth, *pair, looker.layer) for pair in pairs])
        return np.array(found, np.float32)

    def in_words(self, error: Exception) -> EngineError:
        return not_seen(error)
