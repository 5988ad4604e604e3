"""How long a training will take here, and how long one that waits: in words."""

from collections.abc import Mapping

import streamlit as st

from cnn_core.data.datasets import Entry
from cnn_core.design.effort import effort
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.engine.job import Job
from cnn_core.engine.work.base import Work
from cnn_core.language import _
from cnn_core.runs import forecast
from cnn_core.runs.state import RunState
from cnn_core.settings import settings
from cnn_core.ui.kit import services, wording

LONG = 300  # seconds: worth a warning


def estimate(network: Network, recipe: Recipe, entry: Entry) -> None:
    """Say how long it will take, when anything is known of that; a warning when it is long."""
    _say(_pace().whole(effort(network, recipe, entry.train)))


def estimate_work(work: Work) -> None:
    """The same for work that takes a trainer and is no run."""
    asked = work.effort()
    _say(_pace().seconds(asked.macs, asked.images, runs=0))


def _say(seconds: float | None) -> None:
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
    return _with_time(wording.progress_text(state, ahead), run_id if ahead else "")


def job_waiting_text(job: Job) -> str:
    """The same for a job that takes a trainer and has not begun."""
    if ahead := job.ahead:
        return _with_time(wording.place_text(ahead), job.name)
    return _("Waiting for a free trainer…")


def _with_time(told: str, name: str) -> str:
    seconds = waits().get(name) if name else None
    if seconds is None:
        return told
    return _("{place}, about {time}", place=told, time=wording.duration(max(seconds, 1.0)))


@st.cache_resource(ttl=2, show_spinner=False)  # found once for all who wait: each of their pages asks every second
def waits() -> Mapping[str, float]:
    """Seconds until each run or job that waits begins; without those of which nobody can know."""
    queue = services.engine().queue
    return forecast.waits(services.store(), queue.line, queue.trainers or settings().training_workers)
