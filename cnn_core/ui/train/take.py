"""Take it with you: a run as a script and a notebook in plain Keras, and its trained model."""

from functools import partial

import streamlit as st

from cnn_core.design.formats.code.cells import PLAIN, Cell, cells
from cnn_core.language import _
from cnn_core.runs.models import MODEL_FILE
from cnn_core.runs.run import Run
from cnn_core.runs.state import RunState
from cnn_core.ui.kit import services
from cnn_core.ui.kit.errors import errors_told
from cnn_core.ui.train.code import code_downloads, downloads_beside, file_stem
from cnn_core.ui.train.own_page import own_page

HALF = "mixed_bfloat16"
KEY, DOWNLOAD = "run-take", ":material/download:"


def take_with_you(run: Run, state: RunState) -> None:
    """A button with downloads behind it."""
    with st.popover(_("Take it with you"), icon=":material/download:", key="run-take"):
        stem = file_stem(run.name)
        with errors_told(tell=st.info):
            _code(_cells(run, state), stem)
        if state.saved:
            label, model = _("Trained model (.keras)"), partial(_model, run.id)
            st.download_button(label, model, f"{stem}.keras", icon=DOWNLOAD, key=f"{KEY}-model", width="stretch")
            own_page(run, state, stem)
        downloads_beside(run.dataset, run.recipe, KEY)


def _cells(run: Run, state: RunState) -> list[Cell]:
    """As it was trained: in the precision that its machine had."""
    precision = HALF if state.started_now and HALF in str(state.started_now.choices) else PLAIN
    return cells(run.network, run.recipe, run.dataset, title=run.name, precision=precision)


def _code(parts: list[Cell], stem: str) -> None:
    st.caption(_("The same training in plain Keras. On a machine like this one it gives the very same losses."))
    code_downloads(parts, stem, KEY)


def _model(run_id: str) -> bytes:
    return services.store().load_file(run_id, MODEL_FILE) or b""
