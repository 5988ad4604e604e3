"""What a training begins with, on the worker: the first layers of another network."""

import numpy as np

from cnn_core.design.start import Start
from cnn_core.engine.work.base import Key
from cnn_core.engine.work.context import Context
from cnn_core.exchange.backbones import whole
from cnn_core.exchange.weights import weight_shapes


def start_keys(start: Start | None) -> tuple[Key, ...]:
    """What a worker needs for it."""
    if start is None:
        return ()
    return (Key("backbone", start.backbone) if start.backbone else Key("model", start.base),)


def start_arrays(context: Context, start: Start | None, depth: int) -> list[np.ndarray]:
    """The weights that are taken over; `depth`: `Supplies.depth` of the start."""
    from cnn_core.training.start import first_arrays

    if start is None:
        return []
    if not start.backbone:
        return first_arrays(context.model(start.base), depth, start.layers)
    count = sum(map(len, weight_shapes(whole(start.backbone).opened())[: start.layers]))
    return context.backbone(start.backbone)[:count]
