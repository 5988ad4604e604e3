"""Look inside: what decided, what excites a filter, how many are needed, and what they look for."""

import streamlit as st

from cnn_core.language import N_, _
from cnn_core.ui.kit.lesson import page_head
from cnn_core.ui.kit.living import remember_drawing
from cnn_core.ui.kit.sharing import asked, carry
from cnn_core.ui.use.ascent import ascent_board
from cnn_core.ui.use.cover import cover_board
from cnn_core.ui.use.decided import decided_board
from cnn_core.ui.use.dream import dream_board
from cnn_core.ui.use.epochs import epochs_board
from cnn_core.ui.use.excited import excited_board
from cnn_core.ui.use.maps import maps_board
from cnn_core.ui.use.subject import choose_subject
from cnn_core.ui.use.switched_off import switched_off_board

VIEWS = {
    "maps": (N_("Maps"), maps_board),
    "epochs": (N_("Time machine"), epochs_board),
    "decided": (N_("What decided"), decided_board),
    "cover": (N_("Cover it"), cover_board),
    "excited": (N_("Ask a filter"), excited_board),
    "off": (N_("Switch it off"), switched_off_board),
    "ascent": (N_("What it looks for"), ascent_board),
    "dream": (N_("Dream"), dream_board),
}

page_head(_("Look inside"), "inside")
remember_drawing()
subject = choose_subject()
view = st.segmented_control(
    _("View"),
    list(VIEWS),
    default=asked("view", "maps", list(VIEWS)),
    required=True,
    format_func=lambda key: _(VIEWS[key][0]),
    key="inside-view",
    label_visibility="collapsed",
)
carry(view=view)
board = VIEWS[view][1]
if subject and view == "maps":  # a layer that is touched in its picture is another choice of the page
    board(subject)
elif subject:
    st.fragment(board)(subject)
