"""A training as a script and as a notebook in plain Keras, of a run or of what is only chosen yet."""

import re
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import streamlit as st

from cnn_core.data.datasets import Entry
from cnn_core.design.formats.code.cells import KERAS_DATA, Cell, cells, script
from cnn_core.design.formats.code.notebook import notebook
from cnn_core.design.naming import run_title
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.language import _
from cnn_core.runs.request import request_problem
from cnn_core.ui.kit import services
from cnn_core.ui.kit.errors import errors_told, show_error


def file_stem(name: str) -> str:
    """The name of a run, or of a design, as a file may have it."""
    return re.sub(r"[^\w-]+", "-", name).strip("-") or "training"


def code_downloads(parts: list[Cell], stem: str, key: str) -> None:
    """The cells as a script and as a notebook; `key` begins the keys of the buttons."""
    _offer(_("Python script (.py)"), partial(script, parts), f"{stem}.py", f"{key}-script")
    _offer(
        _("Notebook (.ipynb), also for Colab"),
        partial(notebook, parts, f"{stem}.ipynb"),
        f"{stem}.ipynb",
        f"{key}-notebook",
    )


def data_download(dataset: str, key: str) -> None:
    """The data set as a file for the code, where Keras cannot get it itself."""
    entry = services.entry(dataset)
    if entry is None or entry.source not in ("own", "file"):
        return
    path = services.catalogue().folder / f"{entry.name}.npz"
    _offer(_("Data set (.npz), for the code"), partial(Path.read_bytes, path), path.name, f"{key}-data")


def code_ahead(network: Network, recipe: Recipe, entry: Entry, key: str, about: str) -> None:
    """The code of a training that nobody has begun yet, with a sentence `about` it; or why there is none.

    What is too much for this server is offered, too: another machine may have the memory and the time.
    """
    known = replace(entry, ready=entry.ready or entry.name in KERAS_DATA)  # Keras downloads these itself
    if problem := request_problem(network, recipe, known, sys.maxsize):
        show_error(problem.message, tell=_quietly)
        return
    with errors_told(tell=_quietly):
        title = run_title(network, recipe)
        parts = cells(network, recipe, entry.name, title=title)
        st.caption(about)
        code_downloads(parts, file_stem(title), key)
        data_download(entry.name, key)


def _offer(label: str, make: Callable[[], str | bytes], file: str, key: str) -> None:
    st.download_button(label, make, file, icon=":material/download:", key=key, width="stretch")


def _quietly(text: str, icon: str) -> None:
    """Behind a button a problem is no news: the page has told it already."""
    st.caption(text)
