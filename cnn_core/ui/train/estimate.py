"""How long a training will take here, by the speed of those before it."""

import math
from collections.abc import Iterable
from contextlib import suppress

import streamlit as st

from cnn_core.data.datasets import Entry
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.design.shapes import trace
from cnn_core.errors import StudioError
from cnn_core.language import _
from cnn_core.runs.request import images
from cnn_core.runs.run import Run
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
    seconds = _wait(run_id) if ahead else None
    if seconds is None:
        return told
    return _("{place}, about {time}", place=told, time=wording.duration(max(seconds, 1.0)))


@st.cache_data(ttl=2, show_spinner=False)  # a page asks twice a second
def _wait(run_id: str) -> float | None:
    """Seconds until a waiting run begins, by what is left of those before it; None when nobody can know."""
    store, speeds = services.store(), list(_speeds())
    total = 0.0
    with suppress(StudioError):  # one of them was deleted just now, or is of another version
        for other, state in store.states(store.lists.ahead(run_id)).items():
            left = state.seconds_left if state.status == "training" else _all_of(store.run(other), speeds)
            if left is None:
                return None
            total += left
        return total / settings().training_workers
    return None


def _all_of(run: Run, speeds: Iterable[Speed]) -> float | None:
    """Seconds that a whole training takes."""
    entry = services.entry(run.dataset)
    if entry is None or run.recipe.start:
        return None
    return seconds_for(trace(run.network).totals.macs, images(run.recipe, entry)[0] * run.recipe.epochs, speeds)
