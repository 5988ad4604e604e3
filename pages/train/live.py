"""Training: choose network, data and recipe, and start."""

import streamlit as st

from cnn_core.language import _
from cnn_core.ui import pages
from cnn_core.ui.kit import session
from cnn_core.ui.kit.lesson import page_head
from cnn_core.ui.train.setup import training_setup

if run_id := session.link("run"):  # the address that runs had before they got a page of their own
    st.switch_page(pages.RUN, query_params={"run": run_id})
page_head(_("Training"), "live")
training_setup()
