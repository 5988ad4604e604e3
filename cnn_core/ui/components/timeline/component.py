"""The typed face of the epochs of a training."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cnn_core.language import _
from cnn_core.ui.components.learning.component import Watched, described_filters, sprite, tiles
from cnn_core.ui.components.mount import mounted, nothing
from cnn_core.ui.components.network.component import framed
from cnn_core.ui.kit import session

FOLDER = Path(__file__).parent
STYLES = (FOLDER.parent / "learning" / "learning.css", FOLDER.parent / "window" / "player.css")
LEVELS = 127
"""The largest number of an int8."""


@dataclass(frozen=True, eq=False)
class Moment:
    """A training after some epoch.

    Attributes:
        name: of the epoch.
        told: what there is to say of it.
        predicted: the class of each image that is watched; empty where it is not known.
        mistakes: what there is to say of its confusion matrix.
    """

    name: str
    told: str
    predicted: Sequence[int]
    mistakes: str = ""


def timeline(
    moments: Sequence[Moment],
    watched: Watched | None,
    filters: np.ndarray | None,
    confusions: np.ndarray | None,
    class_names: Sequence[str],
    *,
    place: int,
    key: str,
) -> int:
    """Show it, or what there is of it.

    Args:
        watched: the images, whatever they were read as.
        filters: (epochs, H, W, 1 or 3, N) float32, of the first layer that has such.
        confusions: (epochs, classes, classes) counts below 65,536; row: what it is, column: what it is read as.
        place: of the moment that is shown first.

    Returns:
        The place of the moment that is shown.
    """
    head = {
        "words": _words(),
        "place": place,
        "moments": [_moment(moment, watched, class_names) for moment in moments],
        "tiles": None if watched is None else sprite(watched.images),
        "filters": None if filters is None else described_filters(filters[0]),
        "matrix": None if confusions is None else {"names": list(class_names)},
    }
    data = framed(head) + _levels(filters) + _counts(confusions)
    mount = mounted(FOLDER, html='<div class="timeline learning"></div>', styles=STYLES)
    mount(key=key, data=data, on_place_change=nothing)
    told = session.component_state(key).get("place")  # nothing before it is moved
    return min(max(int(place if told is None else told), 0), len(moments) - 1)


def _words() -> dict[str, str]:
    return {
        "first": _("Back to the start"),
        "play": _("Play"),
        "pause": _("Pause"),
        "next": _("Next epoch"),
        "slider": _("Epoch"),
        "speed": _("Speed"),
        "clock": "",
        "images": _("Images kept aside (validation)"),
        "filters": _("The first filters"),
        "matrix": _("What it is, and what it is read as"),
    }


def _moment(moment: Moment, watched: Watched | None, class_names: Sequence[str]) -> dict[str, Any]:
    about: dict[str, Any] = {"name": moment.name, "told": moment.told, "mistakes": moment.mistakes}
    if watched:
        about["tiles"] = tiles(Watched(watched.images, watched.classes, moment.predicted), class_names)
    return about


def _levels(filters: np.ndarray | None) -> bytes:
    """One scale for all epochs: that filters grow is to be seen."""
    if filters is None:
        return b""
    return np.round(filters / (np.abs(filters).max() or 1) * LEVELS).astype(np.int8).tobytes()


def _counts(confusions: np.ndarray | None) -> bytes:
    return b"" if confusions is None else confusions.astype("<u2").tobytes()
