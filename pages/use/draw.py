"""Draw a digit, or send an image: what trained networks predict for it, and what they see of it."""

import streamlit as st

from cnn_core.language import _
from cnn_core.ui import pages
from cnn_core.ui.kit import services
from cnn_core.ui.kit.lesson import page_head
from cnn_core.ui.kit.living import remember_drawing
from cnn_core.ui.kit.upload_box import files_taken
from cnn_core.ui.use.digit import drawing_board
from cnn_core.ui.use.models import DIGITS, follow_link, kind_of_models
from cnn_core.ui.use.photo import photo_board

head = st.container()
models, kind = services.models(), DIGITS
if models:
    follow_link()
    remember_drawing()
    kind, readers = kind_of_models(models)
    if kind == DIGITS:
        drawing_board(readers)
    else:
        photo_board(readers)
else:
    st.info(_("No network has been trained yet. Train one first."), icon=":material/model_training:")
    st.page_link(pages.DESIGNER, label=_("Go to the designer"), icon=":material/view_agenda:")

if files_taken():
    st.page_link(
        pages.RUNS,
        label=_("Bring in a network of your own"),
        icon=":material/upload_file:",
        query_params={"bring": "1"},
    )
with head:
    if kind == DIGITS:
        page_head(_("Draw a digit"), "draw")
    else:
        page_head(_("Show an image"), "draw")
