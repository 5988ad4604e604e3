"""Loops: what a server does again and again, each in a thread of its own."""

import logging
import threading
from collections.abc import Callable

from cnn_core.errors import StudioError

LOG = logging.getLogger(__name__)


class Loops:
    """Calls each of `turns` every `pause` seconds, or as soon as it is woken, until it is closed.

    A turn that fails is not the last one.
    """

    def __init__(self, pause: float, *turns: Callable[[], None]):
        self._pause, self._closing = pause, threading.Event()
        self._wakes = {turn.__name__.strip("_"): threading.Event() for turn in turns}
        self._troubles: dict[str, Exception] = {}
        self._threads = [
            threading.Thread(target=self._live, args=(name, turn), daemon=True, name=name)
            for name, turn in zip(self._wakes, turns, strict=True)
        ]

    @property
    def trouble(self) -> Exception | None:
        """What one of them met the last time; None when all is well."""
        return next(iter(list(self._troubles.values())), None)

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def wake(self, *names: str) -> None:
        """There is something new for these turns, or, without a name, for all."""
        for name in names or self._wakes:
            self._wakes[name].set()

    def close(self) -> None:
        """End. A turn that waits for something that does not come is left behind."""
        self._closing.set()
        self.wake()
        for thread in filter(threading.Thread.is_alive, self._threads):
            thread.join(timeout=2 * self._pause)

    def _live(self, name: str, turn: Callable[[], None]) -> None:
        while not self._closing.is_set():
            try:
                turn()
                self._troubles.pop(name, None)
            except (StudioError, OSError) as error:
                self._troubles[name] = error
            except Exception:
                LOG.exception("A turn of %s failed", name)
            self._wakes[name].wait(self._pause)
            self._wakes[name].clear()
