"""What the teacher has set, on every page: the step that the class is at, and what is hidden and limited."""

from contextlib import suppress

import streamlit as st

from cnn_core.errors import StudioError
from cnn_core.language import _
from cnn_core.lessons.goals import Goal, goal, reach
from cnn_core.runs.classroom import Plan
from cnn_core.runs.people import Person
from cnn_core.ui import pages
from cnn_core.ui.kit import services, who
from cnn_core.ui.kit.data_choice import choose
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.wording import literal

LOOK = 3.0  # seconds between two looks whether the teacher has changed something
_PLAN: Slot[Plan] = Slot("class.plan", Plan())
"""As this script run has found it."""
_PERSON: Slot[Person | None] = Slot("class.person", None)
"""Who the class knew this visitor as, then: nobody after the teacher has cleared it."""
_DATASET: Slot[str] = Slot("class.dataset", "")
"""The data set that the teacher has set and this visitor was given: they may choose another one afterwards."""


def plan() -> Plan:
    """What the teacher has set for this visitor; nothing where there is no class."""
    return _PLAN.get()


def begin() -> None:
    """Before a page: hear what the teacher has set."""
    if not who.class_here() or services.fault():
        return
    _PLAN.put(_now())
    _PERSON.put(who.visitor())
    if (name := plan().dataset) != _DATASET.get():
        _DATASET.put(name)
        with suppress(StudioError):  # it was deleted
            choose(name)


def _now() -> Plan:
    return services.store().classroom.plan()


def look() -> None:
    """Again and again while the page is open: run it anew when the teacher has changed something."""
    if not who.class_here() or services.fault():
        return
    if _now() != plan() or who.visitor() != _PERSON.get():
        st.rerun()


def hides(name: str) -> bool:
    """Whether the teacher has hidden this control; never from themselves."""
    return name in plan().hidden and not who.leads()


def called(person: Person) -> str:
    """What somebody is called on this visitor's pages: the teacher can hide the names of others."""
    hidden = plan().names_hidden and not who.leads() and person != _PERSON.get()
    return _("Somebody") if hidden else person.name


def goals() -> list[Goal]:
    """What the class is to reach."""
    return [goal(reach(one.percent, one.parameters)) for one in plan().goals]


def step_line(page: str) -> None:
    """The step that the class is at, and the way to its page from another one."""
    step = plan().step
    if step is None:
        return
    place = _("Step {n} of {all}", n=(plan().at or 0) + 1, all=len(plan().steps))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/directions_walk: **{place}** {literal(step.words)}", width="stretch")
        if step.page != page and (path := pages.BY_NAME.get(step.page)):
            st.page_link(path, label=_("Go there"), icon=":material/arrow_forward:", width="content")
