"""The teaching text of a page."""

from pathlib import Path

import streamlit as st

LESSONS = Path(__file__).parents[2] / "assets" / "lessons" / "en"


def lesson(name: str) -> None:
    """Show the lesson `name` (assets/lessons/en/<name>.md), folded so that it never stands in the way."""
    with st.expander("What is going on here?", icon=":material/school:"):
        st.markdown((LESSONS / f"{name}.md").read_text(encoding="utf-8"))
