"""Training as the app does it against plain model.fit of the same network, data, batch and seed, on a GPU.

Unlike benchmarks/training.py it needs no worker and no TensorFlow: with KERAS_BACKEND=jax it runs where JAX is. Both
trainings are in this process, in pairs that alternate. In the first epoch plain fit compiles; the app has done that
before somebody clicks, and so it has here. The second ratio leaves that epoch out.
"""

import argparse
import importlib.metadata
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import keras

from benchmarks.common import publish
from benchmarks.fits import app, plain, silent
from benchmarks.pairs import HEAD, Pair, row, summary
from cnn_core.data.datasets import BUNDLED, MNIST, Catalogue, Dataset
from cnn_core.training.device import device_name


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--datasets", type=Path, help="a folder with mnist.npz, to train on all of MNIST too")
    parser.add_argument("--seconds", type=float, default=90, help="after which no new pair begins, for each data set")
    options = parser.parse_args()
    catalogue = Catalogue(options.datasets or Path("/nowhere"))
    rows, notes = [], [f"Keras {keras.__version__} on {_backend()}."]
    for name in [BUNDLED, MNIST] if options.datasets else [BUNDLED]:
        dataset = catalogue.load(name)
        pairs, watched = zip(*_measure(dataset, options.epochs, options.pairs, options.seconds), strict=True)
        rows += [[dataset.title, *row(pair)] for pair in pairs]
        cost = f"Live streaming (events and checkpoints against none): {statistics.median(watched) - 1:+.1%} time."
        notes.append(f"**{dataset.title}.** {summary(pairs)} {cost}")
    title = f"keras-log, {options.epochs} epochs, {device_name()}"
    publish("gpu_training", title, ["data", *HEAD], rows, "\n\n".join(notes))


def _measure(dataset: Dataset, epochs: int, pairs: int, limit: float) -> Iterator[tuple[Pair, float]]:
    """Pairs, and how many times as long the app's training takes as one that nobody watches."""
    app(dataset, 1, seed=0)
    begin = time.monotonic()
    for seed in range(1, pairs + 1):
        pair = plain(dataset, epochs, seed), app(dataset, epochs, seed)
        unwatched = silent(dataset, epochs, seed)
        print(dataset.name, *row(pair), f"{sum(unwatched.seconds):.2f} unwatched", flush=True)
        yield pair, sum(pair[1].seconds) / sum(unwatched.seconds)
        if time.monotonic() - begin > limit:
            return


def _backend() -> str:
    name = keras.backend.backend()
    return f"{name} {importlib.metadata.version(name)}"


if __name__ == "__main__":
    main()
