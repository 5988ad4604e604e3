"""What the living network shows, on whatever page: the weights of a model, the visitor's drawing, or an example."""

import threading
from collections.abc import Hashable
from contextlib import suppress
from typing import Any

import numpy as np
import streamlit as st
from cachetools import LRUCache, cached

from cnn_core.data.digits import stages
from cnn_core.design.network import Network
from cnn_core.errors import DataError, StudioError
from cnn_core.exchange.weights import Weights, read_checkpoint, read_weights
from cnn_core.language import _
from cnn_core.runs.models import CHECKPOINT_FILE, ready_made
from cnn_core.runs.people import LONGEST
from cnn_core.runs.run import Run
from cnn_core.runs.state import RunState
from cnn_core.settings import MB
from cnn_core.ui import pages
from cnn_core.ui.components.network.component import DRAWABLE, Drawing, Pad
from cnn_core.ui.kit import drawings, services, who
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.sharing import asked_text, carry, follow
from cnn_core.ui.kit.wording import literal

LAST: Slot[dict[str, Any] | None] = Slot("draw.last", None)
"""The visitor's drawing, whatever it was drawn on: its "strokes", and its "ink" as (H, W), 0 .. 1."""
INITIAL: Slot[list[dict[str, Any]] | None] = Slot("draw.initial", None)
"""The strokes that a pad begins with."""

_KEPT: LRUCache[Hashable, Weights] = LRUCache(24 * MB, getsizeof=lambda weights: weights.size)
"""What models have learned: those of a whole class, because every click on a page with a network shows it again."""
_LOCK = threading.Lock()


@cached(_KEPT, lock=_LOCK)
def model_weights(key: str) -> Weights:
    """What the model `key` has learned; raises StudioError when it is gone."""
    model = services.library().model(key)
    return read_weights(model.load(), model.network.opened())


@st.cache_resource(show_spinner=False)
def ready_weights(key: str) -> Weights:
    """What a model that ships with the studio has learned; there even where this server can keep nothing."""
    model = ready_made(key)
    return read_weights(model.load(), model.network.opened())


def run_weights(run: Run, state: RunState) -> Weights | None:
    """What the network of a run has learned by now; None before there is any of it."""
    if state.saved:
        return model_weights(run.id)
    if not state.started_now:
        return None
    key = run.id, len(state.epochs_done)
    with _LOCK:
        weights = _KEPT.get(key)
    if weights is None and (weights := _last_sent(run)):  # it comes a moment after the news of the epoch
        with _LOCK, suppress(ValueError):  # too large to be kept
            _KEPT[key] = weights
    return weights


def _last_sent(run: Run) -> Weights | None:
    """What the worker has sent after an epoch: it may be one behind."""
    content = services.store().load_file(run.id, CHECKPOINT_FILE)
    try:
        return read_checkpoint(content, run.network.opened(), run.recipe.pixels) if content else None
    except StudioError:
        return None  # written by another version, or just being written


def remember_drawing() -> None:
    """Put the link's or the visitor's last drawing on the pad; call it when the whole page runs, not in a fragment."""
    follow("drawing", _take_drawing)
    INITIAL.put((LAST.get() or {}).get("strokes"))


def carry_drawing() -> None:
    """The page's link carries the visitor's drawing, as it is when somebody shares it; in a class, whose it is, too."""
    carry(drawing=_drawing_token, by=_drawer)


def _take_drawing(token: str) -> None:
    LAST.put({"strokes": drawings.from_token(token), "ink": None})
    if name := asked_text("by", LONGEST):
        st.toast(_("Drawn by {name}", name=literal(name)), icon=":material/draw:")


def _drawing_token() -> str | None:
    strokes = (LAST.get() or {}).get("strokes")
    return drawings.to_token(strokes) if strokes else None


def _drawer() -> str | None:
    person = who.visitor() if (LAST.get() or {}).get("strokes") else None
    return person.name if person else None


def initial_strokes() -> list[dict[str, Any]]:
    """What the pad begins with: the same as long as the page is not run anew, so that it is not sent again."""
    return INITIAL.get() or []


def visitors_pad(network: Network) -> Pad | None:
    """A pad with the visitor's drawing, if the network reads what can be drawn."""
    if network.input_shape != DRAWABLE:
        return None
    carry_drawing()
    last = LAST.get()
    # After another visit only the strokes are known, and not the ink.
    return Pad(initial_strokes(), untold=last is not None and last.get("ink") is None)


def keep_drawing(drawing: Drawing | None) -> np.ndarray | None:
    """Keep what was drawn; gives the ink, (H, W) 0 .. 1, or None while nothing is drawn."""
    if drawing is not None:
        LAST.put(None if drawing.ink is None else {"strokes": drawing.strokes, "ink": drawing.ink})
    return (LAST.get() or {}).get("ink")


def example_image(network: Network, dataset: str) -> np.ndarray | None:
    """(H, W, C) uint8: the first test image of the data set, when the network takes such; else None."""
    entry = services.entry(dataset)
    if entry is None or not entry.ready or entry.input_shape != network.input_shape:
        return None
    try:
        return services.dataset(dataset).x_test[0]
    except DataError:
        return None  # the page says so where the data set is chosen


def drawn_digit() -> np.ndarray | None:
    """(28, 28, 1) uint8: the visitor's drawing as a network gets to see it. Without one, the page shows the way there.

    Raises DataError when there is too little ink.
    """
    ink = (LAST.get() or {}).get("ink")
    if ink is None:
        st.info(_("There is no drawing yet."), icon=":material/draw:")
        st.page_link(pages.DRAW, label=_("Draw a digit"), icon=":material/draw:")
        return None
    return stages(ink).final[..., np.newaxis]
