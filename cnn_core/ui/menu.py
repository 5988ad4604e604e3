"""The menu: every page with its title and icon, in sections."""

import streamlit as st

from cnn_core.language import _
from cnn_core.ui import pages


def menu() -> dict[str, list[st.Page]]:
    """By the title of each section, its pages, in the visitor's language."""
    return {
        "": [st.Page(pages.HOME, title=_("Home"), icon=":material/home:", default=True)],
        _("Learn"): [
            st.Page(pages.CONVOLUTION, title=_("Convolution"), icon=":material/grid_on:"),
            st.Page(pages.POOLING, title=_("Pooling"), icon=":material/compress:"),
            st.Page(pages.WHY, title=_("Why a CNN"), icon=":material/lightbulb:"),
        ],
        _("Data"): [
            st.Page(pages.BROWSE, title=_("Data sets"), icon=":material/photo_library:"),
            st.Page(pages.AUGMENTATION, title=_("Augmentation"), icon=":material/auto_awesome_motion:"),
        ],
        _("Build"): [st.Page(pages.DESIGNER, title=_("Designer"), icon=":material/view_agenda:")],
        _("Train"): [
            st.Page(pages.LIVE, title=_("Training"), icon=":material/monitoring:"),
            st.Page(pages.RUN, title=_("Run"), visibility="hidden"),
            st.Page(pages.RUNS, title=_("Runs"), icon=":material/list_alt:"),
        ],
        _("Use"): [
            st.Page(pages.DRAW, title=_("Draw a digit"), icon=":material/draw:"),
            st.Page(pages.INSIDE, title=_("Look inside"), icon=":material/search:"),
            st.Page(pages.TEACH, title=_("Teach it your own things"), icon=":material/photo_camera:"),
            st.Page(pages.TRANSFER, title=_("Transfer learning"), icon=":material/move_down:"),
        ],
        _("Compare"): [st.Page(pages.DUEL, title=_("Duel"), icon=":material/swords:")],
    }
