"""Context: all that work can ask for while it runs. The same on a worker and where tests run work without one."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from cnn_core.data.datasets import Dataset
from cnn_core.engine.work.base import Key, Missing, Work
from cnn_core.errors import StudioError

KEPT = 6


class Kept:
    """The models and data sets that were used last: what is here need not be sent again. Safe in several threads."""

    def __init__(self, most: int = KEPT):
        self._most, self._lock = most, threading.Lock()
        self._values: OrderedDict[Key, Any] = OrderedDict()

    def __contains__(self, key: Key) -> bool:
        return key in self._values

    def get(self, key: Key, make: Callable[[], Any]) -> Any:
        """What is kept under `key`, or else what `make` gives."""
        with self._lock:
            value = self._values.pop(key, None)
            value = make() if value is None else value
            self._values[key] = value
            while len(self._values) > self._most:
                self._values.popitem(last=False)
            return value


class Context:
    """What one piece of work has around it.

    Args:
        kept: what this worker has already.
        supplies: what was sent along, by key: a model's .keras file, a backbone's arrays, or a data set.
        report: see `report`.
        stopped: see `stopped`.
    """

    def __init__(
        self,
        kept: Kept,
        supplies: Mapping[Key, Any],
        report: Callable[..., None] = lambda fraction, partial=None: None,
        stopped: Callable[[], bool] = lambda: False,
    ):
        self._kept, self._supplies = kept, supplies
        self._report, self._stopped = report, stopped

    def model(self, key: str) -> Any:
        """The trained model `key`, a keras.Model. It never changes: only a run without one can be resumed."""
        return self._get(Key("model", key), _load)

    def dataset(self, key: Key) -> Dataset:
        """The data set `key`."""
        return self._get(key, lambda dataset: dataset)

    def backbone(self, name: str) -> list[np.ndarray]:
        """What an architecture has learned on ImageNet, as `Backbones.arrays` gives it."""
        return self._get(Key("backbone", name), lambda arrays: arrays)

    def report(self, fraction: float, partial: Any = None) -> None:
        """Say that `fraction` (0 to 1) is done, and perhaps what there is so far: small, and without Keras in it."""
        self._report(fraction, partial)

    def stopped(self) -> bool:
        """Whether nobody wants the answer any more. Ask often: whoever has pressed Stop waits for it."""
        return self._stopped()

    def lacks(self, keys: tuple[Key, ...]) -> tuple[Key, ...]:
        """Those of `keys` that would have to be sent."""
        return tuple(key for key in keys if key not in self._kept and key not in self._supplies)

    def _get(self, key: Key, load: Callable[[Any], Any]) -> Any:
        def make() -> Any:
            if key not in self._supplies:  # other work has pushed it out meanwhile
                raise _Lacks(key)
            return load(self._supplies[key])

        return self._kept.get(key, make)


def answer(work: Work, context: Context) -> Any:
    """What `work` gives, or Missing. Raises StudioError: whatever went wrong, in words.

    It is raised where the error is no longer its context: Dask sends the context along, and to read one of Keras's
    errors the server would import Keras.
    """
    if lacking := context.lacks(work.needs()):
        return Missing(lacking)
    try:
        return work.run(context)
    except _Lacks as lacks:
        return Missing(lacks.args)
    except StudioError:
        raise
    except Exception as error:
        failure = work.in_words(error)
    raise failure


class _Lacks(Exception):  # noqa: N818 - not an error: a request
    """The worker does not have the thing of this key."""


def _load(content: bytes) -> Any:
    from cnn_core.training.build import from_bytes

    return from_bytes(content)
