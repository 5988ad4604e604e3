"""An archive of everything that a class has made: what it came to as a table, and each run with its model."""

import io
import zipfile
from collections.abc import Iterable
from typing import Any

from cnn_core.data.datasets import Catalogue
from cnn_core.exchange.tables import epochs_table, table
from cnn_core.runs.models import MODEL_FILE
from cnn_core.runs.state import RunState
from cnn_core.runs.store import RunStore
from cnn_core.runs.summary import Summary

HEAD = (
    "id",
    "who",
    "name",
    "network",
    "parameters",
    "data",
    "state",
    "test_accuracy",
    "validation_accuracy",
    "seconds",
)
TOGETHER = 200  # runs that are read in one go


def archive(store: RunStore, catalogue: Catalogue) -> bytes:
    """A zip file: `results.csv`, `class.json`, a folder for each run, `duels` and the data sets that people have made.

    Raises StorageError when something of it cannot be read.
    """
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        rows = []
        for runs in _in_parts(store):
            owners, states = store.people.owners("run", [run.id for run in runs]), store.states(run.id for run in runs)
            for run in runs:
                who = owners[run.id].name if run.id in owners else ""
                rows.append(_row(run, who))
                _add_run(file, store, run, states.get(run.id, RunState()))
        file.writestr("results.csv", table(HEAD, rows))
        file.writestr("class.json", store.classroom.plan().model_dump_json(indent=2))
        for number, duel in enumerate(store.duels.newest(limit=10_000)):
            file.writestr(f"duels/{number}.json", duel)
        for name in store.people.owned("data"):
            if (path := catalogue.folder / f"{name}.npz").is_file():
                file.write(path, f"data/{path.name}", zipfile.ZIP_STORED)
    return content.getvalue()


def _in_parts(store: RunStore) -> Iterable[list[Summary]]:
    for start in range(0, store.lists.count(duels=True), TOGETHER):
        yield store.lists.lines(start, TOGETHER, order="created", duels=True)


def _row(run: Summary, who: str) -> list[Any]:
    accuracies = run.test_accuracy, run.validation_accuracy
    return [run.id, who, run.name, run.network_name, run.parameters, run.dataset, run.status, *accuracies, run.seconds]


def _add_run(file: zipfile.ZipFile, store: RunStore, run: Summary, state: RunState) -> None:
    folder = f"runs/{run.id}"
    if run.network:
        file.writestr(f"{folder}/network.json", run.network.to_json())
    if run.recipe and not run.brought_in:
        file.writestr(f"{folder}/recipe.json", run.recipe.model_dump_json(indent=2))
    file.writestr(f"{folder}/curves.csv", epochs_table(state))
    if model := store.load_file(run.id, MODEL_FILE):
        file.writestr(zipfile.ZipInfo(f"{folder}/{MODEL_FILE}"), model)  # it is packed already
