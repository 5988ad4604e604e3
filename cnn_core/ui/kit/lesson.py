"""The head of a page: its title, and its teaching text behind a button beside it."""

import streamlit as st

from cnn_core import language
from cnn_core.language import _


def page_head(title: str, lesson_name: str) -> None:
    """Show the title and, beside it, the button for the page's lesson."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(title, anchor=False, width="stretch")
        lesson(lesson_name)


def lesson(name: str) -> None:
    """A button that opens the lesson `name` (assets/lessons/<language>/<name>.md); closed, it takes no room."""
    with st.popover(_("What is going on here?"), icon=":material/school:", type="tertiary", key="lesson"):
        st.markdown(language.lesson(name))
