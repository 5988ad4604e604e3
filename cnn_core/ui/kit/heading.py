"""The head of what runs, a run or a duel: its name, how it stands, and the button that stops it."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from cnn_core.language import _
from cnn_core.runs.people import Kind
from cnn_core.ui.kit import classroom, who, wording


def title_with_status(name: str, status: str) -> None:
    """What is put beside it stands at the right edge; call it in a horizontal container."""
    st.title(wording.literal(name), anchor=False, width="content")
    word, icon, colour = wording.status_badge(status)
    st.badge(word, icon=icon, color=colour)
    st.space("stretch")


def stop_button(key: str, on_click: Callable[..., None], *args: Any, stopping: bool, kind: Kind, thing: str) -> None:
    """Once it was pressed it says so, and waits. Who may not stop the `thing` of this kind sees whose it is instead."""
    if not who.may(kind, thing):
        owner = who.owners(kind, [thing]).get(thing)
        st.caption(_("by {name}", name=wording.literal(classroom.called(owner))) if owner else "")
        return
    st.button(
        _("Stopping…") if stopping else _("Stop"),
        icon=":material/stop:",
        type="primary",
        disabled=stopping,
        key=key,
        on_click=on_click,
        args=args,
    )
