"""A model that was brought in is a run without a training."""

import numpy as np
import pytest

from cnn_core.compare import duel as duels
from cnn_core.errors import RunError, StorageError
from cnn_core.language import Text
from cnn_core.runs import forecast
from cnn_core.runs.brought import Brought, keep
from cnn_core.runs.events import Tested as Scored  # pytest would collect a class whose name begins with Test
from cnn_core.runs.models import MODEL_FILE, ModelLibrary
from cnn_core.runs.predictions import PREDICTIONS_FILE, Predictions
from cnn_core.runs.store import RunStore
from tests.support.models import TINY
from tests.support.runs import ended

SCORED = Scored(loss=0.1, accuracy=0.75, confusion=((1, 0, 0), (0, 2, 1), (0, 0, 0)))
SHARES = np.array([[0.9, 0.1, 0.0], [0.0, 0.8, 0.2], [0.1, 0.7, 0.2], [0.0, 0.3, 0.7]])
PLAIN = Brought(TINY, "raw", (Text("Left out: {what}", what="L2"),), b"model")


@pytest.fixture
def store(tmp_path):
    store = RunStore(f"sqlite:///{tmp_path}/runs.db", str(tmp_path))
    yield store
    store.close()


def test_it_has_ended_with_a_model_and_a_test(store):
    run = keep(store, PLAIN.with_result("bundled", SCORED, SHARES), "Mine", "mine.keras")
    state = store.state(run.id)
    assert (state.status, state.saved, state.active, state.seconds) == ("finished", True, False, None)
    assert (state.brought_in.file, str(state.brought_in.notes[0])) == ("mine.keras", "Left out: L2")
    model = ModelLibrary(store).model(run.id)
    assert (model.load(), model.accuracy, model.dataset, model.network) == (b"model", 0.75, "bundled", TINY)
    assert store.run(run.id).recipe.pixels == "raw"
    predictions = Predictions.read(store.load_file(run.id, PREDICTIONS_FILE), np.array([0, 1, 1, 1]))
    assert predictions.mistakes().tolist() == [3]


def test_without_a_data_set_it_has_a_model_and_no_test(store):
    run = keep(store, PLAIN, "Mine", "mine.keras")
    assert store.state(run.id).saved
    assert ModelLibrary(store).model(run.id).accuracy is None
    assert store.load_file(run.id, PREDICTIONS_FILE) is None


def test_another_server_reads_the_same(store, tmp_path):
    run = keep(store, PLAIN, "Mine", "mine.keras")
    other = RunStore(f"sqlite:///{tmp_path}/runs.db", str(tmp_path))
    assert other.state(run.id) == store.state(run.id)
    other.close()


def test_lists_tell_it_from_runs_that_were_trained(store):
    run, trained = keep(store, PLAIN, "Mine", "mine.keras"), ended(store)
    assert {one.id: one.brought_in for one in store.lists.lines()} == {run.id: True, trained.id: False}


def test_it_is_not_ranked_and_says_nothing_of_how_long_trainings_take(store):
    trained, before = ended(store), forecast.pace(store)
    keep(store, PLAIN.with_result("bundled", SCORED, SHARES), "Mine", "mine.keras")
    assert [one.run for one in store.classroom.results("bundled")] == [trained.id]
    assert forecast.pace(store) == before


def test_it_waits_for_nobody_and_can_be_deleted(store):
    run = keep(store, PLAIN, "Mine", "mine.keras")
    assert not store.lists.waiting()
    assert store.lists.under_way() == []
    store.delete(run.id)
    assert store.load_file(run.id, MODEL_FILE) is None


def test_a_duel_of_its_training_is_refused_in_words(store):
    run, trained = keep(store, PLAIN.with_result("bundled", SCORED, SHARES), "Mine", "mine.keras"), ended(store)
    with pytest.raises(RunError, match="trained here"):
        duels.of_runs(store.run(run.id), store.run(trained.id), store)


def test_nothing_is_kept_where_the_disk_does_not_let_it(store, monkeypatch):
    def full(*_args: object) -> None:
        raise StorageError(Text("The disk is full"))

    monkeypatch.setattr(store, "save_file", full)
    with pytest.raises(StorageError, match="full"):
        keep(store, PLAIN, "Mine", "mine.keras")
    assert store.lists.count(duels=True) == 0
