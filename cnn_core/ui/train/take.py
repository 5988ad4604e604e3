"""Take it with you: a run as a script and a notebook in plain Keras, and its trained model."""

from functools import partial
from pathlib import Path

import streamlit as st

from cnn_core.design.formats.code.cells import PLAIN, Cell, cells, script
from cnn_core.design.formats.code.notebook import notebook
from cnn_core.exchange.forms import stem
from cnn_core.language import _
from cnn_core.runs.models import MODEL_FILE
from cnn_core.runs.run import Run
from cnn_core.runs.state import RunState
from cnn_core.ui.kit import services
from cnn_core.ui.kit.errors import errors_told
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.train.exports import FORMS_ICON, forms_dialog, show_forms
from cnn_core.ui.train.logs import offer_logs

HALF = "mixed_bfloat16"
OPEN: Slot[bool] = Slot("take.open", False)
"""Whether what is offered is shown."""


def take_with_you(run: Run, state: RunState) -> None:
    """A button with downloads behind it."""
    with st.popover(_("Take it with you"), icon=":material/download:", key=OPEN.key, on_change="rerun"):
        name = stem(run.name)
        with errors_told(tell=st.info):
            _code(_cells(run, state), name)
        if state.saved:
            _offer(_("Trained model (.keras)"), partial(_model, run.id), f"{name}.keras", "model")
        if exportable := state.saved and run.recipe.pixel_order is None:  # else it cannot predict an image
            label = _("Model for other programs")
            st.button(label, icon=FORMS_ICON, key="run-take-forms", on_click=_to_forms, args=(run,), width="stretch")
        offer_logs(run, state, name)
        _data(run)
    if exportable:
        forms_dialog(run, state)


def _to_forms(run: Run) -> None:
    show_forms(run)
    OPEN.put(False)  # it would lie above them


def _cells(run: Run, state: RunState) -> list[Cell]:
    """As it was trained: in the precision that its machine had."""
    precision = HALF if state.started_now and HALF in str(state.started_now.choices) else PLAIN
    return cells(run.network, run.recipe, run.dataset, title=run.name, precision=precision)


def _code(parts: list[Cell], name: str) -> None:
    st.caption(_("The same training in plain Keras. On a machine like this one it gives the very same losses."))
    _offer(_("Python script (.py)"), partial(script, parts), f"{name}.py", "script")
    _offer(
        _("Notebook (.ipynb), also for Colab"), partial(notebook, parts, f"{name}.ipynb"), f"{name}.ipynb", "notebook"
    )


def _offer(label: str, make: partial, file: str, key: str) -> None:
    st.download_button(label, make, file, icon=":material/download:", key=f"run-take-{key}", width="stretch")


def _model(run_id: str) -> bytes:
    return services.store().load_file(run_id, MODEL_FILE) or b""


def _data(run: Run) -> None:
    """The script reads what Keras does not know from a file."""
    entry = services.entry(run.dataset)
    if entry is None or entry.source not in ("own", "file"):
        return
    path = services.catalogue().folder / f"{entry.name}.npz"
    _offer(_("Data set (.npz), for the code"), partial(Path.read_bytes, path), path.name, "data")
