"""Home: what this is, the way through it, what is running, and one button that starts."""

import streamlit as st

from cnn_core.ui.kit import services
from cnn_core.ui.start.home import path, picture, quick_start, running

st.title("See a network learn to read")
st.markdown(
    "Design a convolutional network, watch it learn from handwritten digits, then draw one yourself. "
    "Everything here moves when you touch it."
)
preset, place = quick_start()
if not services.fault():
    running()
path()
picture(preset, place)
