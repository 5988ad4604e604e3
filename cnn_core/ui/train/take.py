"""Take it with you: a run as a script and a notebook in plain Keras, and its trained model."""

from functools import partial

import streamlit as st

from cnn_core.design.formats.code.cells import PLAIN, Cell, cells
from cnn_core.exchange.forms import stem
from cnn_core.language import _
from cnn_core.runs.models import MODEL_FILE
from cnn_core.runs.run import Run
from cnn_core.runs.state import RunState
from cnn_core.ui.kit import services
from cnn_core.ui.kit.errors import errors_told
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.train.code import code_downloads, downloads_beside
from cnn_core.ui.train.exports import FORMS_ICON, forms_dialog, show_forms
from cnn_core.ui.train.logs import offer_logs
from cnn_core.ui.train.own_page import own_page

HALF = "mixed_bfloat16"
KEY, DOWNLOAD = "run-take", ":material/download:"
OPEN: Slot[bool] = Slot("take.open", False)
"""Whether what is offered is shown."""


def take_with_you(run: Run, state: RunState) -> None:
    """A button with downloads behind it."""
    with st.popover(_("Take it with you"), icon=DOWNLOAD, key=OPEN.key, on_change="rerun"):
        name = stem(run.name)
        if state.brought_in:
            told = _("It was brought in: how it was trained is not known here, so there is no code for it.")
            st.info(told, icon=":material/code_off:")
        else:
            with errors_told(tell=st.info):
                _code(_cells(run, state), name)
        if state.saved:
            label, model = _("Trained model (.keras)"), partial(_model, run.id)
            st.download_button(label, model, f"{name}.keras", icon=DOWNLOAD, key=f"{KEY}-model", width="stretch")
            own_page(run, state, name)
        if exportable := state.saved and run.recipe.pixel_order is None:  # else it cannot predict an image
            label = _("Model for other programs")
            st.button(label, icon=FORMS_ICON, key=f"{KEY}-forms", on_click=_to_forms, args=(run,), width="stretch")
        offer_logs(run, state, name)
        downloads_beside(run.dataset, run.recipe, KEY)
    if exportable:
        forms_dialog(run)


def _to_forms(run: Run) -> None:
    show_forms(run)
    OPEN.put(False)  # it would lie above them


def _cells(run: Run, state: RunState) -> list[Cell]:
    """As it was trained: in the precision that its machine had."""
    precision = HALF if state.started_now and HALF in str(state.started_now.choices) else PLAIN
    return cells(run.network, run.recipe, run.dataset, title=run.name, precision=precision)


def _code(parts: list[Cell], name: str) -> None:
    st.caption(_("The same training in plain Keras. On a machine like this one it gives the very same losses."))
    code_downloads(parts, name, KEY)


def _model(run_id: str) -> bytes:
    return services.store().load_file(run_id, MODEL_FILE) or b""
