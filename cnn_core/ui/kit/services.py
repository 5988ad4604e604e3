"""Everything that all visitors of this server share: each made once, here."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import streamlit as st

from cnn_core.data.datasets import Catalogue, Dataset, Entry
from cnn_core.data.upload.shelf import Shelf
from cnn_core.errors import StudioError
from cnn_core.language import _
from cnn_core.runs.models import Model, ModelLibrary
from cnn_core.runs.predictions import PREDICTIONS_FILE, Predictions
from cnn_core.settings import settings
from cnn_core.studio import Studio, home_fault
from cnn_core.ui.kit import startup

if TYPE_CHECKING:
    from cnn_core.compare.plan import Duel
    from cnn_core.compare.report import Report
    from cnn_core.engine.engine import Engine
    from cnn_core.engine.work.base import Work
    from cnn_core.runs.state import RunState
    from cnn_core.runs.store import RunStore


@st.cache_resource(show_spinner=False)
def studio() -> Studio:
    """All of it; what takes long to import is made when it is first asked for."""
    return Studio(settings())


def catalogue() -> Catalogue:
    """The data sets that can be trained on."""
    return studio().catalogue


def shelf() -> Shelf:
    """The files that visitors have sent and not yet kept."""
    return studio().shelf


def dataset_title(name: str) -> str:
    """What the data set is called on the pages; its bare name when it is gone."""
    return dataset_titles().get(name, name)


def dataset_titles() -> dict[str, str]:
    """What each data set that is here is called, by its name: the folder is read once for a whole table."""
    return {entry.name: entry.title for entry in catalogue().entries()}


def entry(name: str) -> Entry | None:
    """What is known of the data set `name` without loading it; None when there is none."""
    return next((entry for entry in catalogue().entries() if entry.name == name), None)


def dataset(name: str) -> Dataset:
    """The data set `name`; raises DataError when it is not there or cannot be read."""
    return _dataset(name, catalogue().version(name))


@st.cache_resource(show_spinner=False, max_entries=4)
def _dataset(name: str, version: int) -> Dataset:
    return catalogue().load(name)


def predictions(run_id: str, dataset_name: str) -> Predictions | None:
    """What the run predicted for the test set of `dataset_name`; None when it has left none, or for another one."""
    # Not cached: it takes a few milliseconds, and a run that has none now can be resumed and have some.
    content = store().load_file(run_id, PREDICTIONS_FILE)
    made = content and Predictions.read(content, dataset(dataset_name).y_test)
    return made if made and len(made.true) == len(made.predicted) else None


@st.cache_resource(show_spinner=False)
def store() -> RunStore:
    """All runs, of all visitors; raises StudioError where they cannot be kept."""
    if problem := fault():
        raise problem
    startup.everything()
    return studio().store


def engine() -> Engine:
    """The workers that train and predict. They start in the background; the first question waits for them."""
    store()  # raises what is wrong with the server, and has imported everything
    return studio().engine


def ask(work: Work) -> Any:
    """What a worker answers to `work`, now; the page says so while that worker must start first.

    Raises EngineError when no answer comes in time, and whatever StudioError the work itself raises.
    """
    words = _("Starting the process that answers questions…")
    with nullcontext() if engine().answers else st.spinner(words):
        return engine().ask(work)


def stop() -> None:
    """End what was started, for good: runs under way are interrupted at once, and not when their leases are over."""
    studio().close()


def ahead(run_id: str, state: RunState) -> int:
    """How many runs must end before this one can begin; the store is only asked while it waits."""
    return engine().queue.position(run_id) if state.status == "queued" else 0


def library() -> ModelLibrary:
    """The trained models, ready-made and own."""
    store()
    return studio().library


def models() -> list[Model]:
    """Every model that can be asked now, the newest run first, then the ready-made ones."""
    return library().models()


@st.cache_resource(show_spinner=False)
def ready_duel() -> Report | None:
    """The report of the duel that ships with the app."""
    from cnn_core.compare.ready import ready_made  # only the duel's page needs it

    return ready_made()


def duel_report(duel: Duel) -> Report:
    """What the duel came to by now; raises RunError while no seed has both its sides done."""
    from cnn_core.compare.robustness import measured  # only the duel's page needs it

    saved = sum(state.saved for state in store().states(duel.runs).values())
    swept = bool(measured(duel, store()))
    return _duel_report(duel, duel.id, saved, swept, catalogue().version(duel.plan.dataset))


@st.cache_resource(show_spinner=False, max_entries=30)
def _duel_report(_duel: Duel, duel_id: str, saved: int, swept: bool, version: int) -> Report:
    from cnn_core.compare.gather import gather

    return gather(_duel, store(), catalogue())


def fault() -> StudioError | None:
    """What keeps this server from keeping anything, if something does; asked anew each time, for it can be mended."""
    return home_fault(settings().home)
