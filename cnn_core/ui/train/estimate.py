"""How long a training will take here, by the speed of those before it."""

import heapq
import math
from collections.abc import Iterable, Mapping, Sequence

import streamlit as st

from cnn_core.data.datasets import Entry
from cnn_core.design.effort import Effort
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.design.shapes import trace
from cnn_core.language import _
from cnn_core.runs.request import images
from cnn_core.runs.state import RunState
from cnn_core.settings import settings
from cnn_core.ui.kit import services, wording

RECENT = 10  # runs whose speed is looked at
LONG = 300  # seconds: worth a warning
Speed = tuple[int, float]
"""The MACs of a network for one image, and the images a second that its training took."""


def estimate(network: Network, recipe: Recipe, entry: Entry) -> None:
    """Say how long it will take, when anything is known of that; a warning when it is long."""
    if recipe.start is None:  # else it depends on what its frozen layers have seen already
        say_time(network, images(recipe, entry)[0] * recipe.epochs)


def say_time(network: Network, total_images: int) -> None:
    """The same for so many images, all epochs together."""
    seconds = seconds_for(trace(network).totals.macs, total_images, _speeds())
    if seconds is None:
        return
    told = _("About {time} here, by the speed of earlier runs.", time=wording.duration(max(seconds, 1.0)))
    if seconds > LONG:
        st.warning(told, icon=":material/hourglass_top:")
    else:
        st.caption(told)


def seconds_for(macs: int, total_images: int, speeds: Iterable[Speed]) -> float | None:
    """By the run whose network has most nearly as many MACs: in small networks most of the time goes elsewhere."""
    known = [(other, speed) for other, speed in speeds if other and speed]
    if not known or not macs:
        return None
    other, speed = min(known, key=lambda one: abs(math.log(one[0] / macs)))
    return total_images * macs / (other * speed)


def _speeds() -> Iterable[Speed]:
    """Of runs that computed all of their network: one whose frozen layers have looked once is quicker than it seems."""
    runs = [run for run in services.store().lists.trained(RECENT) if run.recipe and run.recipe.start is None]
    networks = {run.id: run.network for run in runs if run.network}
    for run_id, state in services.store().states(networks).items():
        yield trace(networks[run_id]).totals.macs, state.images_per_second


def waiting_text(run_id: str, state: RunState) -> str:
    """Where a run is; while it waits, how many come before it, and how long they may take if that is known."""
    ahead = services.ahead(run_id, state)
    told = wording.progress_text(state, ahead)
    seconds = waits().get(run_id) if ahead else None
    if seconds is None:
        return told
    return _("{place}, about {time}", place=told, time=wording.duration(max(seconds, 1.0)))


@st.cache_resource(ttl=2, show_spinner=False)  # found once for all who wait: each of their pages asks twice a second
def waits() -> Mapping[str, float]:
    """Seconds until each run that waits begins; without those of which nobody can know."""
    store, speeds = services.store(), list(_speeds())
    line = store.lists.line()
    states = store.states(run.id for run in line.begun)
    left = [_left(states.get(run.id, RunState()), run.effort, speeds) for run in line.begun]
    asked = [(run.id, whole(run.effort, speeds)) for run in line.waiting]
    return begins(left, asked, services.engine().queue.trainers or settings().training_workers)


def begins(left: Sequence[float | None], asked: Iterable[tuple[str, float | None]], trainers: int) -> dict[str, float]:
    """When each of those that wait begins: every one in its turn takes the trainer that is free first.

    Args:
        left: seconds that those under way take still.
        asked: those that wait, in turn, and the seconds that each takes.

    >>> begins([5.0], [("a", 10.0), ("b", 1.0), ("c", None), ("d", 1.0), ("e", 1.0)], trainers=2)
    {'a': 0.0, 'b': 5.0, 'c': 6.0}
    """
    found: dict[str, float] = {}
    free = [0.0] * (trainers - len(left)) + [one for one in left if one is not None]
    if None in left:
        return found
    heapq.heapify(free)
    for run_id, seconds in asked:
        found[run_id] = heapq.heappop(free)
        if seconds is None:
            break
        heapq.heappush(free, found[run_id] + seconds)
    return found


def _left(state: RunState, run: Effort, speeds: Iterable[Speed]) -> float | None:
    """Seconds that a run under way takes still."""
    if state.status == "testing" or not state.active:
        return 0.0
    return whole(run, speeds) if state.seconds_left is None else state.seconds_left


def whole(run: Effort, speeds: Iterable[Speed]) -> float | None:
    """Seconds that a whole training takes."""
    seconds = seconds_for(run.macs, run.images, speeds)
    return seconds if seconds is None or run.limit is None else min(seconds, run.limit)
