"""The network of a run, alive: with the weights of its last epoch, and with those that were kept when it has ended."""

import streamlit as st

from cnn_core.engine.work.maps import Random
from cnn_core.language import _
from cnn_core.runs.run import Run
from cnn_core.runs.state import RunState
from cnn_core.ui.kit import services
from cnn_core.ui.kit.at_work import Learned
from cnn_core.ui.kit.errors import errors_told
from cnn_core.ui.kit.living import example_image, run_weights, visitors_pad
from cnn_core.ui.learn.by_hand import network_by_hand


def run_network(run: Run, state: RunState) -> None:
    """Show it; nothing for one that learns from shuffled pixels."""
    if run.recipe.pixel_order is not None:
        return
    with errors_told():
        entry = services.entry(run.dataset)
        if not state.epochs_done and not state.saved:
            st.caption(_("Before its first epoch is over, the network is shown with random weights."))
        network_by_hand(
            run.network,
            _learned(run, state),
            run.id if state.saved else None,  # then it is among the models
            key=f"run-network-{run.id}",
            place="run",
            class_names=entry.class_names if entry else (),
            image=example_image(run.network, run.dataset),
            pad=visitors_pad(run.network),
        )


def _learned(run: Run, state: RunState) -> Learned:
    return run.id if state.saved else run_weights(run, state) or Random(run.recipe.seed, run.recipe.pixels)
