"""Duel: two networks on the same terms, live, and the report that is worth handing out."""

import streamlit as st

from cnn_core.language import _
from cnn_core.ui.compare.board import ready_board
from cnn_core.ui.compare.panel import duel_actions, duel_panel, linked_duel
from cnn_core.ui.compare.report import duel_report, ready_report, report_of
from cnn_core.ui.compare.setup import duel_setup, recent_duels
from cnn_core.ui.kit import session
from cnn_core.ui.kit.lesson import lesson, page_head
from cnn_core.ui.kit.links import follow_links
from cnn_core.ui.kit.living import remember_drawing
from cnn_core.ui.kit.sharing import carry

remember_drawing()
duel = linked_duel()
if duel is None:
    page_head(_("Duel"), "duel")
    follow_links()
    duel_setup()
    board = st.container()
    recent_duels()
    ready_report()
    with board:  # its worker may take a moment: the page is there by then
        ready_board()
else:
    carry(duel=duel.id)
    panel = st.container()
    report = report_of(duel)
    with panel:
        duel_panel(duel, curves=report is None)
    if report:
        duel_report(report, duel)
    with st.container(horizontal=True):
        st.button(_("New duel"), icon=":material/add:", key="duel-new", on_click=session.set_link, args=("duel", None))
        duel_actions(duel)
        lesson("duel")
