"""Training: choose network, data and recipe, and start."""

import streamlit as st

from cnn_core.ui import state
from cnn_core.ui.lesson import page_head
from cnn_core.ui.training_setup import RUN_PAGE, training_setup

if run_id := state.link("run"):  # the address that runs had before they got a page of their own
    st.switch_page(RUN_PAGE, query_params={"run": run_id})
page_head("Training", "live")
training_setup()
