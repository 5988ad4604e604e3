"""Training: choose, start, watch. The address of a run shows it to anybody, at any time."""

import streamlit as st

from cnn_core.errors import RunError
from cnn_core.ui import services, state
from cnn_core.ui.asked_models import WITH_DIGITS
from cnn_core.ui.errors import show_error
from cnn_core.ui.lesson import lesson, page_head
from cnn_core.ui.links import write_links
from cnn_core.ui.results import results
from cnn_core.ui.run_panel import run_panel
from cnn_core.ui.training_setup import train_again, training_setup

run_id = state.link("run")
run = None
if run_id:
    try:
        run = services.store().run(run_id)
    except RunError as error:
        show_error(error, ":material/link_off:")

if run is None:
    page_head("Training", "live")
    training_setup()
else:
    write_links()  # a run's address is the run's alone
    run_panel(run)
    run_state = services.store().state(run.id)
    if run_state.saved:
        results(run, run_state)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Change and train again",
            icon=":material/tune:",
            key="run-again",
            on_click=train_again,
            args=(run,),
        )
        if run_state.saved:
            st.page_link(
                "app_pages/use/draw.py",
                label="Draw a digit at it" if run.dataset in WITH_DIGITS else "Show it a picture",
                icon=":material/draw:",
                query_params={"model": run.id},
            )
        st.page_link("app_pages/train/runs.py", label="All runs", icon=":material/list_alt:")
        lesson("live")
