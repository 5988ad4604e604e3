"""What there is to do while a run waits: watch a recorded one, played at its own pace, or draw."""

import time

import streamlit as st

from cnn_core.design.naming import network_title
from cnn_core.language import _
from cnn_core.runs.recorded import Recording, ready_made
from cnn_core.runs.run import Run
from cnn_core.runs.state import RunState
from cnn_core.ui import pages
from cnn_core.ui.kit import services, wording
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.train.learning import show_learned
from cnn_core.ui.train.panel import numbers_and_curves

READY_MODEL = "keras-log"
_BEGAN: Slot[float | None] = Slot("recorded.began", None)
"""Of a waiting run by its id, when the visitor began to watch the recorded one meanwhile; None: they do not."""


def while_waiting(run: Run) -> None:
    """Show it to whose `run` waits; to be called again and again."""
    began = _BEGAN.of(run.id).get()
    with st.container(border=True):
        if began is None:
            _offer(run)
        else:
            _play(ready_made(), time.time() - began, run)


def _offer(run: Run) -> None:
    st.markdown(_("While you wait:"))
    with st.container(horizontal=True, vertical_alignment="center"):
        label = _("Watch a recorded run")
        st.button(label, icon=":material/play_circle:", on_click=_begin, args=(run.id,), key="recorded-watch")
        _way_to_draw()


def _way_to_draw() -> None:
    label = _("Draw a digit for a ready-made network")
    st.page_link(pages.DRAW, label=label, icon=":material/draw:", query_params={"model": READY_MODEL})


def _play(recording: Recording, seconds: float, waiting: Run) -> None:
    """The recorded run as it was so long after its begin."""
    run, state = recording.run, recording.state_at(seconds)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(_("Recorded run"), icon=":material/movie:", color="violet")
        st.space("stretch")
        if not state.active:
            again = _("Play it again")
            st.button(again, icon=":material/replay:", on_click=_begin, args=(waiting.id,), key="recorded-again")
        st.button(_("Close"), icon=":material/close:", on_click=_end, args=(waiting.id,), key="recorded-close")
    st.caption(_told(run))
    st.progress(state.progress if state.active else 1.0, _where(state))
    numbers_and_curves(run, state, key="recorded")
    show_learned(run, state, recording.filters_in(state))
    _way_to_draw()


def _told(run: Run) -> str:
    return _(
        "This is not your run. {network} on {data} was trained before, and is played at the pace at which it learned.",
        network=wording.literal(network_title(run.network)),
        data=wording.literal(services.dataset_title(run.dataset)),
    )


def _where(state: RunState) -> str:
    if state.tested is None or state.active:
        return wording.progress_text(state)
    return _("It has ended: {accuracy:.1%} of the test images are predicted correctly.", accuracy=state.tested.accuracy)


def _begin(run_id: str) -> None:
    _BEGAN.of(run_id).put(time.time())


def _end(run_id: str) -> None:
    _BEGAN.of(run_id).put(None)
