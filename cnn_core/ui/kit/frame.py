"""What stands round every page: the language, the visitor's own run, and what their browser keeps of them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import streamlit as st

from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.design.shapes import trace
from cnn_core.errors import StudioError
from cnn_core.language import _
from cnn_core.lessons.facts import Trained
from cnn_core.runs.run import Run
from cnn_core.runs.state import RunState
from cnn_core.ui import pages
from cnn_core.ui.components.memory.component import Kept, answer, holds, kept, memory
from cnn_core.ui.kit import classroom, errors, goals, pace, services, session, share, sharing, startup, who, wording
from cnn_core.ui.kit.links import DESIGN
from cnn_core.ui.kit.living import LAST
from cnn_core.ui.kit.name_badge import ask_name, name_badge
from cnn_core.ui.kit.session import Slot

RUN: Slot[str] = Slot("own.run", "")
"""The id of the run that this visitor has started last."""
ASKED: Slot[float] = Slot("recalled.asked", 0.0)
"""When the browser was asked what it has kept (`time.monotonic`); 0: it was not."""
_BEFORE: Slot[Any] = Slot("recalled.before", None)
"""What it had told by then: to a server that is gone."""
RECALLED: Slot[bool] = Slot("recalled", False)
"""Whether what the browser had kept was taken over."""
STARTED: Slot[bool] = Slot("recalled.started", False)
"""Whether this visit has had its first script run."""
LINKED: Slot[bool] = Slot("recalled.linked", False)
"""Whether the address that the visitor came by names a design: then it is that one they want."""
_RECORDED: Slot[tuple[str, float | None] | None] = Slot("own.run.recorded", None)
"""The run of which was recorded last what it has come to, and when that had ended."""
REFRESH = 2.0  # seconds between two looks at the visitor's run
PATIENCE = 5.0  # seconds for which a page waits for what the browser tells


@contextmanager
def around_page(name: str) -> Iterator[None]:
    """The page of this name runs inside of `with`."""
    pace.here()
    sharing.begin()
    session.choose_language()
    _recall(name)
    shares = share.share_button()
    name_badge()
    classroom.begin()
    with st.sidebar:
        st.fragment(_look, run_every=_pace())()
    errors.show_fault()
    ask_name()
    goals.begin(name or "home")
    place = st.container()
    yield
    with place:
        _faults_of_the_link()
    if shares:  # the page has named what it shows
        share.share_dialog()
    keep = _to_keep() if STARTED.get() else {}
    memory(keep, f"{name} share" if shares else name)
    STARTED.put(True)  # the first run knows nothing yet that is worth keeping
    startup.workers()  # the first visitor sees the page while they start


def _faults_of_the_link() -> None:
    errors.faults()
    for fault in sharing.refused():
        errors.show_error(fault, ":material/link_off:", st.warning)


def _recall(name: str) -> None:
    """Once a visit, in the script run after the browser has told.

    A page for somebody who comes back waits for that: else it would show them other things first, and take what they
    begin to write in it for nothing. A browser whose server was started anew sends along what it told the one before:
    by now it may have kept more, and is asked again.
    """
    if RECALLED.get():
        return
    if not STARTED.get():
        LINKED.put(session.link(DESIGN) is not None)  # pages write it there themselves from now on
    if (holds() or who.class_here()) and _waits():
        memory({}, name, awaited=True)
        st.stop()
    if _told():
        RECALLED.put(True)
        _BEFORE.put(None)
        _take(kept())


def _waits() -> bool:
    """Whether the page is to wait for the browser's answer, on whatever page the visitor is by then."""
    now = time.monotonic()
    if not ASKED.get():
        ASKED.put(now)
        _BEFORE.put(answer())
        return True
    return not _told() and now - ASKED.get() < PATIENCE


def _told() -> bool:
    """Whether the browser has told what it had kept, and since it was asked, if it was."""
    return answer() not in (None, _BEFORE.get())


def _to_keep() -> dict[str, object]:
    last = LAST.get() or {}
    return {
        "design": session.network().to_token(),
        "recipe": session.RECIPE.get().to_token(),
        "run": RUN.get(),
        "strokes": last.get("strokes", []),
        "met": list(goals.MET.get()),
        "goal": goals.ASKED.get(),
        "hidden": list(goals.HIDDEN.get()),
    }


def _take(found: Kept | None) -> None:
    """Nothing that this visit has chosen already, by a link for example, is overwritten."""
    if found is None:
        return
    who.SECRET.put(found.visitor)
    if session.network() == session.START.network and found.design and not LINKED.get():
        with suppress(StudioError):  # of another version
            session.set_network(Network.from_token(found.design))
    if session.RECIPE.get() == session.START.recipe and found.recipe and not LINKED.get():
        with suppress(StudioError):
            session.RECIPE.put(Recipe.from_token(found.recipe))
    if not LAST.get() and found.strokes:
        LAST.put({"strokes": [stroke.model_dump() for stroke in found.strokes], "ink": None})
    if found.run and not RUN.get():
        RUN.put(found.run)
    goals.take_kept(found.met, found.goal, found.hidden)


def _pace() -> float | None:
    """Seconds between two looks at what changes while a page is open: one for all of it, because each costs the server.

    A run that has ended stays as it is.
    """
    if services.fault() is not None:
        return None
    if who.class_here():
        return pace.every(classroom.LOOK)
    with suppress(StudioError):
        if RUN.get() and services.store().state(RUN.get()).active:
            return pace.every(REFRESH)
    return None


def _look() -> None:
    pace.here()
    classroom.look()
    if RUN.get() and services.fault() is None:
        _own_run(RUN.get())


def _own_run(run_id: str) -> None:
    """The visitor's run, on whatever page: how far it is, and the way to it."""
    state = services.store().states([run_id]).get(run_id)
    if state is None or state.status == "unreadable":
        RUN.put("")  # it was deleted, or is of another version
        return
    word, icon, _colour = wording.status_badge(state.status)
    if st.button(_("Your run: {status}", status=word), icon=icon, type="tertiary", key="own-run"):
        st.switch_page(pages.RUN, query_params={"run": run_id})
    if state.active:
        st.progress(state.progress)
    elif state.saved and (run_id, state.ended) != _RECORDED.get():
        _RECORDED.put((run_id, state.ended))
        with suppress(StudioError):  # it was deleted this moment
            _record(services.store().run(run_id), state)


def _record(run: Run, state: RunState) -> None:
    """What the visitor's run has come to."""
    tested, last = state.tested, state.epochs_done[-1:]
    if tested is None or not last:
        return
    trained = Trained(
        trace(run.network).totals.parameters,
        test=tested.accuracy,
        training=last[0].accuracy,
        learning_rate=run.recipe.learning_rate,
        classes=len(tested.confusion),
    )
    goals.record(trained)
