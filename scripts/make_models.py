"""Make the ready-trained models in assets/models from MNIST: `python -m scripts.make_models [--mnist mnist.npz]`.

Each of the 60,000 training digits is shown PASSES times, varied anew each time (`scripts.vary`). MNIST's own 10,000
test digits are looked at once, when all is done. It takes a quarter of an hour on two cores.
"""

import argparse
import datetime
import json
import tempfile
from pathlib import Path

import keras
import numpy as np

from cnn_core.data.datasets import MNIST, Catalogue, Dataset
from cnn_core.data.npz import read_arrays
from cnn_core.design.presets import PRESETS
from cnn_core.engine.work.download import Download
from cnn_core.runs.models import READY_MADE
from cnn_core.settings import Settings
from cnn_core.studio import Studio
from cnn_core.training.build import build, to_bytes
from cnn_core.training.device import device_name
from scripts.vary import varied

TITLES = {"keras-log": "Ready-made CNN", "dnn-500x3": "Ready-made dense network"}
PASSES = 6
BATCH = 64
LARGEST_STEP = 0.002  # of Adam; it falls to 0 like a cosine, so that the last steps settle


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--mnist", type=Path, help="a file with x_train, y_train, x_test, y_test; else it is downloaded"
    )
    dataset = mnist(parser.parse_args().mnist)
    digits = np.concatenate([varied(dataset.x_train[..., 0], seed) for seed in range(1, PASSES + 1)])
    for name, title in TITLES.items():
        model = trained(name, digits[..., np.newaxis], np.tile(dataset.y_train, PASSES))
        write(name, title, model, dataset)


def mnist(path: Path | None) -> Dataset:
    """All of MNIST, from the file or by a download as the app makes it."""
    with tempfile.TemporaryDirectory() as home:
        if path:
            return Catalogue(Path(home)).save(MNIST, read_arrays(path, path.name))
        studio = Studio(Settings(home=Path(home)))
        try:
            return studio.catalogue.save(MNIST, studio.engine.begin(Download(MNIST)).result())
        finally:
            studio.close()


def trained(name: str, digits: np.ndarray, labels: np.ndarray) -> keras.Model:
    """The network of the preset `name` after it saw all digits once, in an order drawn by chance."""
    model = build(PRESETS[name].network, seed=42, to_train=True)
    falling = keras.optimizers.schedules.CosineDecay(LARGEST_STEP, len(digits) // BATCH)
    loss = "sparse_categorical_crossentropy"
    model.compile(optimizer=keras.optimizers.Adam(falling), loss=loss, steps_per_execution=16)
    order = np.random.default_rng(42).permutation(len(digits))
    model.fit(digits[order], labels[order], batch_size=BATCH, shuffle=False, verbose=2)
    return model


def write(name: str, title: str, trained: keras.Model, dataset: Dataset) -> None:
    """Test the model and write `<name>.keras` and, about it, `<name>.json`."""
    network = PRESETS[name].network
    model = build(network)  # without the optimizer
    model.set_weights(trained.get_weights())
    model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    loss, accuracy = model.evaluate(dataset.x_test, dataset.y_test, batch_size=1_000, verbose=0)
    about = {
        "title": title,
        "dataset": MNIST,
        "train_images": len(dataset.x_train),
        "passes": PASSES,
        "test_accuracy": accuracy,
        "test_loss": loss,
        "test_images": len(dataset.y_test),
        "network": json.loads(network.to_json()),
        "made": f"{datetime.date.today():%Y-%m-%d}",
        "device": str(device_name()),
        "keras": keras.__version__,
    }
    kept = build(network)
    kept.set_weights(trained.get_weights())
    (READY_MADE / f"{name}.keras").write_bytes(to_bytes(kept))
    (READY_MADE / f"{name}.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    print(f"{name}: {accuracy:.2%} of {len(dataset.y_test):,} test digits")


if __name__ == "__main__":
    main()
