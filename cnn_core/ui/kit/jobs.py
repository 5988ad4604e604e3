"""Jobs on a page: what takes longer than a click goes on by itself, on whatever page its visitor is meanwhile."""

import time
from collections.abc import Callable
from typing import Any

import streamlit as st

from cnn_core.engine.job import Job
from cnn_core.errors import StudioError
from cnn_core.language import _
from cnn_core.ui.kit import pace
from cnn_core.ui.kit.errors import ERROR, show_error
from cnn_core.ui.kit.session import Slot

SOON, LOOK = 0.25, 0.5  # seconds that a click waits for its job, and between two looks at it
_JOB: Slot[Job | None] = Slot("job", None)
_PROBLEM: Slot[StudioError | None] = Slot("problem", None)
"""Of each job by its key, what went wrong with it last."""


def offer(
    key: str,
    label: str,
    begin: Callable[[], Job],
    words: Callable[[float], str],
    *,
    partial: Callable[[Any], None] | None = None,
    waiting: Callable[[Job], str] | None = None,
    error_icon: str = ERROR,
    **button: Any,
) -> Any:
    """A button that begins a job; in its place while the job is under way, how far it is and a way to stop it.

    Args:
        key: of the job and of the button, the visitor's own.
        begin: may raise StudioError, which is said below the button.
        words: what is said beside the bar, by the fraction (0 to 1) that is done; at 0 the work may still wait.
        partial: shows what there is of the result so far.
        waiting: says at 0 what the job waits for, instead of `words`.
        button: what else `st.button` takes.

    Returns:
        the result, in the first script run after the job has ended; None in all others.
    """
    result = _take(key, _PROBLEM.of(key).put)
    if _job(key):
        _watch(key, words, partial, waiting, None)
        return None
    st.button(label, key=key, on_click=start, args=(key, begin), **button)
    if problem := _PROBLEM.of(key).get():
        show_error(problem, error_icon)
    return result


def follow(
    key: str, words: Callable[[float], str], on_error: Callable[[StudioError], None], on_stop: Callable[[], None]
) -> Any:
    """As `offer`, for a job that was begun by `start`.

    Args:
        on_error: gets what went wrong.
        on_stop: called when the visitor has pressed Stop.
    """
    result = _take(key, on_error)
    if _job(key):
        _watch(key, words, None, None, on_stop)
    return result


def start(key: str, begin: Callable[[], Job]) -> None:
    """Begin this visitor's job `key`, unless it is there already: two clicks are one."""
    if _job(key):
        return
    _PROBLEM.of(key).put(None)
    try:
        job = begin()
    except StudioError as error:
        _PROBLEM.of(key).put(error)
        return
    _JOB.of(key).put(job)
    end = time.monotonic() + SOON  # what is done by then needs no bar
    while not job.done and time.monotonic() < end:
        time.sleep(0.01)


def stop(key: str) -> None:
    """End this visitor's job `key`, if there is one, and forget it and what went wrong with it."""
    _PROBLEM.of(key).put(None)
    if job := _job(key):
        job.stop()
        _JOB.of(key).put(None)


def _job(key: str) -> Job | None:
    return _JOB.of(key).get()


def _take(key: str, on_error: Callable[[StudioError], None]) -> Any:
    """The result of a job that has ended, which is forgotten then."""
    job = _job(key)
    if job is None or not job.done:
        return None
    _JOB.of(key).put(None)
    try:
        return job.result()
    except StudioError as error:
        on_error(error)
        return None


def _watch(*about: Any) -> None:
    """Only this part of the page runs again and again; the page does once the job has ended."""
    st.fragment(_content, run_every=pace.every(LOOK))(*about)


def _content(
    key: str,
    words: Callable[[float], str],
    partial: Callable[[Any], None] | None,
    waiting: Callable[[Job], str] | None,
    on_stop: Callable[[], None] | None,
) -> None:
    job = _job(key)
    if job is None or job.done:
        st.rerun()
    done = job.fraction
    st.progress(done, waiting(job) if waiting and not done else words(done))
    st.button(_("Stop"), icon=":material/stop:", key=f"{key}-stop", on_click=_stop, args=(key, on_stop))
    if partial and job.partial is not None:
        partial(job.partial)


def _stop(key: str, on_stop: Callable[[], None] | None) -> None:
    stop(key)
    if on_stop:
        on_stop()
