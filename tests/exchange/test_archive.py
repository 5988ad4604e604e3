"""The archive of a class: everything is in it, and nothing that a spreadsheet would run."""

import csv
import io
import json
import zipfile

import numpy as np
import pytest

from cnn_core.data.datasets import Catalogue
from cnn_core.design.network import Network
from cnn_core.exchange.archive import archive
from cnn_core.runs.classroom import Plan
from cnn_core.runs.models import MODEL_FILE
from cnn_core.runs.store import RunStore
from tests.support.runs import PRESET, ended, new


@pytest.fixture
def store(tmp_path):
    store = RunStore(f"sqlite:///{tmp_path / 'runs.db'}", str(tmp_path / "files"))
    yield store
    store.close()


def test_everything_is_in_it(store, tmp_path):
    catalogue = Catalogue(tmp_path / "datasets")
    images, labels = np.zeros((4, 8, 8), np.uint8), np.array([0, 1, 0, 1])
    catalogue.save("own-shapes", {"x_train": images, "y_train": labels, "x_test": images, "y_test": labels})
    run, other = ended(store, "=1+1", accuracy=0.9), new(store, "of a duel", duel="d1")
    store.save_file(run.id, MODEL_FILE, b"weights")
    store.duels.save("d1", 1.0, '{"id": "d1"}')
    store.classroom.put(Plan(names_hidden=True))
    anna = store.people.join("a" * 32, "Anna")
    store.people.own("run", run.id, anna)
    store.people.own("data", "own-shapes", anna)
    with zipfile.ZipFile(io.BytesIO(archive(store, catalogue))) as file:
        assert file.testzip() is None
        rows = list(csv.DictReader(io.StringIO(file.read("results.csv").decode())))
        curve = list(csv.DictReader(io.StringIO(file.read(f"runs/{run.id}/curves.csv").decode())))
        assert Network.from_json(file.read(f"runs/{run.id}/network.json").decode()) == PRESET.network
        assert file.read(f"runs/{run.id}/{MODEL_FILE}") == b"weights"
        assert json.loads(file.read("class.json"))["names_hidden"] is True
        assert json.loads(file.read("duels/0.json")) == {"id": "d1"}
        assert np.load(io.BytesIO(file.read("data/own-shapes.npz")))["x_train"].shape[0] == 4
        assert f"runs/{other.id}/{MODEL_FILE}" not in file.namelist()
    assert [(row["who"], row["name"], row["test_accuracy"]) for row in rows] == [
        ("Anna", "'=1+1", "0.9"),
        ("", "of a duel", ""),
    ]
    assert [(row["epoch"], row["val_accuracy"]) for row in curve] == [("1", "0.45")]
