"""Goals on a page: what a visitor does is recorded, and what it meets is ticked off. A teacher's link brings a goal."""

from collections.abc import Sequence
from contextlib import suppress

import streamlit as st

from cnn_core.errors import StudioError
from cnn_core.language import _
from cnn_core.lessons.facts import Fact
from cnn_core.lessons.goals import Goal, goal, newly_met
from cnn_core.ui.kit import session
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.sharing import BETWEEN, follow, followed

MOST_FACTS = 100
DONE, OPEN = ":green[:material/check_circle:]", ":gray[:material/circle:]"
MET: Slot[tuple[str, ...]] = Slot("goals.met", ())
"""The keys of the goals that the visitor has met; their browser keeps them."""
ASKED: Slot[str] = Slot("goals.asked", "")
"""The key of the goal that a teacher's link has brought."""
HIDDEN: Slot[tuple[str, ...]] = Slot("goals.hidden", ())
"""The names of the controls that it hides."""
_FACTS: Slot[tuple[Fact, ...]] = Slot("goals.facts", ())
_NEWS: Slot[tuple[str, ...]] = Slot("goals.news", ())
"""The keys of the goals that were just met, until it is told."""
_HIDEABLE: Slot[dict[str, str]] = Slot("goals.hideable", {})
"""By its name, what each control of the page is called that a teacher can hide."""


def begin() -> None:
    """Before a page: take over what a teacher's link says, and tell what was just met."""
    _HIDEABLE.put({})
    follow("goal", _take_goal)
    follow("hide", _take_hidden)
    for key in _NEWS.take():
        st.toast(_("Done: {goal}", goal=str(goal(key).words)), icon=":material/check_circle:")
    if ASKED.get() or HIDDEN.get():
        _banner()


def _take_goal(key: str) -> None:
    goal(key)
    ASKED.put(key)
    _take_hidden(session.link("hide") or "")


def _take_hidden(names: str) -> None:
    HIDDEN.put(tuple(name for name in names.split(BETWEEN) if name))


def take_kept(met: Sequence[str], asked: str, hidden: Sequence[str]) -> None:
    """What the visitor's browser had kept; a link that they came by has more to say."""
    MET.put(tuple(dict.fromkeys([*MET.get(), *met])))
    if session.link("goal") or session.link("hide") or ASKED.get() or HIDDEN.get():
        return
    HIDDEN.put(tuple(hidden))
    with suppress(StudioError):  # of another version
        ASKED.put(goal(asked).key if asked else "")


def _banner() -> None:
    """The teacher's goal above the page, and the way out."""
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        if ASKED.get():
            told = _("Your goal: {goal}", goal=str(goal(ASKED.get()).words))
            st.markdown(f"{tick(ASKED.get())} **{told}**", width="stretch")
        else:
            st.markdown(_("Your teacher has hidden some of the controls."), width="stretch")
        st.button(_("Leave the lesson"), type="tertiary", icon=":material/close:", key="goal-leave", on_click=_leave)


def _leave() -> None:
    ASKED.put("")
    HIDDEN.put(())
    session.set_links({"goal": None, "hide": None})
    for name in ("goal", "hide"):
        followed(name, None)


def shows(name: str, label: str) -> bool:
    """Whether a control is shown: a teacher's link may hide it. `label`: what it is called on the page."""
    _HIDEABLE.put(_HIDEABLE.get() | {name: label})
    return name not in HIDDEN.get()


def hideable() -> dict[str, str]:
    """By its name, what each control is called that the page that has run can hide."""
    return _HIDEABLE.get()


def is_met(key: str) -> bool:
    """Whether the visitor has met this goal."""
    return key in MET.get()


def tick(key: str) -> str:
    """As Markdown, before the text of a goal."""
    return DONE if is_met(key) else OPEN


def record(fact: Fact) -> None:
    """Note what the visitor did. When it meets a goal, the whole page runs again and shows it."""
    facts = _FACTS.get()
    if fact in facts[-1:]:
        return
    facts = (*facts, fact)[-MOST_FACTS:]
    _FACTS.put(facts)
    if new := newly_met(facts, MET.get(), _teachers()):
        keys = tuple(one.key for one in new)
        MET.put((*MET.get(), *keys))
        _NEWS.put((*_NEWS.get(), *keys))
        st.rerun()


def _teachers() -> Goal | None:
    try:
        return goal(ASKED.get()) if ASKED.get() else None
    except StudioError:
        return None
