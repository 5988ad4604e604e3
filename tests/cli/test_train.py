"""`train`, `runs`, `logs` and `duel`: ordinary runs of the studio, with real trainings."""

import csv
import json
import os

import numpy as np
import pytest

from cnn_core.design.layers import Dense, Flatten
from cnn_core.design.network import Network
from cnn_core.engine.work.download import Download
from cnn_core.errors import RunError
from cnn_core.language import Text
from cnn_core.runs.store import RunStore
from cnn_core.settings import Settings
from tests.support.stand_in import StandInQueue

TINY = Network(name="tiny", layers=(Flatten(), Dense(units=10, activation="softmax")))
QUICK = ("--epochs", "2", "--set", "train_images=200", "--set", "batch-size=50")


@pytest.fixture
def design(tmp_path) -> str:
    path = tmp_path / "tiny.json"
    path.write_text(TINY.to_json())
    return str(path)


@pytest.fixture
def store(home):
    own = Settings(home=home)
    home.mkdir(exist_ok=True)
    store = RunStore(own.database, own.models)
    yield store
    store.close()


def test_a_run_is_trained_as_the_app_would_and_stands_in_its_list(typed, design, store):
    said = typed("train", design, *QUICK, "--name", "mine", "--json")
    assert (said.code, said.err) == (0, "")
    run, state = store.run(said.json["run"]), store.state(said.json["run"])
    assert (run.name, run.network, run.dataset) == ("mine", TINY, "bundled")
    assert (run.recipe.epochs, run.recipe.train_images, run.recipe.batch_size) == (2, 200, 50)
    assert state.status == said.json["status"] == "finished"
    assert state.saved
    assert said.json["test_accuracy"] == state.tested.accuracy
    assert said.json["parameters"] == 7850
    assert said.json["address"] == f"/run?run={run.id}"
    assert [row["run"] for row in typed("runs", "--json").json] == [run.id]
    assert run.id in typed("runs").out


def test_people_are_told_each_epoch_and_the_outcome(typed, design):
    said = typed("train", design, *QUICK)
    assert said.code == 0
    assert [line.split(":")[0] for line in said.err.splitlines()[1:]] == ["Epoch 1", "Epoch 2"]
    assert "of 1,000 test images correctly" in said.out
    assert "/run?run=" in said.out


def test_its_curves_are_written(typed, design, store):
    run = typed("train", design, *QUICK, "--json").json["run"]
    assert typed("logs", run, "-o", "curves.csv").code == 0
    with open("curves.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    state = store.state(run)
    assert [float(row["val_accuracy"]) for row in rows] == [epoch.val_accuracy for epoch in state.epochs_done]
    written = typed("logs", run, "--to", "tensorboard", "--json").json
    assert written["file"] == "tiny-2-epochs-tensorboard.zip" or os.path.exists(written["file"])
    refused = typed("logs", run, "-o", "no/such/folder.csv")
    assert refused.code == 1
    assert "cannot be written" in refused.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--preset", "nope"), "one of keras-log"),
        (("--set", "nope=1"), "nope"),
        (("--set", "epochs"), "name=value"),
        (("--epochs", "0"), "epochs"),
        (("--data", "nope"), "no such data set"),
        (("--recipe", "nowhere.json"), "cannot be read"),
        (("--set", "validation_share=0", "--set", "early_stopping=2"), "no validation set"),
        (("--preset", "keras-log", "--data", "cifar"), "no such data set"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_trained_is_refused_before_anything_is_kept(typed, store, words, told):
    said = typed("train", *words)
    assert (said.code, said.out) == (1, "")
    assert told in said.err
    assert store.lists.count() == 0


def test_a_training_that_fails_says_why(typed, design, store, monkeypatch):
    def fail(queue, run) -> None:
        raise RunError(Text("The training took more memory than there is"), todo=Text("Choose a smaller batch"))

    monkeypatch.setattr(StandInQueue, "_train", fail)
    said = typed("train", design, "--json")
    assert (said.code, said.out) == (1, "")
    error = json.loads(said.err)["error"]
    assert (error["what"], error["todo"]) == ("The training took more memory than there is", "Choose a smaller batch")
    assert [run.status for run in store.lists.lines()] == ["failed"]
    duel = typed("duel", design, design, "--epochs", "1")
    assert duel.code == 1
    assert "more memory" in duel.err


def test_ctrl_c_keeps_what_was_learned(typed, design, store, monkeypatch):
    """It comes while the first epochs are told."""

    def press(out, words: str) -> None:
        if "Epoch 1:" in words:
            raise KeyboardInterrupt

    monkeypatch.setattr("cnn_core.cli.out.Out.say", press)
    said = typed("train", design, "--epochs", "1000", "--set", "train_images=100", "--json")
    assert said.code == 130
    assert said.json["status"] == "stopped"
    assert 0 < said.json["epochs"] < 1000
    assert store.state(said.json["run"]).saved


def test_a_data_set_that_is_not_here_is_downloaded_first(typed, home, monkeypatch):
    def run(work: Download, context) -> dict[str, np.ndarray]:
        asked.append(work.name)
        images, labels = np.zeros((40, 28, 28), np.uint8), np.arange(40) % 10
        return {"x_train": images, "y_train": labels, "x_test": images, "y_test": labels}

    asked: list[str] = []
    monkeypatch.setattr(Download, "run", run)
    words = "train", "--preset", "dnn-500x3", "--data", "mnist", "--epochs", "1", "--set", "train_images=null"
    said = typed(*words)
    assert said.code == 0, said.err
    assert said.err.startswith("MNIST digits (70,000) is downloaded first.")
    assert "of 40 test images" in said.out
    assert (home / "datasets" / "mnist.npz").exists()
    assert typed(*words).code == 0
    assert asked == ["mnist"], "it is kept"


def test_the_limits_of_the_server_hold(typed, home, monkeypatch):
    own = Settings(home=home, max_epochs=1)
    monkeypatch.setattr("cnn_core.cli.asked.settings", lambda: own)
    said = typed("train", *QUICK)
    assert said.code == 1
    assert "at most 1 epochs" in said.err


def test_a_home_that_cannot_be_written_is_told(typed, home):
    home.write_text("a file")
    said = typed("train")
    assert said.code == 1
    assert "CNN_STUDIO_HOME" in said.err


def test_a_duel_says_who_wins_with_a_table(typed, design, store):
    said = typed("duel", design, "dnn-500x3", "--epochs", "1", "--set", "train_images=100")
    assert said.code == 0, said.err
    heads = said.out.splitlines()[0]
    assert "tiny" in heads
    assert "Dense network" in heads
    assert "on the 1,000 test images" in said.out
    (duel,) = store.duels.newest(5)
    assert json.loads(duel)["id"] in said.out


def test_a_duel_for_scripts(typed, design):
    said = typed("duel", design, design, "--epochs", "1", "--seeds", "2", "--set", "train_images=100", "--json")
    assert said.code == 0, said.err
    sides = said.json["sides"]
    assert [[run["seed"] for run in side["runs"]] for side in sides] == [[1, 2], [1, 2]]
    assert "pictures" not in said.json
    # The same network with the same seed and recipe learns the same.
    assert sides[0]["runs"][0]["test_accuracy"] == sides[1]["runs"][0]["test_accuracy"]


@pytest.mark.parametrize("seeds", ["0", "11"])
def test_a_duel_has_few_seeds(typed, seeds):
    said = typed("duel", "keras-log", "lesson", "--seeds", seeds)
    assert said.code == 1
    assert "1 to 10" in said.err
