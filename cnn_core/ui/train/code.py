"""A training as a script and as a notebook in plain Keras, of a run or of what is only chosen yet."""

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
from cnn_core.errors import Words
from cnn_core.exchange.forms import stem
from cnn_core.language import _
from cnn_core.runs.request import request_problem
from cnn_core.ui.kit import services
from cnn_core.ui.kit.errors import errors_told, show_error
from cnn_core.ui.use.bases import start_problem


def code_downloads(parts: list[Cell], name: str, key: str) -> None:
    """The cells as a script and as a notebook; `key` begins the keys of the buttons."""
    _offer(_("Python script (.py)"), partial(script, parts), f"{name}.py", f"{key}-script")
    _offer(
        _("Notebook (.ipynb), also for Colab"),
        partial(notebook, parts, f"{name}.ipynb"),
        f"{name}.ipynb",
        f"{key}-notebook",
    )


def downloads_beside(dataset: str, recipe: Recipe, key: str) -> None:
    """What the code reads from files: data that Keras cannot get itself, and another run's network to begin with."""
    if recipe.start and not recipe.start.backbone:
        base = recipe.start.base
        _offer(_("Network to begin with (.keras), for the code"), partial(_model, base), f"{base}.keras", f"{key}-base")
    entry = services.entry(dataset)
    if entry is None or entry.source not in ("own", "file"):
        return
    path = services.catalogue().folder / f"{entry.name}.npz"
    _offer(_("Data set (.npz), for the code"), partial(Path.read_bytes, path), path.name, f"{key}-data")


def code_ahead(network: Network, recipe: Recipe, entry: Entry, key: str, about: str) -> None:
    """The code of a training that nobody has begun yet, with a sentence `about` it; or why there is none.

    What is too much for this server is offered, too: another machine may have the memory and the time.
    """
    if problem := _problem(network, recipe, entry):
        show_error(problem, tell=_quietly)
        return
    with errors_told(tell=_quietly):
        title = run_title(network, recipe)
        parts = cells(network, recipe, entry.name, title=title)
        st.caption(about)
        code_downloads(parts, stem(title), key)
        downloads_beside(entry.name, recipe, key)


def _problem(network: Network, recipe: Recipe, entry: Entry) -> Words:
    """Why these choices make no training, on whatever machine. What Keras downloads itself need not be here."""
    known = replace(entry, ready=entry.ready or entry.name in KERAS_DATA)
    if problem := request_problem(network, recipe, known, sys.maxsize):
        return problem.message
    return "" if recipe.start and recipe.start.backbone else start_problem(network, recipe)


def _model(key: str) -> bytes:
    return services.library().model(key).load() or b""


def _offer(label: str, make: Callable[[], str | bytes], file: str, key: str) -> None:
    st.download_button(label, make, file, icon=":material/download:", key=key, width="stretch")


def _quietly(text: str, icon: str) -> None:
    """Behind a button a problem is no news: the page has told it already."""
    st.caption(text)
