"""Home: what this is, the way through it, what is running, and one button that starts."""

import streamlit as st

from cnn_core.language import _
from cnn_core.ui.kit import services
from cnn_core.ui.start.home import diagram, path, quick_start, running

st.title(_("See a network learn to read"))
st.markdown(
    _(
        "Design a convolutional network, watch it learn from handwritten digits, then draw one yourself. "
        "Everything you change is answered at once."
    )
)
preset, place = quick_start()
if not services.fault():
    running()
path()
diagram(preset, place)
