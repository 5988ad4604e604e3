"""Share: a link and a QR code for exactly what is seen."""

from urllib.parse import urlencode, urlsplit

import segno
import streamlit as st

from cnn_core.language import _
from cnn_core.lessons.goals import GOALS, goal, reach
from cnn_core.ui.components.share.component import copy_box
from cnn_core.ui.kit import goals, session, sharing

MODULE = 3  # px at least: smaller squares are hard to read from a screen
QUIET = 4  # squares of white around a code, as ISO/IEC 18004 wants it
WIDEST = 340  # px: the dialog on a phone
LARGE = 240  # px: a code of few squares is shown this large
OWN = "reach"
"""The teacher's own accuracy and parameters, among the keys of goals."""
HERE = ("localhost", "127.0.0.1", "::1")
"""Names of a computer that only it knows itself by."""


def share_button() -> bool:
    """In the sidebar of every page; whether it was pressed."""
    return st.sidebar.button(_("Share"), icon=":material/share:", type="tertiary", key="share")


def share_dialog() -> None:
    """After the page, which has named what it shows: the link, the code, and what they cannot do."""
    st.dialog(_("Share what you see"), icon=":material/share:")(_content)()


def page_link(**besides: str) -> str:
    """The whole address that shows the page as it is now; `besides`: what it carries more."""
    shown = sharing.carried() | besides
    return session.address() + (f"?{urlencode(shown)}" if shown else "")


def qr_code(link: str) -> segno.QRCode | None:
    """The link as a code that a phone can read from a screen; None when it is too long for that."""
    try:
        code = segno.make_qr(link, error="l")  # a higher level is taken where it costs no room
    except segno.DataOverflowError:
        return None
    return code if MODULE * _squares(code) <= WIDEST else None


def _squares(code: segno.QRCode) -> int:
    """How many squares wide it is."""
    return int(code.symbol_size(border=QUIET)[0])


def only_here(link: str) -> bool:
    """Whether only the computer that the link was made on can open it."""
    return urlsplit(link).hostname in HERE


def _content() -> None:
    box = st.container()
    link = page_link(**_for_a_class())
    with box:
        copy_box(link)
    if only_here(link):
        told = _("Only this computer can open the link: other devices need this computer's address in the network.")
        st.warning(told, icon=":material/computer:")
    for what in sharing.left_out():
        st.caption(_("Not in the link: {what}.", what=what))
    if code := qr_code(link):
        show_code(code)
    else:
        st.caption(_("The link is too long for a QR code."))


def _for_a_class() -> dict[str, str]:
    """What a teacher adds to the link: a goal, and the controls that are to be hidden."""
    with st.expander(_("For a class"), icon=":material/school:", key="share-class"):
        names = {"": _("None"), OWN: _("An accuracy, with few parameters")}
        names |= {one.key: str(one.words) for of_page in GOALS.values() for one in of_page}
        asked = goals.ASKED.get()
        first = asked if asked in names else OWN if asked else ""
        chosen = st.selectbox(
            _("Goal"), list(names), list(names).index(first), format_func=lambda key: names[key], key="share-goal"
        )
        if chosen == OWN:
            chosen = _own_goal()
        hideable = goals.hideable()
        hidden = [name for name in goals.HIDDEN.get() if name in hideable]
        if hideable:
            hidden = st.multiselect(
                _("Hide these controls"),
                list(hideable),
                hidden,
                format_func=lambda name: hideable[name],
                key="share-hidden",
            )
        st.caption(_("Who opens the link sees the goal on every page. It is ticked off when it is met."))
    told = {"goal": chosen, "hide": sharing.written(hidden)}
    return {name: value for name, value in told.items() if value}


def _own_goal() -> str:
    accuracy, parameters = st.columns(2)
    percent = accuracy.number_input(_("Test accuracy, %"), 1, 100, 97, key="share-accuracy")
    most = parameters.number_input(_("Fewer parameters than"), 1, 10**9, 50_000, 1_000, key="share-parameters")
    return goal(reach(percent, most)).key


def show_code(code: segno.QRCode, width: int = LARGE) -> None:
    """About so many px wide. Dark on white, in dark mode too: readers expect it.

    Each square has the same whole number of pixels.
    """
    squares = _squares(code)
    scale = max(MODULE, width // squares)
    picture = code.png_data_uri(scale=2 * scale, border=QUIET, dark="black", light="white")
    with st.container(horizontal_alignment="center"):
        st.image(picture, width=scale * squares, alt=_("QR code of the link"))
