"""Take it with you: a run as a script and a notebook in plain Keras, and its trained model."""

import re
from functools import partial
from pathlib import Path

import streamlit as st

from cnn_core.design.formats.code.cells import PLAIN, Cell, cells, script
from cnn_core.design.formats.code.notebook import notebook
from cnn_core.language import _
from cnn_core.runs.models import MODEL_FILE
from cnn_core.runs.run import Run
from cnn_core.runs.state import RunState
from cnn_core.ui.kit import services
from cnn_core.ui.kit.errors import errors_told

HALF = "mixed_bfloat16"


def take_with_you(run: Run, state: RunState) -> None:
    """A button with downloads behind it."""
    with st.popover(_("Take it with you"), icon=":material/download:", key="run-take"):
        stem = re.sub(r"[^\w-]+", "-", run.name).strip("-") or "training"
        if state.brought_in:
            told = _("It was brought in: how it was trained is not known here, so there is no code for it.")
            st.info(told, icon=":material/code_off:")
        else:
            with errors_told(tell=st.info):
                _code(_cells(run, state), stem)
        if state.saved:
            model = partial(_model, run.id)
            _offer(_("Trained model (.keras)"), model, f"{stem}.keras", "model")
        _data(run)


def _cells(run: Run, state: RunState) -> list[Cell]:
    """As it was trained: in the precision that its machine had."""
    precision = HALF if state.started_now and HALF in str(state.started_now.choices) else PLAIN
    return cells(run.network, run.recipe, run.dataset, title=run.name, precision=precision)


def _code(parts: list[Cell], stem: str) -> None:
    st.caption(_("The same training in plain Keras. On a machine like this one it gives the very same losses."))
    _offer(_("Python script (.py)"), partial(script, parts), f"{stem}.py", "script")
    _offer(
        _("Notebook (.ipynb), also for Colab"), partial(notebook, parts, f"{stem}.ipynb"), f"{stem}.ipynb", "notebook"
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
