"""Who the class knows this visitor as, beside every page; and the way for its teacher to sign in."""

import streamlit as st

from cnn_core.language import _
from cnn_core.runs.people import LONGEST
from cnn_core.ui.kit import services, who
from cnn_core.ui.kit.errors import errors_told, later
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.wording import literal

PASSWORD: Slot[str] = Slot("who.password", "")
NAME: Slot[str] = Slot("who.name", "")


def name_badge() -> None:
    """In the sidebar, where there is a class: the visitor's name, and the teacher's door."""
    if not who.class_here() or services.fault():
        return
    with st.sidebar:
        person = who.visitor()
        if who.is_teacher():
            st.button(_("Teacher: sign out"), icon=":material/logout:", on_click=who.sign_out, key="teacher-out")
            return
        if person:
            st.caption(_("You are {name}.", name=literal(person.name)))
        door = st.popover(_("Teacher"), icon=":material/school:", type="tertiary", key="teacher")
        with door.form("teacher-form", border=False):
            st.text_input(_("The teacher's password"), type="password", key=PASSWORD.key)
            st.form_submit_button(_("Sign in"), on_click=_sign_in, key="teacher-in")


def ask_name() -> None:
    """What the class shall call this visitor: asked on every page until they say so."""
    if not who.class_here() or services.fault() or not who.SECRET.get() or who.is_teacher() or who.visitor():
        return
    with st.form("who"), st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(_("What shall the class call you?"), max_chars=LONGEST, key=NAME.key, width=300)
        st.form_submit_button(_("Join"), type="primary", icon=":material/waving_hand:", on_click=_join, key="who-join")


def _join() -> None:
    with errors_told(tell=later):
        services.store().people.join(who.SECRET.get(), NAME.get())


def _sign_in() -> None:
    """What was typed is kept nowhere."""
    with errors_told(tell=later):
        who.sign_in(PASSWORD.take())
