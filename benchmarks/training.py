"""(a) Training through the app's worker against plain model.fit of the same network, data, batch and seed.

Pairs alternate in one run, because the machine is shared: each ratio compares two trainings next to each other in
time. What is compared are the epochs, validation included; in the first one plain fit traces the network, which the
worker has done before, as it has in the app by the time that somebody clicks. The second ratio leaves that epoch out.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.common import publish
from cnn_core.data.datasets import BUNDLED
from cnn_core.design.presets import PRESETS
from cnn_core.settings import Settings
from cnn_core.studio import Studio

EPOCHS = 8

PLAIN = """
import json, sys, time
import keras, numpy as np
from cnn_core.data.datasets import Catalogue, stratified_split
from cnn_core.design.presets import PRESETS
from cnn_core.training.build import build, optimizer
from pathlib import Path
preset, epochs, seed = PRESETS["keras-log"], int(sys.argv[1]), int(sys.argv[2])
recipe = preset.recipe.model_copy(update={"seed": seed})
data = Catalogue(Path("/nowhere")).load("bundled")
keras.utils.set_random_seed(recipe.seed)
train, validation = stratified_split(data.y_train, recipe.validation_share, recipe.seed)
labels = np.eye(10, dtype=np.float32)[data.y_train]
model = build(preset.network)
model.compile(optimizer(recipe), recipe.loss, metrics=["accuracy"])
class Clock(keras.callbacks.Callback):
    seconds = []
    def on_epoch_begin(self, epoch, logs=None):
        self.start = time.perf_counter()
    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(time.perf_counter() - self.start)
clock = Clock()
model.fit(data.x_train[train], labels[train], batch_size=recipe.batch_size, epochs=epochs, verbose=0,
          validation_data=(data.x_train[validation], labels[validation]), callbacks=[clock])
right = model.predict(data.x_test, batch_size=500, verbose=0).argmax(1) == data.y_test
print(json.dumps({"seconds": clock.seconds, "accuracy": float(right.mean())}))
"""

QUIET = """
import json, sys, time
from cnn_core.data.datasets import Catalogue
from cnn_core.design.presets import PRESETS
from cnn_core.runs.events import Tested
from cnn_core.training import build, device, fit, live
from pathlib import Path
preset, epochs = PRESETS["keras-log"], int(sys.argv[1])
data = Catalogue(Path("/nowhere")).load("bundled")
device.warm_up()
recipe = preset.recipe.model_copy(update={"epochs": epochs})
choices = device.choose(preset.network, recipe.batch_size, 57)
times = {"silent": [], "live": []}
for repeat in range(int(sys.argv[2])):
    for kind in ("silent", "live"):
        live.INTERVAL = 1e9 if kind == "silent" else 0.2
        marks = []
        emit = lambda event: marks.append((event.kind, time.process_time(), event.model_dump_json()))
        keep = (lambda attempt, epochs: None) if kind == "silent" else build.checkpoint
        fit.fit(preset.network, recipe, data, emit, on_epoch=keep, choices=choices)
        begin = next(at for name, at, _ in marks if name == "started")
        end = next(at for name, at, _ in marks if name == "training_ended")
        times[kind].append(end - begin)
print(json.dumps(times))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=5)
    pairs = parser.parse_args().pairs
    with tempfile.TemporaryDirectory() as home:
        studio = Studio(Settings(home=Path(home)))
        _train(studio, 0)  # the first run on a worker sends it the data
        rows = [_pair(studio, seed) for seed in range(1, pairs + 1)]
        studio.close()
    times = json.loads(_python(QUIET, str(EPOCHS), str(pairs)))
    cost = statistics.median(b / a - 1 for a, b in zip(times["silent"], times["live"], strict=True))
    table = [
        [
            f"{sum(plain['seconds']):.2f}",
            f"{sum(ours['seconds']):.2f}",
            f"{_ratio(plain, ours):.2f}",
            f"{_ratio(plain, ours, first=1):.2f}",
            f"{plain['accuracy']:.3f}",
            f"{ours['accuracy']:.3f}",
        ]
        for plain, ours in rows
    ]
    note = (
        f"Median ratio: **{statistics.median(_ratio(*row) for row in rows):.2f}**, without the first epoch "
        f"**{statistics.median(_ratio(*row, first=1) for row in rows):.2f}**. {rows[0][1]['choices']}. "
        f"Mean test accuracy: {_mean_accuracy(rows, 0):.3f} plain, {_mean_accuracy(rows, 1):.3f} in the app. "
        f"Live streaming (events and checkpoints against none, CPU time, median of {pairs} pairs): **{cost:+.1%}**."
    )
    head = ["plain fit, s", "the app's worker, s", "ratio", "without the first epoch"]
    head += ["test accuracy, plain", "test accuracy, app"]
    publish("training", f"keras-log on 3,600 bundled digits, {EPOCHS} epochs", head, table, note)


def _ratio(plain: dict, ours: dict, first: int = 0) -> float:
    """How many times as long plain fit takes, from the epoch `first` (from 0) on."""
    return sum(plain["seconds"][first:]) / sum(ours["seconds"][first:])


def _mean_accuracy(rows: list[tuple[dict, dict]], side: int) -> float:
    return statistics.mean(row[side]["accuracy"] for row in rows)


def _pair(studio: Studio, seed: int) -> tuple[dict, dict]:
    return json.loads(_python(PLAIN, str(EPOCHS), str(seed))), _train(studio, seed)


def _train(studio: Studio, seed: int) -> dict:
    preset = PRESETS["keras-log"]
    recipe = preset.recipe.model_copy(update={"epochs": EPOCHS, "seed": seed})
    run = studio.store.create("benchmark", preset.network, recipe, BUNDLED)
    studio.engine.queue.put(run)
    while (state := studio.store.state(run.id)).active:
        time.sleep(0.05)
    seconds = [epoch.seconds for epoch in state.epochs_done]
    return {"seconds": seconds, "accuracy": state.tested.accuracy, "choices": state.started_now.choices}


def _python(code: str, *arguments: str) -> str:
    env = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True
    )
    return done.stdout.decode().splitlines()[-1]


if __name__ == "__main__":
    main()
