"""A training that was broken off and resumed is the one that was never broken off, number for number."""

import io
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from cnn_core.design.augmentation import PRESETS
from cnn_core.design.layers import BatchNormalization, Conv2D, Dense, Dropout, Flatten
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.runs.events import Event, Submitted
from cnn_core.runs.state import reduce
from cnn_core.training.build import Attempt, Memory, checkpoint, from_bytes, remembered, restore, variables
from cnn_core.training.device import Choices
from cnn_core.training.fit import fit
from cnn_core.training.live import LiveMetrics
from cnn_core.training.warm import model_for

ROOT = Path(__file__).parents[2]
NETWORK = Network(
    layers=(
        Conv2D(filters=3, kernel_size=5, strides=3, activation="relu"),
        BatchNormalization(),
        Flatten(),
        Dropout(rate=0.3),
        Dense(units=10, activation="softmax"),
    )
)
PLAIN = Recipe(optimizer="adam", learning_rate=0.01, batch_size=16, epochs=5, train_images=150, validation_share=0.2)
PATIENT = PLAIN.model_copy(update={"learning_rate": 0.02, "epochs": 60, "early_stopping": 3})
RECIPES = {
    "plain": PLAIN,
    "augmentation": PLAIN.model_copy(update={"augmentation": PRESETS["digits"]}),
    "momentum": PLAIN.model_copy(update={"optimizer": "sgd", "momentum": 0.9}),
    "patience": PATIENT,
    # An epoch has 8 steps of 3 seconds, the first three of a run are free, and 5 seconds of validation.
    "time": PLAIN.model_copy(update={"epochs": 60, "time_limit": 90.0}),
    "time at the end of an epoch": PLAIN.model_copy(update={"epochs": 60, "time_limit": 102.0}),
    "time before patience": PATIENT.model_copy(update={"time_limit": 90.0}),
}
CHOICES = Choices(3, False, "float32", 3)  # the last execution of an epoch has two steps


@pytest.fixture(scope="module")
def seconds() -> Iterator[list[float]]:
    """A clock: each step takes 3 seconds, validation 5, and nothing else any."""
    now = [1000.0]
    batch_end, test_end = LiveMetrics.on_train_batch_end, LiveMetrics.on_test_batch_end

    def timed_batch(self, batch, logs=None):
        now[0] += 3 * (min(batch + 1, self.params["steps"]) - self._execution[0])
        batch_end(self, batch, logs)

    def timed_test(self, batch, logs=None):
        now[0] += 5
        test_end(self, batch, logs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LiveMetrics, "on_train_batch_end", timed_batch)
        patch.setattr(LiveMetrics, "on_test_batch_end", timed_test)
        yield now


def train(
    dataset,
    recipe: Recipe,
    seconds: list[float],
    resume: bytes | None = None,
    network: Network = NETWORK,
    **options: float,
):
    """The events, the weights, and the checkpoints by the number of epochs that are done."""
    events: list[Event] = []
    kept: dict[int, bytes] = {}
    outcome = fit(
        network,
        recipe,
        dataset,
        events.append,
        on_epoch=lambda attempt, epochs: kept.update({epochs: checkpoint(attempt, epochs)}),
        resume=resume,
        choices=CHOICES,
        clock=lambda: seconds[0],
        **options,
    )
    return events, from_bytes(outcome.model).get_weights(), kept


@pytest.fixture(scope="module")
def unbroken(small, seconds) -> Callable[[str], tuple]:
    """`train` by the name of a recipe, once for all tests."""
    return cache(lambda name: train(small, RECIPES[name], seconds))


