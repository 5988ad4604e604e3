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
from benchmarks.pairs import HEAD, Pair, Training, row, summary
from cnn_core.data.datasets import BUNDLED
from cnn_core.design.presets import PRESETS
from cnn_core.settings import Settings
from cnn_core.studio import Studio

EPOCHS = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=5)
    count = parser.parse_args().pairs
    with tempfile.TemporaryDirectory() as home:
        studio = Studio(Settings(home=Path(home)))
        _train(studio, 0)  # the first run on a worker sends it the data
        pairs = [_pair(studio, seed) for seed in range(1, count + 1)]
        studio.close()
    note = (
        f"{summary(pairs)} Live streaming (events and checkpoints against none, CPU time, median of {count} pairs): "
        f"**{_cost_of_watching(count):+.1%}**."
    )
    publish("training", f"keras-log on 3,600 bundled digits, {EPOCHS} epochs", HEAD, [*map(row, pairs)], note)


def _pair(studio: Studio, seed: int) -> Pair:
    (plain,) = _in_a_process(seed, "plain")
    return plain, _train(studio, seed)


def _train(studio: Studio, seed: int) -> Training:
    preset = PRESETS["keras-log"]
    recipe = preset.recipe.model_copy(update={"epochs": EPOCHS, "seed": seed})
    run = studio.store.create("benchmark", preset.network, recipe, BUNDLED)
    studio.engine.queue.put(run)
    while (state := studio.store.state(run.id)).active:
        time.sleep(0.05)
    seconds = [epoch.seconds for epoch in state.epochs_done]
    return Training(seconds, state.tested.accuracy, str(state.started_now.choices))


def _cost_of_watching(pairs: int) -> float:
    """The part of its CPU time that a training takes more when it is watched; the first one traces and is left out."""
    _, *trainings = _in_a_process(1, "silent", *["silent", "app"] * pairs)
    watched = zip(trainings[::2], trainings[1::2], strict=True)
    return statistics.median(app.cpu / silent.cpu - 1 for silent, app in watched)


def _in_a_process(seed: int, *kinds: str) -> list[Training]:
    """The trainings of benchmarks.fits, one after the other."""
    command = [sys.executable, "-m", "benchmarks.fits", str(EPOCHS), str(seed), *kinds]
    env = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    return [Training(**training) for training in json.loads(done.stdout.decode().splitlines()[-1])]


if __name__ == "__main__":
    main()
