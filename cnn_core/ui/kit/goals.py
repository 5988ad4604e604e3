"""Goals on a page: what a visitor does is recorded, and what it meets is ticked off. A teacher's link brings a goal."""

from collections.abc import Sequence
from contextlib import suppress

import streamlit as st

from cnn_core.errors import StudioError
from cnn_core.language import N_, _
from cnn_core.lessons.facts import Fact
from cnn_core.lessons.goals import Goal, goal, newly_met
from cnn_core.ui.kit import classroom, session
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.sharing import BETWEEN, follow, followed

MOST_FACTS = 100
CONTROLS = {
    "network": N_("The choice of a network, on Training"),
    "recipe": N_("More settings of the training"),
    "presets": N_("Presets of the designer"),
    "files": N_("Files of the designer"),
    "step": N_("Step (strides)"),
    "spread": N_("Spread (dilation_rate)"),
    "padding": N_("Zeros around the image (padding)"),
    "relu": N_("ReLU"),
    "size": N_("Window (pool_size)"),
    "right": N_("Move the image to the right"),
    "down": N_("Move the image down"),
    "separable": N_("The same with fewer parameters: SeparableConv2D"),
}
"""By its name, each control of any page that a teacher can hide; `shows` asks for it."""
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


def begin(page: str) -> None:
    """Before the page of this name: take over what a teacher's link says, and tell what was just met."""
    _HIDEABLE.put({})
    follow("goal", _take_goal)
    follow("hide", _take_hidden)
    if not all(is_met(one.key) for one in teachers()):
        _tick_off()  # a teacher may ask by now for what was done before
    for key in _NEWS.take():
        st.toast(_("Done: {goal}", goal=str(goal(key).words)), icon=":material/check_circle:")
    goals = _linked() if page == "board" else teachers()  # the board has the goals of the class itself
    if goals or HIDDEN.get() or classroom.plan().step:
        with st.container(border=True, gap="small"):
            classroom.step_line(page)
            _banner(goals)


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


def _banner(goals: Sequence[Goal]) -> None:
    """The teacher's goals above the page, and the way out of what a link has brought."""
    lines = [f"{tick(one.key)} **{_('Your goal: {goal}', goal=str(one.words))}**" for one in goals]
    if HIDDEN.get() and not lines:
        lines = [_("Your teacher has hidden some of the controls.")]
    if not lines:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("  \n".join(lines), width="stretch")
        if ASKED.get() or HIDDEN.get():
            label = _("Leave the lesson")
            st.button(label, type="tertiary", icon=":material/close:", key="goal-leave", on_click=_leave)


def _leave() -> None:
    ASKED.put("")
    HIDDEN.put(())
    session.set_links({"goal": None, "hide": None})
    for name in ("goal", "hide"):
        followed(name, None)


def shows(name: str, label: str) -> bool:
    """Whether a control is shown: a teacher's link may hide it. `label`: what it is called on the page."""
    _HIDEABLE.put(_HIDEABLE.get() | {name: label})
    return name not in HIDDEN.get() and not classroom.hides(name)


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
    if _tick_off():
        st.rerun()


def _tick_off() -> bool:
    """Whether what was done meets a goal that was not met before."""
    keys = tuple(one.key for one in newly_met(_FACTS.get(), MET.get(), teachers()))
    MET.put((*MET.get(), *keys))
    _NEWS.put((*_NEWS.get(), *keys))
    return bool(keys)


def teachers() -> list[Goal]:
    """What a teacher asks for: by a link, and of the whole class."""
    return list({one.key: one for one in (*_linked(), *classroom.goals())}.values())


def _linked() -> list[Goal]:
    with suppress(StudioError):  # of another version
        return [goal(ASKED.get())] if ASKED.get() else []
    return []
