"""Cats and dogs, 370 photos, half of them held out: what a network of ImageNet is worth there, at several sizes.

`CNN_STUDIO_TEST_DATA` is the folder with `photos` and `keras_home`.
"""

import os
import statistics
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.common import publish, spread
from cnn_core.data.datasets import Dataset, stratified_split
from cnn_core.data.photos import fitted
from cnn_core.design.recipe import Recipe
from cnn_core.design.start import IMAGENET, FineTuning, Start, with_new_head
from cnn_core.exchange.backbones import Backbones, whole
from cnn_core.runs.events import EpochEnded, Tested
from cnn_core.training.build import build
from cnn_core.training.features import Shelf
from cnn_core.training.fit import fit

DATA = Path(os.environ.get("CNN_STUDIO_TEST_DATA", "../shared/data"))
KINDS = ("cats", "dogs")
SMALLEST, SIDES, SEEDS = "mobilenet-v2-035", (224, 160, 96, 64, 32), (1, 2, 3)
HEAD = Recipe(optimizer="adam", learning_rate=0.003, batch_size=32, epochs=15, validation_share=0.0, pixels="raw")
THEN, LONGER = FineTuning(after=5, frozen=17, learning_rate=0.001), 20


def main() -> None:
    bases = Backbones(Path("/nowhere"), DATA / "keras_home")
    rows = []
    for side in SIDES:
        rows.append(_row(f"frozen, {side} px", side, bases.arrays(SMALLEST), SMALLEST))
    random = build(whole(SMALLEST), seed=1).get_weights()
    rows.append(_row("frozen, random weights, 224 px", 224, random, SMALLEST))
    rows.append(_row("the last two blocks free from epoch 6 on, 224 px", 224, bases.arrays(SMALLEST), SMALLEST, THEN))
    for name in bases.ready():
        if name != SMALLEST:
            rows.append(_row(f"{name}, frozen, 224 px", 224, bases.arrays(name), name))
    note = (
        "MobileNetV2 0.35 where no other network is named; test accuracy on the photos held out. With kept features an "
        f"epoch takes 1 / {_saved(bases):.0f} of the time of one without."
    )
    publish("pets", "Cats and dogs, from networks of ImageNet", ["what", "test accuracy, three splits"], rows, note)


def _row(name: str, side: int, base: list[np.ndarray], architecture: str, then: FineTuning | None = None) -> list[str]:
    found = []
    for seed in SEEDS:
        tested, _seconds = _trained(photos(side, seed), base, architecture, seed, then, Shelf())
        found.append(100 * tested)
    return [name, spread(found, "%", 1)]


def _trained(
    data: Dataset,
    base: list[np.ndarray],
    architecture: str,
    seed: int,
    then: FineTuning | None,
    shelf: Shelf | None,
) -> tuple[float, list[float]]:
    """The test accuracy, and the seconds of each epoch."""
    plain = whole(architecture, data.input_shape)
    layers = len(plain.opened().layers)
    start = Start(base=IMAGENET + architecture, layers=layers, frozen=layers, then=then)
    recipe = HEAD.model_copy(update={"seed": seed, "start": start, "epochs": LONGER if then else HEAD.epochs})
    told: list = []
    fit(with_new_head(plain, layers, 2), recipe, data, told.append, base=base, shelf=shelf)
    tested = next(event.accuracy for event in told if isinstance(event, Tested))
    return tested, [event.seconds for event in told if isinstance(event, EpochEnded)]


def _saved(bases: Backbones) -> float:
    """How many times faster an epoch is on kept features, once they are there; TensorFlow compiles in the first one."""
    data, base = photos(224, 1), bases.arrays(SMALLEST)
    with tempfile.TemporaryDirectory() as folder:
        seconds = [_trained(data, base, SMALLEST, 1, None, shelf)[1][1:] for shelf in (None, Shelf(Path(folder)))]
    without, kept = map(statistics.median, seconds)
    return without / kept


def photos(side: int, seed: int) -> Dataset:
    """All photos at side x side, half of each kind to learn from."""
    paths = [(path, label) for label, kind in enumerate(KINDS) for path in sorted((DATA / "photos" / kind).iterdir())]
    images = np.stack([fitted(np.asarray(Image.open(path).convert("RGB")), (side, side, 3)) for path, _label in paths])
    labels = np.array([label for _path, label in paths], np.int64)
    learn, held_out = stratified_split(labels, 0.5, seed)
    data = Dataset("pets", "Pets", images, labels, images, labels, KINDS)
    return replace(data, x_train=images[learn], y_train=labels[learn], x_test=images[held_out], y_test=labels[held_out])


if __name__ == "__main__":
    main()
