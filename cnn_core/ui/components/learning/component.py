"""The typed face of what a training has learned so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from cnn_core.figures.images import data_url
from cnn_core.language import _
from cnn_core.ui.components.mount import mounted

FOLDER = Path(__file__).parent
SIDE = 80  # pixels: an image is sent no higher


@dataclass(frozen=True, eq=False)
class Watched:
    """Images that are looked at after every epoch.

    Attributes:
        images: (N, H, W, C) uint8.
        classes: (N,) integers, what they are.
        predicted: (N,) integers, what the network predicts now; empty before it has predicted any.
    """

    images: np.ndarray
    classes: Sequence[int]
    predicted: Sequence[int]


def learning(watched: Watched | None, filters: np.ndarray | None, class_names: Sequence[str], *, key: str) -> None:
    """Show both, or what there is of them.

    Args:
        filters: (H, W, 1 or 3, N) float32, of the first layer that has such.
        class_names: of the classes that are predicted.
    """
    data = {
        "words": {"images": _("Images kept aside (validation)"), "filters": _("The first filters")},
        "tiles": None if watched is None else sprite(watched.images) | tiles(watched, class_names),
        "filters": None if filters is None else _filters(filters),
    }
    mounted(FOLDER, html='<div class="learning"></div>')(key=key, data=data)


def tiles(watched: Watched, names: Sequence[str]) -> dict[str, Any]:
    """What stands below each image, and above all of them."""
    predicted: Sequence[int | None] = watched.predicted or [None] * len(watched.images)
    pairs = list(zip(watched.classes, predicted, strict=True))
    right = sum(true == read for true, read in pairs)
    told = _("{right} of {count} right", right=right, count=len(watched.images))
    return {
        "tiles": [_tile(true, read, names) for true, read in pairs],
        "summary": told if watched.predicted else _("Not read yet"),
    }


def _tile(true: int, read: int | None, names: Sequence[str]) -> dict[str, Any]:
    if read is None:
        return {"title": _("“{name}”, not read yet", name=names[true]), "read": "", "right": None}
    title = _("“{name}”, read as “{read}”", name=names[true], read=names[read])
    return {"title": title, "read": f"{'✓' if true == read else '✗'} {names[read]}", "right": true == read}


def sprite(images: np.ndarray) -> dict[str, Any]:
    """All of them side by side, no larger than they are shown, and the shape of one."""
    _count, rows, columns, _channels = images.shape
    strip = np.concatenate(list(images), axis=1)
    image = Image.fromarray(strip.squeeze(-1) if strip.shape[-1] == 1 else strip)
    height = min(SIDE, image.height)
    small = image.resize((round(image.width * height / image.height), height))
    return {"sprite": data_url(small), "shape": [columns, rows]}


def _filters(filters: np.ndarray) -> dict[str, Any]:
    """From -1 to 1, relative to the strongest of all their numbers."""
    values = np.round(filters / (np.abs(filters).max() or 1), 3)
    return described_filters(filters) | {"values": values.ravel().tolist()}


def described_filters(filters: np.ndarray) -> dict[str, Any]:
    """Filters of (H, W, 1 or 3, N), but their numbers."""
    sides = zip(("rows", "columns", "channels", "count"), filters.shape, strict=True)
    return {**dict(sides), "summary": _filter_words(filters.shape[2])}


def _filter_words(channels: int) -> str:
    if channels == 3:
        return _("The colours that each looks for")
    return _("Violet: bright here counts for it. Pink: against it.")
