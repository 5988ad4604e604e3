"""Teach it your own things: pictures of them, a training like any other, and another picture for what has learned."""

import secrets
from collections.abc import Sequence
from contextlib import suppress

import numpy as np
import streamlit as st

from cnn_core.data import taught
from cnn_core.data.datasets import TAUGHT
from cnn_core.data.taught import Taught
from cnn_core.design.fields import MAX_NAME
from cnn_core.errors import DataError, StudioError
from cnn_core.language import _, _n
from cnn_core.lessons import facts
from cnn_core.runs.events import Tested
from cnn_core.runs.run import Run
from cnn_core.runs.state import RunState
from cnn_core.settings import settings
from cnn_core.ui import pages
from cnn_core.ui.components.camera.component import things_box
from cnn_core.ui.kit import rules, services, who
from cnn_core.ui.kit.errors import errors_told, show_error
from cnn_core.ui.kit.frame import RUN as OWN_RUN
from cnn_core.ui.kit.goals import record
from cnn_core.ui.kit.heading import stop_button
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.sharing import leave_out
from cnn_core.ui.kit.upload_box import check_files, files_taken, no_files
from cnn_core.ui.train.estimate import waiting_text
from cnn_core.ui.train.setup import start as begin_run
from cnn_core.ui.use.bases import SMALLEST, base_title, offer_weights
from cnn_core.ui.use.show_another import CORRECTED, NAMES, show_another
from cnn_core.ui.use.subject import way_inside
from cnn_core.ui.use.taken import BOX, Taken, added, pixels, receive, taken
from cnn_core.ui.use.taught_network import begins_with, taught_network

REFRESH = 0.5  # seconds between two looks at the training
_RUN: Slot[str] = Slot("teach.run", "")
"""The id of the run that was begun last."""
_MODEL: Slot[str] = Slot("teach.model", "")
"""The id of the last run that has come to its end: it answers while the next one learns."""
_DATA: Slot[str] = Slot("teach.data", "")
"""The name of the data set that this visit has made."""
_LEARNED: Slot[object] = Slot("teach.learned", None)
"""What the last run was begun with."""
_FACT: Slot[facts.Taught | None] = Slot("teach.fact", None)
"""Of a run by its id, what is known of it, until it has ended."""


@st.fragment
def teach_board() -> None:
    """Pictures on the left, the training in the middle, another picture on the right; on a phone below each other."""
    if not files_taken():
        no_files(st.info)
        return
    left, middle, right = st.columns([21, 11, 16], gap="medium")
    with left:
        st.subheader(_("1. Take pictures"), anchor=False)
        now = taken()
        things_box(
            now.things,
            now.pictures.keys(),
            key=BOX,
            number=now.number,
            refused=now.refused,
            added=added(),
            on_told=receive,
        )
    with middle, errors_told():
        st.subheader(_("2. Teach"), anchor=False)
        _teach(now)
    with right, errors_told():
        st.subheader(_("3. Show it another"), anchor=False)
        show_another(_MODEL.get(), now.things)
    if now.pictures:
        leave_out(_("the pictures that were taken"))


def _teach(now: Taken) -> None:
    """The one button, or how far the training is; and what came of it."""
    run, state = _last_run() or (None, None)
    if run and state and state.active:
        _watch(run.id)
        return
    problem = _problem(now)
    again = bool(run) and bool(_MODEL.get())
    label = _("Teach again") if again else _("Teach")
    disabled = problem is not None or bool(now.missing)
    if st.button(label, type="primary", icon=":material/school:", disabled=disabled, key="teach", width="stretch"):
        _begin(now)
    if not now.pictures and not now.missing:
        st.caption(_("Take about ten pictures of each of two things first."))
    elif now.missing:
        st.caption(_("Receiving the pictures: {here} of {all}", here=len(now.pictures), all=len(now.keys)))
    elif problem:
        show_error(problem, ":material/info:", st.info)
    if run and state:
        _outcome(run, state, now)
    elif not problem:
        st.caption(_privacy())
    _eyes()


def _eyes() -> None:
    """Whose filters look at the pictures; or how to get some."""
    if name := begins_with():
        told = _("It looks through the filters of {title}, which has seen a million photos.", title=base_title(name))
        st.caption(told)
        return
    st.caption(_("It begins with nothing, and learns slowly from few pictures. Borrowed filters see more:"))
    offer_weights(SMALLEST)


