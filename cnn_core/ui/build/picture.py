"""The network as its own editor: the living network, whose layers are chosen, added, moved and removed by hand."""

import streamlit as st

from cnn_core.design.network import Network
from cnn_core.design.shapes import trace
from cnn_core.engine.work.maps import Random
from cnn_core.errors import StudioError
from cnn_core.exchange.weights import Weights, passed_on
from cnn_core.language import _
from cnn_core.runs.run import Run
from cnn_core.ui.build.editor import commit, insert
from cnn_core.ui.build.table import select
from cnn_core.ui.components.network.component import edit
from cnn_core.ui.kit import services, session
from cnn_core.ui.kit.at_work import network_at_work
from cnn_core.ui.kit.data_choice import chosen_entry
from cnn_core.ui.kit.frame import RUN
from cnn_core.ui.kit.living import example_image, run_weights, visitors_pad
from cnn_core.ui.kit.wording import literal

KEY = "designer-network"
MOST_PARAMETERS = 300_000
"""They are sent anew at every edit: more would make it slow."""


def picture(network: Network, row: int) -> None:
    """The design at work, with what the visitor's run has learned where it fits, and random weights elsewhere.

    Args:
        row: that is edited: 0 the input, 1 the first layer.
    """
    entry, recipe = chosen_entry(), session.RECIPE.get()
    run, learned = _own_run(network)
    network_at_work(
        network,
        learned or Random(recipe.seed, recipe.pixels),
        key=KEY,
        place="designer",
        class_names=entry.class_names,
        image=example_image(network, entry.name),
        pad=visitors_pad(network),
        selected=row - 1,
        on_edit=_edited,
    )
    if run and learned:
        told = _("With the weights of your run “{run}” where they fit, and random ones elsewhere.", run=run.name)
        st.caption(literal(told))


def _own_run(network: Network) -> tuple[Run | None, Weights | None]:
    """The visitor's last run, and what of it fits into `network`; None when that is nothing, or too much to send."""
    if not RUN.get():
        return None, None
    try:
        run = services.store().run(RUN.get())
        weights = run_weights(run, services.store().state(run.id))
    except StudioError:
        return None, None
    if weights is None or run.recipe.pixel_order is not None or trace(network).totals.parameters > MOST_PARAMETERS:
        return run, None
    fitting = passed_on(weights, run.network, network)
    return run, fitting if any(fitting.arrays) else None


def _edited() -> None:
    """Do what the visitor wishes; a wish that an older page sent may be about a layer that is gone."""
    wish, network = edit(KEY), session.network()
    if wish is None or wish.place > len(network.layers):
        return
    match wish.action:
        case "select":
            select(wish.place + 1)
        case "add":
            insert(network, wish.place, wish.type)
        case "move":
            commit(network.move(wish.place, wish.target), wish.target + 1)
        case "remove" if wish.place < len(network.layers):
            commit(network.remove(wish.place), min(wish.place + 1, len(network.layers) - 1))
