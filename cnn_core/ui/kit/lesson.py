"""The head of a page: its title, and its teaching text behind a button beside it."""

from pathlib import Path

import streamlit as st

LESSONS = Path(__file__).parents[3] / "assets" / "lessons" / "en"


def page_head(title: str, lesson_name: str) -> None:
    """Show the title and, beside it, the button for the page's lesson."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(title, anchor=False, width="stretch")
        lesson(lesson_name)


def lesson(name: str) -> None:
    """A button that opens the lesson `name` (assets/lessons/en/<name>.md); closed, it takes no room from the page."""
    with st.popover("What is going on here?", icon=":material/school:", type="tertiary"):
        st.markdown((LESSONS / f"{name}.md").read_text(encoding="utf-8"))