def _privacy() -> str:
    told = _("The pictures go to this server with the run, and whoever opens the run can see them.")
    hours = settings().max_taught_hours
    return told if hours is None else f"{told} {_('They are deleted after {hours:g} hours.', hours=hours)}"


def _problem(now: Taken) -> DataError | None:
    try:
        taught.check(now.counts)
    except DataError as problem:
        return problem
    return None


def _last_run() -> tuple[Run, RunState] | None:
    """The visitor's last run on own pictures, of an earlier visit too; None when there is none, or it was deleted."""
    for key in filter(None, (_RUN.get(), OWN_RUN.get())):
        with suppress(StudioError):
            run, state = services.store().run(key), services.store().state(key)
            if run.dataset.startswith(TAUGHT):
                _RUN.put(key)
                _DATA.put(_DATA.get() or run.dataset)  # of an earlier visit
                if state.saved:
                    _MODEL.put(key)
                return run, state
    return None


@st.fragment(run_every=REFRESH)
def _watch(run_id: str) -> None:
    """Only this runs again and again; the page does once the training has ended."""
    state = services.store().state(run_id)
    if not state.active:
        st.rerun()
    st.progress(state.progress, waiting_text(run_id, state))
    stop_button("teach-stop", _stop, run_id, stopping=state.stop_requested, kind="run", thing=run_id)


def _stop(run_id: str) -> None:
    with errors_told(tell=st.toast):
        who.check("run", run_id)
        services.engine().queue.stop(run_id)


def _outcome(run: Run, state: RunState, now: Taken) -> None:
    """What came of the last training, in a sentence, and the ways on."""
    if state.message:
        show_error(state.message)
    elif not state.saved:
        st.caption(_("The training ended before it was through. Teach again."))
    if state.tested and state.saved:
        st.markdown(_tested(state.tested))
        if fact := _FACT.of(run.id).take():
            record(fact)
    if _LEARNED.get() not in (None, now.content):
        st.caption(_("The pictures have changed since. Teach again to have that learned."))
    with st.container(horizontal=True, gap="small"):
        st.page_link(pages.RUN, label=_("The training"), icon=":material/monitoring:", query_params={"run": run.id})
        if state.saved:
            way_inside(run)
    if _DATA.get() == run.dataset and services.entry(run.dataset):
        with st.popover(_("Your pictures"), icon=":material/visibility:", type="tertiary", key="teach-pictures"):
            st.markdown(_privacy())
            label = _("Delete them from the server")
            st.button(label, icon=":material/delete:", key="teach-forget", on_click=_forget)


def _tested(tested: Tested) -> str:
    count = sum(map(sum, tested.confusion))
    right = sum(row[place] for place, row in enumerate(tested.confusion))
    return _n(
        "It reads **{right}** of **{n}** picture right that was kept for the test.",
        "It reads **{right}** of **{n}** pictures right that were kept for the test.",
        count,
        right=right,
    )


def _begin(now: Taken) -> None:
    """Keep the pictures as a data set, in place of this visit's earlier one, and begin a run on it."""
    who.check_known()
    check_files()
    with st.spinner(_("Preparing the pictures…")):
        things = [Taught(thing.name, _pixels(thing.pictures, now)) for thing in now.things]
        filled = [len(thing.pictures) for thing in things if len(thing.pictures)]
        network, recipe = taught_network(len(filled))
        rules.check_runs([(network, recipe)])
        name = f"{TAUGHT}{secrets.token_hex(6)}"
        data = services.catalogue().save(name, taught.arrays(things))
        who.own("data", [name])
    earlier = _DATA.get()
    _DATA.put(name)
    try:
        run = begin_run(network, recipe, name, ", ".join(data.class_names)[:MAX_NAME])
    finally:
        _delete(earlier)
        rules.forget_oldest()
    corrected = len(CORRECTED.get().keys() & now.pictures.keys())
    _FACT.of(run.id).put(facts.Taught(len(filled), min(filled), corrected))
    NAMES.of(run.id).put(data.class_names)
    _RUN.put(run.id)
    _LEARNED.put(now.content)
    st.rerun()


def _pixels(keys: Sequence[str], now: Taken) -> list[np.ndarray]:
    return [pixels(now.pictures[key]) for key in keys if key in now.pictures]


def _forget() -> None:
    _delete(_DATA.get())
    _DATA.put("")


def _delete(name: str) -> None:
    if not name or not who.may("data", name):
        return
    with suppress(DataError):  # somebody else was faster
        services.catalogue().delete(name)
        services.store().people.disown("data", name)
