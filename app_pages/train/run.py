"""A run: its address shows it to anybody, at any time. It is not in the menu, where Training leads to the next one."""

import streamlit as st

from cnn_core.errors import RunError
from cnn_core.ui import services, state
from cnn_core.ui.asked_models import WITH_DIGITS
from cnn_core.ui.lesson import lesson
from cnn_core.ui.links import FAULT
from cnn_core.ui.results import results
from cnn_core.ui.run_panel import run_panel
from cnn_core.ui.training_setup import LIVE_PAGE, train_again

try:
    run = services.store().run(state.link("run") or "")
except RunError as error:
    state.put(FAULT, str(error))  # told beside the way to another run
    st.switch_page(LIVE_PAGE)

run_panel(run)
run_state = services.store().state(run.id)
if run_state.saved:
    results(run, run_state)
with st.container(horizontal=True, vertical_alignment="center"):
    if st.button("Change and train again", icon=":material/tune:", key="run-again"):
        train_again(run)
        st.switch_page(LIVE_PAGE)
    if run_state.saved:
        st.page_link(
            "app_pages/use/draw.py",
            label="Draw a digit at it" if run.dataset in WITH_DIGITS else "Show it a picture",
            icon=":material/draw:",
            query_params={"model": run.id},
        )
    st.page_link("app_pages/train/runs.py", label="All runs", icon=":material/list_alt:")
    lesson("live")
