"""How long a training will take here, and how long one that waits: in words."""

from collections.abc import Mapping

import streamlit as st

from cnn_core.data.datasets import Entry
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.design.shapes import trace
from cnn_core.language import _
from cnn_core.runs import forecast
from cnn_core.runs.request import images
from cnn_core.runs.state import RunState
from cnn_core.settings import settings
from cnn_core.ui.kit import services, wording

LONG = 300  # seconds: worth a warning


def estimate(network: Network, recipe: Recipe, entry: Entry) -> None:
    """Say how long it will take, when anything is known of that; a warning when it is long."""
    if recipe.start is None:  # else it depends on what its frozen layers have seen already
        say_time(network, images(recipe, entry)[0] * recipe.epochs, runs=1)


def say_time(network: Network, total_images: int, runs: int = 0) -> None:
    """The same for so many images, in all epochs together; and for what so many runs take beside them."""
    seconds = _pace().seconds(trace(network).totals.macs, total_images, runs)
    if seconds is None:
        return
    told = _("About {time} here, by the speed of earlier runs.", time=wording.duration(max(seconds, 1.0)))
    if seconds > LONG:
        st.warning(told, icon=":material/hourglass_top:")
    else:
        st.caption(told)


@st.cache_resource(ttl=2, show_spinner=False)  # found once for all who choose: each of their clicks asks
def _pace() -> forecast.Pace:
    return forecast.pace(services.store())


def waiting_text(run_id: str, state: RunState) -> str:
    """Where a run is; while it waits, how many come before it, and how long they may take if that is known."""
    ahead = services.ahead(run_id, state)
    told = wording.progress_text(state, ahead)
    seconds = waits().get(run_id) if ahead else None
    if seconds is None:
        return told
    return _("{place}, about {time}", place=told, time=wording.duration(max(seconds, 1.0)))


@st.cache_resource(ttl=2, show_spinner=False)  # found once for all who wait: each of their pages asks every second
def waits() -> Mapping[str, float]:
    """Seconds until each run that waits begins; without those of which nobody can know."""
    trainers = services.engine().queue.trainers or settings().training_workers
    return forecast.waits(services.store(), trainers)
