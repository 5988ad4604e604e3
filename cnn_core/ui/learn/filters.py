"""The filters that slide over an image: ready ones, one of the visitor's own, or those that a network has learned."""

from dataclasses import replace

import numpy as np
import streamlit as st

from cnn_core.errors import StudioError
from cnn_core.exchange.weights import first_convolution
from cnn_core.language import _
from cnn_core.learn.filters import READY, over_channels
from cnn_core.runs.models import Model
from cnn_core.ui.components.window.component import Edited, Filter
from cnn_core.ui.kit import services
from cnn_core.ui.kit.living import model_weights
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.sharing import asked, carry, leave_out
from cnn_core.ui.use.models import model_title

BY_HAND = "ready"
"""The ready filters, and the visitor's own, among the keys of models."""
LARGEST = 7
CHANGED: Slot[dict[int, Filter]] = Slot("learn.filters", {})
"""Of each source of filters, those that the visitor has changed, by their place."""
CHOSEN: Slot[int | None] = Slot("learn.chosen", None)
"""Of each source of filters, the one that was looked at last."""


def choose_filters(channels: int) -> tuple[str, list[Filter]]:
    """Where they come from, and they themselves for an image of so many channels, with what the visitor has changed."""
    models = {model.key: model for model in services.models() if _looks_at(model, channels)}
    sources = [BY_HAND, *models]
    source = st.selectbox(
        _("Filters"),
        sources,
        index=sources.index(asked("filters", BY_HAND, sources)),
        format_func=lambda key: _("Ready-made, and your own") if key == BY_HAND else model_title(models[key]),
        help=_("Those of a network are what it has learned, with their bias."),
        key=f"learn-filters-{channels}",
        width=260,
        persist_state="session",
    )
    carry(filters=source)
    filters = _by_hand(channels) if source == BY_HAND else _learned(models[source])
    changed = CHANGED.of((source, channels)).get()
    if changed:
        leave_out(_("your own numbers in the filters"))
    return source, [_as_changed(one, changed.get(place)) for place, one in enumerate(filters)]


def _as_changed(ready: Filter, changed: Filter | None) -> Filter:
    return changed if changed is not None and changed.kernel.shape == ready.kernel.shape else ready


def chosen_filter(source: str, channels: int, count: int) -> int:
    """The place of the one that is looked at, of `count`."""
    chosen = CHOSEN.of((source, channels)).get()
    if chosen is None:
        chosen = asked("filter", 0, range(count))
    carry(filter=chosen)
    return min(chosen, count - 1)


def take_change(source: str, channels: int, filters: list[Filter], change: Edited) -> None:
    """Keep what the visitor has changed."""
    CHOSEN.of((source, channels)).put(change.chosen)
    before = filters[change.chosen]
    if change.kernel is None:
        return
    if np.allclose(before.kernel, change.kernel, atol=1e-4) and abs(before.bias - change.bias) < 1e-4:
        return
    slot = CHANGED.of((source, channels))
    slot.put(slot.get() | {change.chosen: replace(before, kernel=change.kernel, bias=change.bias)})


def forget_changes(source: str, channels: int) -> None:
    """The filters are again as they were."""
    CHANGED.of((source, channels)).put({})


def _looks_at(model: Model, channels: int) -> bool:
    network = model.network
    return network.input_shape[2] == channels and bool(network.layers) and network.layers[0].type == "Conv2D"


def _by_hand(channels: int) -> list[Filter]:
    side = asked("side", 3, range(1, LARGEST + 1), "learn-side")
    if chosen_filter(BY_HAND, channels, len(READY) + 1) == len(READY):
        side = st.number_input(_("Its size"), 1, LARGEST, side, key="learn-side", width=130, persist_state="session")
    carry(side=side)
    own = np.zeros((side, side, channels), np.float32)
    own[side // 2, side // 2] = 1
    ready = [Filter(_(title), over_channels(rows, channels)) for title, rows in READY.values()]
    return [*ready, Filter(_("Your own"), own)]


def _learned(model: Model) -> list[Filter]:
    try:
        found = first_convolution(model_weights(model.key), model.network)
    except StudioError:
        found = None  # it was deleted a moment ago
    if found is None:
        return _by_hand(model.network.input_shape[2])
    kernel, bias = found
    return [Filter(_("Filter {number}", number=n + 1), kernel[..., n], float(bias[n])) for n in range(kernel.shape[-1])]
