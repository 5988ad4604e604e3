"""The filters that slide over an image: ready ones, one of the visitor's own, or those that a network has learned."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import streamlit as st

from cnn_core.design.arithmetic import sides
from cnn_core.language import _
from cnn_core.learn.filters import READY, over_channels
from cnn_core.ui.components.window.component import Edited, Filter
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.sharing import asked, carry, leave_out
from cnn_core.ui.learn.layers import LARGEST, Source

BY_HAND = "ready"
"""The ready filters, and the visitor's own, among the keys of models."""
Where = tuple[str, int]
"""BY_HAND with the number of channels, or the key of a network with the place of its layer."""
CHANGED: Slot[dict[int, Filter]] = Slot("learn.filters", {})
"""Of each place that filters come from, those that the visitor has changed, by their number."""
CHOSEN: Slot[int | None] = Slot("learn.chosen", None)
"""Of each place that filters come from, the one that was looked at last."""


def choose_source(found: Mapping[str, Source], shape: tuple[int, ...]) -> str:
    """Where the filters for images of this shape come from: BY_HAND, or the key of a network."""
    keys = [BY_HAND, *found]
    source = st.selectbox(
        _("Filters"),
        keys,
        keys.index(asked("filters", BY_HAND, keys)),
        format_func=lambda key: _("Ready-made, and your own") if key == BY_HAND else found[key].title,
        help=_("Those of a network are what it has learned, with their bias."),
        key=f"learn-filters-{sides(shape)}",
        width=260,
        persist_state="session",
    )
    carry(filters=source)
    return source


def with_changes(where: Where, filters: list[Filter]) -> list[Filter]:
    """They, as the visitor has changed them."""
    changed = CHANGED.of(where).get()
    if changed:
        leave_out(_("your own numbers in the filters"))
    return [_as_changed(one, changed.get(place)) for place, one in enumerate(filters)]


def _as_changed(ready: Filter, changed: Filter | None) -> Filter:
    return changed if changed is not None and changed.kernel.shape == ready.kernel.shape else ready


def chosen_filter(where: Where, count: int) -> int:
    """The place of the one that is looked at, of `count`."""
    chosen = CHOSEN.of(where).get()
    if chosen is None:
        chosen = asked("filter", 0, range(count))
    carry(filter=chosen)
    return min(chosen, count - 1)


def take_change(where: Where, filters: list[Filter], change: Edited) -> None:
    """Keep what the visitor has changed."""
    CHOSEN.of(where).put(change.chosen)
    before = filters[change.chosen]
    if change.kernel is None:
        return
    if np.allclose(before.kernel, change.kernel, atol=1e-4) and abs(before.bias - change.bias) < 1e-4:
        return
    slot = CHANGED.of(where)
    slot.put(slot.get() | {change.chosen: replace(before, kernel=change.kernel, bias=change.bias)})


def forget_changes(where: Where) -> None:
    """The filters are again as they were."""
    CHANGED.of(where).put({})


def ready_filters(channels: int) -> list[Filter]:
    """The ready ones for an image of so many channels, and the visitor's own."""
    side = asked("side", 3, range(1, LARGEST + 1), "learn-side")
    if chosen_filter((BY_HAND, channels), len(READY) + 1) == len(READY):
        side = st.number_input(_("Its size"), 1, LARGEST, side, key="learn-side", width=130, persist_state="session")
    carry(side=side)
    own = np.zeros((side, side, channels), np.float32)
    own[side // 2, side // 2] = 1
    ready = [Filter(_(title), over_channels(rows, channels)) for title, rows in READY.values()]
    return [*ready, Filter(_("Your own"), own)]
