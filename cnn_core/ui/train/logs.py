"""The curves of a run to take along, for a spreadsheet and for TensorBoard."""

from functools import partial

import streamlit as st

from cnn_core.exchange.logs import LOGS, Log
from cnn_core.language import _
from cnn_core.runs.run import Run
from cnn_core.runs.state import RunState
from cnn_core.ui.kit import services


def offer_logs(run: Run, state: RunState, stem: str) -> None:
    """A button for each form, once a worker has begun; a click makes the file, of all that is known by then."""
    if state.started_now is None:
        return
    for log in LOGS.values():
        make, key = partial(_made, run, log), f"run-take-log-{log.key}"
        st.download_button(_(log.title), make, log.file(stem), icon=":material/download:", key=key, width="stretch")


def _made(run: Run, log: Log) -> bytes:
    return log.make(run, services.store().state(run.id))
