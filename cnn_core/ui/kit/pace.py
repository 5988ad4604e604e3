"""How often a page looks for what is new: the more people are here the less often, because all share one server."""

import threading
import time

from cnn_core.ui.kit import session

FEW = 15  # visitors who look as often as somebody alone
HERE = 30.0  # seconds for which somebody counts after their last click or look
_seen: dict[str, float] = {}  # when each visit was last heard of
_lock = threading.Lock()


def here() -> None:
    """Count the visitor whose script this is: to be called by every page, and at every look."""
    now = time.monotonic()
    with _lock:
        _seen[session.visit()] = now
        for visit in [visit for visit, at in _seen.items() if now - at > HERE]:
            del _seen[visit]


def every(seconds: float) -> float:
    """Seconds between two looks at something, where somebody alone would look every `seconds`."""
    return seconds * max(1.0, len(_seen) / FEW)
