"""Draw a digit: what trained networks read in it, and what they see of it."""

import streamlit as st

from cnn_core.ui.digit_canvas import remember_drawing
from cnn_core.ui.digit_reading import digit_models, drawing_board, follow_link
from cnn_core.ui.lesson import page_head

page_head("Draw a digit", "draw")

models = digit_models()
if models:
    follow_link()
    remember_drawing()
    drawing_board(models)
else:
    st.info("No network can read digits yet. Train one first.", icon=":material/model_training:")
    st.page_link("app_pages/build/designer.py", label="Go to the designer", icon=":material/view_agenda:")
