"""A network at work, whatever its size: what the browser cannot compute, a worker does, while the page goes on."""

import time
from contextlib import suppress
from dataclasses import dataclass, replace
from math import prod
from typing import Any, cast

import numpy as np
import streamlit as st

from cnn_core.data.digits import stages
from cnn_core.design.layers import Backbone
from cnn_core.design.network import Network
from cnn_core.design.shapes import trace
from cnn_core.engine.job import Job
from cnn_core.engine.work.maps import LongMaps, Maps, Random
from cnn_core.errors import DataError, StudioError
from cnn_core.exchange.maps import ImageMaps, awaited
from cnn_core.exchange.weights import Arrays, Weights
from cnn_core.language import _
from cnn_core.settings import settings
from cnn_core.ui.components.network.component import Pad, drawn, in_browser, living_network
from cnn_core.ui.kit import services
from cnn_core.ui.kit.errors import show_error
from cnn_core.ui.kit.living import keep_drawing, model_weights
from cnn_core.ui.kit.session import Slot

LONG = 1_000_000_000
"""MACs for an image: more take a worker longer than others should wait for a prediction."""
LONGEST = 20_000_000_000
"""MACs for an image: more take minutes."""
SOON, LOOK = 0.25, 0.5  # seconds that the page waits for an answer, and between two looks at the work
Learned = str | Weights | Random
"""What a network has learned: as the model of this key, or these weights; or nothing, with random ones."""


@dataclass
class _Asked:
    """What a worker was asked for one picture: under way while there is a job."""

    work: Maps
    job: Job | None = None
    maps: ImageMaps | None = None
    problem: StudioError | None = None


_ASKED: Slot[_Asked | None] = Slot("maps", None)


def network_at_work(
    network: Network,
    learned: Learned,
    *,
    key: str,
    place: str,
    image: np.ndarray | None = None,
    pad: Pad | None = None,
    **options: Any,
) -> np.ndarray | None:
    """Show the living network on what is drawn on its pad, or else on `image`.

    Args:
        place: of the picture among all: a worker is asked for one network there at a time.
        image: (H, W, C) uint8 of the network's input shape.
        options: what else `living_network` takes.

    Returns:
        The visitor's drawing, (H, W) 0 .. 1; None while nothing is drawn. Raises StudioError when the model is gone.
    """
    options |= {"key": key, "image": image, "pad": pad}
    if network.backbone and not options.get("on_edit"):  # who edits a network has its backbone as one layer
        network, options["frozen"] = _open_or_closed(network, key, options.get("frozen", 0))
    if in_browser(network):
        return keep_drawing(living_network(network, **_weights(learned), **options))
    ink = keep_drawing(drawn(key))
    asked = _asked(network, learned, _seen(ink, image) if pad else image, place)
    living_network(network, maps=_maps(asked, network, learned), **options)
    if asked is None and too_large(network):
        st.caption(_("This network is too large to be computed here: its blocks are shown without their maps."))
    if asked and asked.problem:
        show_error(asked.problem)
    if asked and asked.job:
        _watch(place)
    return ink


def _open_or_closed(network: Network, key: str, frozen: int) -> tuple[Network, int]:
    """A backbone is one layer until somebody opens it; and how many of the layers that are shown are frozen.

    Args:
        frozen: how many are, each block counted.
    """
    backbone = cast(Backbone, network.backbone)
    count = len(backbone.opened())
    label = _("Open {title}: its {count} blocks", title=backbone.plan.title, count=count)
    if st.toggle(label, key=f"{key}-open"):
        return network.opened(), frozen
    return network, sum(end < frozen for end in network.ends())


def _maps(asked: _Asked | None, network: Network, learned: Learned) -> ImageMaps:
    """Those that there are; before there are any, the picture shows empty blocks."""
    maps = asked.maps if asked else None
    if maps is None:
        maps = awaited(network, "scaled" if isinstance(learned, str) else learned.pixels)
    return replace(maps, coming=bool(asked and asked.job))


def _weights(learned: Learned) -> dict[str, Any]:
    if isinstance(learned, Random):
        return {"pixels": learned.pixels, "seed": learned.seed}
    return {"weights": model_weights(learned) if isinstance(learned, str) else learned}


def _seen(ink: np.ndarray | None, image: np.ndarray | None) -> np.ndarray | None:
    """What the network gets to see: the drawing, treated, or else the image."""
    if ink is not None:
        with suppress(DataError):  # ink too faint to count is nothing drawn
            return stages(ink).final[..., np.newaxis]
    return image


def too_large(network: Network) -> bool:
    """Whether to compute its maps for one image would take a worker minutes, or more memory than it has."""
    traced = trace(network)
    sides = max((prod(one.input_shape) + prod(one.output_shape) for one in traced.reports), default=0)
    needed = 2 * traced.totals.weight_bytes + 4 * 4 * sides  # in numbers of 4 bytes: the image and a blank one, copied
    return traced.totals.macs > LONGEST or needed > settings().questions_memory_bytes / 2


def _asked(network: Network, learned: Learned, image: np.ndarray | None, place: str) -> _Asked | None:
    """What a worker was asked about this image, and its answer if it has come; None when there is nothing to ask."""
    slot = _ASKED.of(place)
    if image is None or too_large(network):
        _stop(slot)
        slot.put(None)
        return None
    fits = network.changed(layers=network.layers[: len(trace(network).reports)])
    asked = slot.get()
    if asked is None or not _same(asked.work, fits, learned, image):
        _stop(slot)
        asked = _begin(fits, learned, image, asked)
        slot.put(asked)
    _take(asked)
    return asked


def _same(work: Maps, network: Network, learned: Learned, image: np.ndarray) -> bool:
    return work.network == network and _alike(work.learned, learned) and np.array_equal(work.image, image)


def _alike(one: Learned, other: Learned) -> bool:
    """Weights may be put together anew in each script run: the same numbers are the same question."""
    if one is other or not (isinstance(one, Weights) and isinstance(other, Weights)):
        return one == other
    return one.pixels == other.pixels and all(map(_equal, one.arrays, other.arrays))  # those of one network


def _equal(one: Arrays | None, other: Arrays | None) -> bool:
    if one is None or other is None:
        return one is other
    return all(map(np.array_equal, one, other))


def _begin(network: Network, learned: Learned, image: np.ndarray, before: _Asked | None) -> _Asked:
    """Until the answer comes, what the same network made of another image stays: the picture tells that it is late."""
    kind = LongMaps if trace(network).totals.macs > LONG else Maps
    asked = _Asked(kind(network, learned, image))
    if before and before.work.network == network:
        asked.maps = before.maps
    try:
        asked.job = services.engine().begin(asked.work)
    except StudioError as problem:
        asked.problem = problem
    end = time.monotonic() + SOON
    while asked.job and not asked.job.done and time.monotonic() < end:
        time.sleep(0.01)
    return asked


def _take(asked: _Asked) -> None:
    if asked.job is None or not asked.job.done:
        return
    try:
        asked.maps = asked.job.result()
    except StudioError as problem:
        asked.problem = problem
    asked.job = None


def _stop(slot: Slot[_Asked | None]) -> None:
    if (asked := slot.get()) and asked.job:
        asked.job.stop()


@st.fragment(run_every=LOOK)
def _watch(place: str) -> None:
    """Only this runs again and again; the page does once there is an answer."""
    asked = _ASKED.of(place).get()
    if asked and asked.job and asked.job.done:
        st.rerun()
