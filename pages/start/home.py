"""Home: draw, and a network reads it; one button to train your own; what is running; the way through the studio."""

import streamlit as st

from cnn_core.language import _
from cnn_core.ui.kit import services
from cnn_core.ui.kit.living import remember_drawing
from cnn_core.ui.start.home import get_ready, path, quick_start, reading_network, running

left, right = st.columns(2, vertical_alignment="bottom")
with left:
    st.title(_("See a network learn to read"), anchor=False)
    st.markdown(_("Draw a digit. Touch a map to see where its values come from."))
with right:
    preset = quick_start()
place = st.container()
if not services.fault():
    running()
path()
with place:
    remember_drawing()
    reading_network()
get_ready(preset)
