"""The network as its own editor: the living network, whose layers are chosen, added, moved and removed by hand."""

import streamlit as st

from cnn_core.design.network import Network
from cnn_core.design.shapes import Trace
from cnn_core.figures.network import describe_network, network_figure
from cnn_core.figures.template import STILL
from cnn_core.language import _
from cnn_core.ui.build.editor import commit, insert
from cnn_core.ui.build.table import select
from cnn_core.ui.components.network.component import MOST_MACS, edit, living_network
from cnn_core.ui.kit import session
from cnn_core.ui.kit.data_choice import chosen_entry
from cnn_core.ui.kit.living import example_image, keep_drawing, visitors_pad

KEY = "designer-network"


def picture(network: Network, trace: Trace, row: int) -> None:
    """The design at work, with random weights from the recipe's seed; too large a one only as a diagram.

    Args:
        row: that is edited: 0 the input, 1 the first layer.
    """
    if trace.totals.macs > MOST_MACS:
        st.caption(
            _("This network is too large to be computed while you look: its blocks are shown without their maps.")
        )
        figure = network_figure(trace, network.data_format, selected=row - 1 if row else None)
        words = describe_network(trace, network.data_format)
        st.plotly_chart(figure, key="designer.diagram", config=STILL, alt=words)
        return
    entry, image = chosen_entry(), example_image(network, chosen_entry().name)
    drawing = living_network(
        network,
        key=KEY,
        pixels=session.RECIPE.get().pixels,
        seed=session.RECIPE.get().seed,
        class_names=entry.class_names,
        image=image,
        pad=visitors_pad(network),
        selected=row - 1,
        on_edit=_edited,
    )
    keep_drawing(drawing)


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
