"""The network of a run, alive: with the weights of its last epoch, and with those that were kept when it has ended."""

import streamlit as st

from cnn_core.engine.work.maps import Random
from cnn_core.errors import StudioError
from cnn_core.exchange.weights import Weights, read_checkpoint
from cnn_core.language import _
from cnn_core.runs.models import CHECKPOINT_FILE
from cnn_core.runs.run import Run
from cnn_core.runs.state import RunState
from cnn_core.ui.kit import services
from cnn_core.ui.kit.at_work import Learned, network_at_work
from cnn_core.ui.kit.errors import errors_told
from cnn_core.ui.kit.living import example_image, model_weights, visitors_pad


def run_network(run: Run, state: RunState) -> None:
    """Show it; nothing for one that learns from shuffled pixels."""
    if run.recipe.pixel_order is not None:
        return
    with errors_told():
        entry = services.entry(run.dataset)
        if not state.epochs_done:
            st.caption(_("Before its first epoch is over, the network has random weights."))
        network_at_work(
            run.network,
            _learned(run, state),
            key=f"run-network-{run.id}",
            place="run",
            class_names=entry.class_names if entry else (),
            image=example_image(run.network, run.dataset),
            pad=visitors_pad(run.network),
        )


def _learned(run: Run, state: RunState) -> Learned:
    return run.id if state.saved else run_weights(run, state) or Random(run.recipe.seed, run.recipe.pixels)


def run_weights(run: Run, state: RunState) -> Weights | None:
    """What the network of a run has learned by now; None before there is any of it."""
    if state.saved:
        return model_weights(run.id)
    epochs = len(state.epochs_done)
    weights = _of_epoch(run.id, epochs, run) if state.started_now else None
    if weights is None:
        _of_epoch.clear(run.id, epochs, run)  # it comes a moment after the news of the epoch
    return weights


@st.cache_resource(show_spinner=False, max_entries=32)
def _of_epoch(run_id: str, epochs: int, _run: Run) -> Weights | None:
    """The last that the worker sent: it may be one epoch behind."""
    content = services.store().load_file(run_id, CHECKPOINT_FILE)
    try:
        return read_checkpoint(content, _run.network, _run.recipe.pixels) if content else None
    except StudioError:
        return None  # written by another version, or just being written
