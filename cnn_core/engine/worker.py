"""A worker's process: how it starts, and how it does what it is sent. The server imports this module to name it."""

import gc
import math
import os
import pickle
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import psutil
from distributed import Worker, get_worker

from cnn_core.design.presets import PRESETS
from cnn_core.engine import openssl
from cnn_core.engine.work.base import TRAINING, Key, Missing, Work
from cnn_core.engine.work.context import Context, Kept, answer
from cnn_core.settings import MIB

OLD = "old"
"""The metric of a trainer by which a server hears that it is."""
GROWTH = 512 * MIB
"""What a trainer may have grown by when a run ends: TensorFlow 2.21 keeps some MiB of each network that it traced."""
_kept = Kept()
_stops: set[Hashable] = set()  # the orders that nobody wants any more


class Age:
    """Whether this process has grown so much that another one had better take its place."""

    def __init__(self) -> None:
        self.old = False
        self.most = math.inf  # bytes

    def begin(self, limit: int | None) -> None:
        """It is ready for its first work, and may take `limit` bytes: half of what is left then is for that work."""
        young = psutil.Process().memory_info().rss
        self.most = young + min(GROWTH, ((limit or math.inf) - young) / 2)

    def look(self) -> None:
        """A run has ended, and what it needed is gone."""
        self.old = psutil.Process().memory_info().rss > self.most


_age = Age()


def dask_setup(worker: Worker) -> None:
    """Dask calls this when a worker starts: import Keras now, not when somebody waits for it.

    Not in a thread: a training beside it would share Keras's random state, and its seed would mean nothing.
    """
    openssl.cure()  # or one broken connection of this worker breaks the next, healthy one
    trains = TRAINING in worker.state.total_resources
    if trains:
        os.nice(5)  # people who draw and click come first when there are few cores
    from cnn_core.engine import imports  # noqa: F401 - first: what a copy has already, and others import as sparingly
    from cnn_core.training import build, device

    if trains:
        device.warm_up()
        worker.metrics[OLD] = lambda worker: _age.old
    else:
        build.build(PRESETS["keras-log"].network).predict_on_batch(np.zeros((1, 28, 28, 1), np.uint8))
    # To trace a network makes many objects, and so many collections: they need not look at all of TensorFlow each time.
    gc.collect()
    gc.freeze()
    _age.begin(worker.memory_manager.memory_limit)


@dataclass(frozen=True, eq=False)
class Order:
    """Work on its way to a worker.

    Args:
        name: by which it can be stopped; a run that is resumed has another one, so that it does not stop again.
        supplies: what the worker may lack, by key.
        topic: where it reports its progress; empty: to nobody.
    """

    work: Work
    name: Hashable = None
    supplies: Mapping[Key, Any] = field(default_factory=dict)
    topic: str = ""


def carry_out(order: Order) -> Any | Missing:
    """What the order's work gives. Raises StudioError: whatever went wrong, in words."""
    worker = get_worker()

    def report(fraction: float, partial: Any) -> None:
        if order.topic:
            content = None if partial is None else pickle.dumps(partial)
            worker.log_event(order.topic, {"name": order.name, "fraction": fraction, "partial": content})

    try:
        return answer(order.work, Context(_kept, order.supplies, report, lambda: order.name in _stops))
    finally:
        _stops.discard(order.name)
        if order.work.place == TRAINING and not order.work.wish:
            gc.collect()  # a network and its data hang together in circles: a duel would pile them up
            _age.look()


def request_stop(name: Hashable) -> None:
    """Make the order of this name end soon, if it is on this worker or comes to it."""
    _stops.add(name)
