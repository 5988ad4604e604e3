"""The typed face of the watch on Streamlit's sliders, which tell the server nothing before they are let go."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from cnn_core.ui.components.mount import mounted, nothing

FOLDER = Path(__file__).parent


class Watched(NamedTuple):
    """What a browser tells besides what its widgets do.

    Attributes:
        moving: by its label, the number that each slider shows, in the script run while one of them moves; else empty.
        still: whether its visitor wants nothing to move by itself.
    """

    moving: Mapping[str, float]
    still: bool


def watched_sliders(labels: Sequence[str], *, key: str) -> Watched:
    """Have the script, or the fragment, run up to five times a second while one of these sliders of the page moves."""
    told = mounted(FOLDER)(key=key, data={"labels": list(labels)}, on_moving_change=nothing, on_still_change=nothing)
    return Watched(told.moving or {}, bool(told.still))
