"""The designer: a stack of layers, what it comes to at every change, and what is wrong with it."""

import streamlit as st

from cnn_core.design.shapes import trace
from cnn_core.language import _
from cnn_core.ui.build.check import checked, totals, train_button
from cnn_core.ui.build.editor import add_layer, editor
from cnn_core.ui.build.files import files, opened_file, presets, undo_redo
from cnn_core.ui.build.picture import picture
from cnn_core.ui.build.sums import layer_sums
from cnn_core.ui.build.table import details, follow_row, selected
from cnn_core.ui.kit import session
from cnn_core.ui.kit.data_choice import chosen_entry
from cnn_core.ui.kit.errors import faults
from cnn_core.ui.kit.lesson import page_head
from cnn_core.ui.kit.links import follow_links, write_links
from cnn_core.ui.kit.living import remember_drawing
from cnn_core.ui.kit.sharing import carry


@st.fragment
def designer() -> None:
    toolbar = st.container(horizontal=True)
    summary = st.container()
    overview = st.container()
    panel, numbers = st.columns(2)

    # The panel comes first: what is changed in it shows in everything else in the same run.
    row = selected(session.network())
    with panel.container(border=True):
        network = editor(session.network(), row)
        session.set_network(network)
        traced = trace(network)
        layer_sums(network, traced, row)
    with overview:
        picture(network, row)  # what moves comes next
    write_links(network)
    carry(recipe=session.RECIPE.get().to_token(), data=chosen_entry().name, row=row)
    with numbers:
        if not traced.problem:
            totals(network, traced)
        details(network, traced, row)
    with summary:
        faults()
        opened_file()
        stuck = checked(network, traced)
    with toolbar:
        presets()
        add_layer(network, row)
        undo_redo()
        files(network)
        train_button(*stuck)


page_head(_("Designer"), "designer")
follow_links()
follow_row(session.network())
remember_drawing()
designer()
