"""The form in which a teacher sets what the class is to do."""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from cnn_core.language import _
from cnn_core.runs.classroom import MOST_GOALS, MOST_STEPS, MOST_WORDS, Plan, Step
from cnn_core.runs.limits import Limits
from cnn_core.runs.ranking import Reach
from cnn_core.ui.kit import services, who
from cnn_core.ui.kit.goals import CONTROLS
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.menu import page_titles

_ROWS: Slot[int] = Slot("class.rows", 0)
"""Of each list of the form: how many empty rows were asked for."""
LISTS = ("goals", "steps")
Row = TypeVar("Row")


def plan_form(before: Plan) -> Plan:
    """Show what is set, to be changed; gives what it says now."""
    titles = services.dataset_titles()
    names = ["", *titles]
    dataset = st.selectbox(
        _("Data set"),
        names,
        names.index(before.dataset) if before.dataset in names else 0,
        format_func=lambda name: titles.get(name, _("Any")),
        help=_("The board shows runs on it, and in a class everybody gets it chosen."),
        key="task-data",
    )
    st.markdown(f"**{_('Goals')}**")
    goals = _rows("goals", before.goals, MOST_GOALS, _goal, _("Add a goal"))
    changed: dict[str, object] = {"dataset": dataset, "goals": goals}
    if who.class_here():  # there is nobody else to be led, or kept from anything
        changed |= _for_others(before)
    return before.model_copy(update=changed)


def forget_rows() -> None:
    """What was asked for is there, or not wanted any more."""
    for name in LISTS:
        _ROWS.of(name).put(0)


def _for_others(before: Plan) -> dict[str, object]:
    st.markdown(f"**{_('Lesson')}**")
    steps = _rows("steps", before.steps, MOST_STEPS, _step, _("Add a step"))
    st.markdown(f"**{_('Limits of a run')}**")
    limits = _limits(before.limits)
    hidden = st.multiselect(
        _("Hide these controls"),
        list(CONTROLS),
        [name for name in before.hidden if name in CONTROLS],
        format_func=lambda name: _(CONTROLS[name]),
        key="task-hidden",
    )
    at = before.at if steps == before.steps else None
    return {"steps": steps, "limits": limits, "hidden": tuple(hidden), "at": at}


def _rows(
    name: str, before: tuple[Row, ...], most: int, row: Callable[[int, Row | None], Row | None], label: str
) -> tuple[Row, ...]:
    """What is there, and as many empty rows as were asked for; a row that is left empty is none."""
    more = _ROWS.of(name)
    count = min(most, len(before) + more.get())
    found = [row(n, before[n] if n < len(before) else None) for n in range(count)]
    st.button(
        label,
        icon=":material/add:",
        type="tertiary",
        key=f"task-add-{name}",
        disabled=count >= most,
        on_click=lambda: more.put(more.get() + 1),
    )
    return tuple(one for one in found if one is not None)


def _goal(n: int, before: Reach | None) -> Reach | None:
    """Empty: no goal."""
    left, right = st.columns(2)
    percent = left.number_input(
        _("Test accuracy, %"), 1, 100, before.percent if before else None, key=f"task-percent-{n}"
    )
    parameters = right.number_input(
        _("Fewer parameters than"), 1, 10**9, before.parameters if before else None, 1000, key=f"task-parameters-{n}"
    )
    if percent is None:
        return None
    return Reach(percent=percent, parameters=parameters or 10**9)


def _step(n: int, before: Step | None) -> Step | None:
    titles = page_titles()
    left, right = st.columns([2, 3])
    page = left.selectbox(
        _("Page"),
        list(titles),
        list(titles).index(before.page) if before and before.page in titles else None,
        format_func=lambda name: titles[name],
        placeholder=_("No step"),
        key=f"task-page-{n}",
    )
    words = right.text_input(_("What to do there"), before.words if before else "", MOST_WORDS, key=f"task-words-{n}")
    return Step(page=page, words=words) if page else None


def _limits(before: Limits) -> Limits:
    """Empty: no limit."""
    columns = st.columns(4)
    epochs = columns[0].number_input(_("Epochs"), 1, 1000, before.epochs, key="task-epochs")
    parameters = columns[1].number_input(_("Parameters"), 1, 10**9, before.parameters, 1000, key="task-most")
    minutes = columns[2].number_input(_("Minutes"), 0.5, 1000.0, before.minutes, 0.5, key="task-minutes")
    waiting = columns[3].number_input(_("Waiting, a person"), 1, 100, before.waiting, key="task-waiting")
    return Limits(epochs=epochs, parameters=parameters, minutes=minutes, waiting=waiting)
