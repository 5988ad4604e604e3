"""The network as its own editor: the living network, whose layers are chosen, added, moved and removed by hand."""

import streamlit as st

from cnn_core.design.network import Network
from cnn_core.language import _
from cnn_core.ui.build.editor import commit, insert
from cnn_core.ui.build.table import select
from cnn_core.ui.components.network.component import edit
from cnn_core.ui.kit import session
from cnn_core.ui.kit.data_choice import chosen_entry
from cnn_core.ui.kit.living import example_image, visitors_pad
from cnn_core.ui.kit.own_weights import own_weights
from cnn_core.ui.kit.wording import literal
from cnn_core.ui.learn.by_hand import network_by_hand
from cnn_core.ui.learn.layers import DESIGN

KEY = "designer-network"


def picture(network: Network, row: int) -> None:
    """The design at work, with what the visitor's run has learned where it fits, and random weights elsewhere.

    Args:
        row: that is edited: 0 the input, 1 the first layer.
    """
    entry = chosen_entry()
    learned, run = own_weights(network)
    network_by_hand(
        network,
        learned,
        DESIGN,
        key=KEY,
        place="designer",
        class_names=entry.class_names,
        image=example_image(network, entry.name),
        pad=visitors_pad(network),
        selected=row - 1,
        on_edit=_edited,
    )
    if run:
        told = _("With the weights of your run “{run}” where they fit, and random ones elsewhere.", run=run.name)
        st.caption(literal(told))


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
