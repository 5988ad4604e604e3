"""The designer: a stack of layers, what it comes to at every change, and what is wrong with it."""

import streamlit as st

from cnn_core.design.shapes import trace
from cnn_core.language import _
from cnn_core.ui import pages
from cnn_core.ui.build.check import totals, verdict, waiting
from cnn_core.ui.build.editor import add_layer, editor
from cnn_core.ui.build.files import files, opened_file, presets, undo_redo
from cnn_core.ui.build.picture import picture
from cnn_core.ui.build.sums import sums
from cnn_core.ui.build.table import follow_row, layer_table, selected
from cnn_core.ui.kit import session
from cnn_core.ui.kit.data_choice import chosen_entry
from cnn_core.ui.kit.errors import faults
from cnn_core.ui.kit.lesson import page_head
from cnn_core.ui.kit.links import follow_links, write_links
from cnn_core.ui.kit.living import remember_drawing
from cnn_core.ui.kit.sharing import carry
from cnn_core.ui.learn.by_hand import show_me


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
        if 0 < row <= len(traced.reports):
            sums(traced.reports[row - 1], network.data_format)
            show_me(network, row - 1)
    with overview:
        picture(network, row)  # what moves comes next
    write_links(network)
    carry(recipe=session.RECIPE.get().to_token(), data=chosen_entry().name, row=row)
    with numbers:
        if not traced.problem:
            totals(network, traced)
        with st.expander(_("Details"), icon=":material/table:", expanded=True, key="designer.details"):
            layer_table(network, traced, row)
    with summary:
        faults()
        opened_file()
        waits = waiting()
        problem = verdict(network, traced)
    with toolbar:
        presets()
        add_layer(network, row)
        undo_redo()
        files(network)
        stuck = waits is not None or (problem is not None and problem.blocking)
        train = _("Train this network")
        icon = ":material/play_arrow:"
        if st.button(train, type="primary", icon=icon, disabled=stuck, help=waits, key="designer.train"):
            st.switch_page(pages.LIVE)


page_head(_("Designer"), "designer")
follow_links()
follow_row(session.network())
remember_drawing()
designer()