def facts(events: list[Event], first_epoch: int = 0) -> list[tuple]:
    """All of the events but the times: points of the curves, epochs, why it ended, the test."""
    told = []
    for event in events:
        if event.kind == "progress" and event.epoch >= first_epoch:
            told += [(event.epoch, *point) for point in event.points]
        elif event.kind == "epoch_ended" and event.epoch >= first_epoch:
            told.append((event.epoch, event.loss, event.accuracy, event.val_loss, event.val_accuracy))
        elif event.kind == "training_ended":
            told.append(event.reason)
        elif event.kind == "tested":
            told.append((event.loss, event.accuracy, event.confusion))
    return told


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["three", "every"])
@pytest.mark.parametrize("name", RECIPES)
def test_resumed_after_any_epoch_it_is_the_run_that_was_never_stopped(small, seconds, unbroken, name, every):
    events, weights, kept = unbroken(name)
    assert len(kept) >= 3
    for done in kept if every else (0, len(kept) // 2, len(kept) - 1):
        seconds[0] += 1e6  # the server was off for days
        resumed, same, _ = train(small, RECIPES[name], seconds, kept[done])
        assert resumed[0].first_epoch == done
        assert facts(resumed) == facts(events, done), f"after {done} epochs"
        for one, other in zip(weights, same, strict=True):
            np.testing.assert_array_equal(one, other)


def test_the_recipes_above_end_as_their_names_say(unbroken):
    """So that the test above is about something: with patience spent, and best weights, from before the break."""
    ends = {name: unbroken(name)[0] for name in RECIPES}
    reasons = {name: next(e.reason for e in events if e.kind == "training_ended") for name, events in ends.items()}
    assert reasons == {
        "plain": "completed",
        "augmentation": "completed",
        "momentum": "completed",
        "patience": "early stopping",
        "time": "time limit",
        "time at the end of an epoch": "time limit",
        "time before patience": "time limit",
    }
    losses = [event.val_loss for event in ends["patience"] if event.kind == "epoch_ended"]
    assert 1 < losses.index(min(losses)) == len(losses) - 4
    assert ends["time"][-3].kind == "progress", "within an epoch"
    assert ends["time at the end of an epoch"][-3].kind == "epoch_ended"


def test_a_run_that_is_broken_off_twice_is_still_the_same(small, seconds, unbroken):
    recipe = RECIPES["time before patience"]
    events, weights, first = unbroken("time before patience")
    resumed, _, second = train(small, recipe, seconds, first[1])
    resumed, same, _ = train(small, recipe, seconds, second[2])
    assert facts(resumed) == facts(events, 2)
    for one, other in zip(weights, same, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", ["time", "time at the end of an epoch"])
def test_the_servers_limit_counts_the_time_of_all_attempts_as_the_recipes_does(small, seconds, unbroken, name):
    events, weights, kept = unbroken(name)
    most = RECIPES[name].time_limit
    endless = RECIPES[name].model_copy(update={"time_limit": None})
    for done in (0, 2, len(kept) - 1):
        told, same, _ = train(small, endless, seconds, kept[done] if done else None, most_seconds=most)
        already = done == len(kept) - 1 and name == "time at the end of an epoch"  # it was broken off in its test
        reason = "time limit" if already else "server limit"
        assert facts(told) == [reason if fact == "time limit" else fact for fact in facts(events, done)]
        for one, other in zip(weights, same, strict=True):
            np.testing.assert_array_equal(one, other)


def test_what_is_left_of_the_time_is_shown_as_that(small, seconds, unbroken):
    """The first epoch takes 3 * 5 + 5 seconds, and each of the others 3 * 8 + 5."""
    _, _, kept = unbroken("time")
    resumed, _, _ = train(small, RECIPES["time"], seconds, kept[2])
    assert resumed[0].seconds_before == 49
    state = reduce([Submitted(), resumed[0]])
    assert state.progress == pytest.approx(49 / 90)
    assert state.seconds_left is None


FIRST_VERSION = ROOT / "tests" / "runs" / "version_1"


@pytest.mark.parametrize("folder", sorted((FIRST_VERSION / "models").iterdir()), ids=lambda folder: folder.name)
def test_a_checkpoint_of_the_first_version_is_put_back(folder):
    """It has the variables and the epochs; what it does not have begins anew."""
    with sqlite3.connect(FIRST_VERSION / "runs.db") as db:
        design, recipe = db.execute("select network, recipe from runs where id = ?", [folder.name]).fetchone()
    content = (folder / "checkpoint.npz").read_bytes()
    with model_for(Network.from_json(design), Recipe.model_validate_json(recipe), CHOICES) as (model, _learner):
        epochs, memory = remembered(content)
        restore(Attempt(model), content)
        restored = variables(model)
    with np.load(io.BytesIO(content)) as saved:
        assert epochs == saved["epochs"] > 0
        assert len(restored) == len(saved.files) - 1
        for index, value in enumerate(restored):
            np.testing.assert_array_equal(value, saved[f"arr_{index}"])
    assert memory == Memory()


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.training.test_resume import CHOICES, NETWORK, RECIPES
from cnn_core.data.datasets import BUNDLED, Catalogue
from cnn_core.training.build import checkpoint
from cnn_core.training.fit import fit

def on_epoch(attempt, epochs):
    Path(sys.argv[1]).write_bytes(checkpoint(attempt, epochs))
    if epochs == int(sys.argv[2]) + 1:
        os.kill(os.getpid(), signal.SIGKILL)

digits = Catalogue(Path("/nowhere")).load(BUNDLED)
fit(NETWORK, RECIPES["patience"], digits, lambda event: None, on_epoch=on_epoch, choices=CHOICES)
"""


def test_after_a_real_kill_another_process_goes_on_as_if_nothing_had_happened(small, seconds, unbroken, tmp_path):
    events, weights, kept = unbroken("patience")
    last = len(kept) - 3  # patience is half spent
    file = tmp_path / "checkpoint.npz"
    done = subprocess.run([sys.executable, "-c", KILLED, str(file), str(last)], cwd=ROOT, env=os.environ, check=False)
    assert done.returncode == -9
    resumed, same, _ = train(small, RECIPES["patience"], seconds, file.read_bytes())
    assert resumed[0].first_epoch == last + 1
    assert facts(resumed) == facts(events, last + 1)
    for one, other in zip(weights, same, strict=True):
        np.testing.assert_array_equal(one, other)
