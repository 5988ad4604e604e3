"""The head of a page: its title, and its lesson behind a button beside it, with what was done of it."""

import re

import streamlit as st

from cnn_core import language
from cnn_core.language import _
from cnn_core.lessons.goals import GOALS
from cnn_core.ui.kit.goals import is_met, tick


def page_head(title: str, lesson_name: str) -> None:
    """Show the title and, beside it, the button for the page's lesson."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(title, anchor=False, width="stretch")
        lesson(lesson_name)


def lesson(name: str) -> None:
    """A button that opens the lesson `name` (assets/lessons/<language>/<name>.md); closed, it takes no room."""
    text, tries = parts(language.lesson(name))
    goals = GOALS[name]
    done = sum(is_met(one.key) for one in goals)
    with st.popover(_("What is going on here?"), icon=":material/school:", type="tertiary", key="lesson"):
        st.markdown(text)
        if done:
            st.markdown(_("{done} of {all} done.", done=done, all=len(goals)))
        for one, what in zip(goals, tries, strict=True):
            st.markdown(f"{tick(one.key)} {what}")


def parts(lesson: str) -> tuple[str, list[str]]:
    """The text of a lesson, and each thing that it says to try: the items of the numbered list at its end."""
    text, *items = re.split(r"^\d+\. +", lesson, flags=re.MULTILINE)
    return text.strip(), [" ".join(item.split()) for item in items]
