"""Two trainings at once on one machine: workers that share its cores, against workers that each take all of them.

Processes stand ready as trainers do. In each round the ways take turns, so that each ratio compares what was
measured within the same minute: the machine has other things to do, too.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from itertools import chain

from benchmarks.common import publish

SECONDS = 5.0  # of training that are measured, in each way of each round
IMAGES = 2048
CORES = os.cpu_count() or 1
HALF = max(1, CORES // 2)
WAYS = {f"one, with {threads}": [threads] for threads in (CORES, HALF)}
WAYS |= {f"two, with {threads} each": [threads] * 2 for threads in (HALF, CORES, 2 * CORES, 4 * CORES)}


def main(rounds: int) -> None:
    trainers = {threads: [_start(threads), _start(threads)] for threads in set(chain(*WAYS.values()))}
    told: dict[str, list[list[dict]]] = {way: [] for way in WAYS}
    for number in range(rounds):
        for way in list(WAYS)[:: -1 if number % 2 else 1]:
            told[way].append(_train([trainers[threads][at] for at, threads in enumerate(WAYS[way])]))
    for trainer in chain.from_iterable(trainers.values()):
        trainer.kill()
    first = next(iter(WAYS))
    rows = [[way, f"{sum(WAYS[way]) / CORES:g}", *_cells(told[way], told[first])] for way in WAYS]
    head = [
        "trainings, and threads of each",
        "threads to a core",
        "images/s of all together",
        "of the first row's",
        "images per CPU second",
        "of the first row's",
    ]
    note = (
        f"keras-log on {IMAGES:,} images, {rounds} rounds of {SECONDS:.0f} s; medians, and medians of the ratios in a "
        "round. Images per second of CPU time, times the cores, is what two can do together on a machine that does "
        "nothing else; other work on it changes that least."
    )
    publish("trainers", "Two trainings at once: threads for each", head, rows, note)


def _cells(told: list[list[dict]], first: list[list[dict]]) -> list[str]:
    cells = []
    for measure in (_speed, _per_core):
        values, others = list(map(measure, told)), list(map(measure, first))
        ratio = statistics.median(one / other for one, other in zip(values, others, strict=True))
        cells += [f"{statistics.median(values):,.0f}", f"{ratio:.2f}"]
    return cells


def _speed(trainings: list[dict]) -> float:
    """Images a second, of all that trained at once."""
    return sum(training["images"] / training["seconds"] for training in trainings)


def _per_core(trainings: list[dict]) -> float:
    """Images for each second of CPU time."""
    return sum(training["images"] for training in trainings) / sum(training["cpu"] for training in trainings)


def _start(threads: int) -> subprocess.Popen:
    env = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "TF_NUM_INTRAOP_THREADS": str(threads)}
    command = [sys.executable, "-m", "benchmarks.trainers", "--trainer"]
    process = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def _train(trainers: list[subprocess.Popen]) -> list[dict]:
    """Have these train at the same time."""
    for trainer in trainers:
        print(SECONDS, file=trainer.stdin, flush=True)
    return [json.loads(trainer.stdout.readline()) for trainer in trainers]


def train_when_told() -> None:
    """Of a trainer's process: for as many seconds as each line of its standard input says."""
    import keras
    import numpy as np

    from cnn_core.data.datasets import BUNDLED, Catalogue
    from cnn_core.design.presets import PRESETS
    from cnn_core.settings import settings
    from cnn_core.training.batches import fit_inputs
    from cnn_core.training.warm import choices_for, model_for

    class Until(keras.callbacks.Callback):
        """Ends the training after so many seconds, and counts its steps."""

        def __init__(self, seconds: float):
            super().__init__()
            self.steps, self._end = 0, time.perf_counter() + seconds

        def on_train_batch_end(self, batch: int, logs: object = None) -> None:
            self.steps += how.steps_per_execution
            self.model.stop_training = time.perf_counter() > self._end

    preset, data = PRESETS["keras-log"], Catalogue(settings().datasets).load(BUNDLED)
    images, labels = data.x_train[:IMAGES], np.eye(10, dtype=np.float32)[data.y_train[:IMAGES]]
    size = preset.recipe.batch_size
    how = choices_for(preset.network, preset.recipe, IMAGES // size)
    with model_for(preset.network, preset.recipe, how) as (model, _):
        inputs = fit_inputs((images, labels), (images[:size], labels[:size]), size)
        model.fit(**inputs, verbose=0)
        print("ready", flush=True)
        for line in sys.stdin:
            until, cpu, began = Until(float(line)), time.process_time(), time.perf_counter()
            while time.perf_counter() < began + float(line):
                model.fit(**inputs, verbose=0, callbacks=[until], epochs=100)
            spent = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu}
            print(json.dumps({"images": until.steps * size, **spent}), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trainer", action="store_true")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    if options.trainer:
        train_when_told()
    else:
        main(options.rounds)
