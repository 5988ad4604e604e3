"""A run: its address shows it to anybody, at any time. It is not in the menu, where Training leads to the next one."""

import streamlit as st

from cnn_core.errors import RunError
from cnn_core.language import _
from cnn_core.ui import pages
from cnn_core.ui.kit import services, session
from cnn_core.ui.kit.errors import errors_told, later
from cnn_core.ui.kit.lesson import lesson
from cnn_core.ui.kit.living import remember_drawing
from cnn_core.ui.kit.sharing import carry
from cnn_core.ui.train.panel import run_panel
from cnn_core.ui.train.recorded import while_waiting
from cnn_core.ui.train.results import results
from cnn_core.ui.train.setup import train_again
from cnn_core.ui.train.take import take_with_you
from cnn_core.ui.use.subject import way_inside

run = None
with errors_told(tell=later, kind=RunError):  # told beside the way to another run
    run = services.store().run(session.link("run") or "")
if run is None:
    st.switch_page(pages.LIVE)

remember_drawing()
carry(run=run.id)
run_panel(run, while_waiting)
run_state = services.store().state(run.id)
if run_state.saved:
    results(run, run_state)
with st.container(horizontal=True, vertical_alignment="center"):
    if st.button(_("Change and train again"), icon=":material/tune:", key="run-again"):
        train_again(run)
        st.switch_page(pages.LIVE)
    take_with_you(run, run_state)
    if run_state.saved:
        way_inside(run)
    st.page_link(pages.RUNS, label=_("All runs"), icon=":material/list_alt:")
    lesson("live")
