"""Waiting for a state, and not for a time: a slow machine waits longer and fails no test."""

import time
from collections.abc import Callable


def until(condition: Callable[[], object], seconds: float = 120) -> None:
    """Wait until the condition is true; an AssertionError when it never is."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s in vain"
        time.sleep(0.02)
