"""How well photographs of digits are read: `python -m benchmarks.photos [--digits 100]`.

MNIST's test digits, never seen in training, are drawn anew and photographed under many conditions
(`benchmarks.pictures`), treated as the app treats uploaded images, and read by the ready-made CNN.
Needs $CNN_STUDIO_TEST_DATA/datasets/mnist.npz.
"""

import argparse
import os
from pathlib import Path

import keras
import numpy as np

from benchmarks.common import publish
from benchmarks.pictures import EVEN, HARD, picture
from cnn_core.data.datasets import Catalogue
from cnn_core.data.digits import stages
from cnn_core.data.images import read_image
from cnn_core.data.ink import FAINTEST, strengthened, surface
from cnn_core.errors import DataError

LIMITS = {"max_bytes": 10**8, "max_pixels": 10**8}
WAYS = ("one surface", "paper removed", "whole treatment")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--digits", type=int, default=100)
    count = parser.parse_args().digits
    dataset = Catalogue(Path(os.environ["CNN_STUDIO_TEST_DATA"]) / "datasets").load("mnist")
    model = keras.saving.load_model("assets/models/keras-log.keras", compile=False)
    rows, hard = [], []
    for condition in (*EVEN, *HARD):
        shares = _read(model, dataset.x_test[:count, ..., 0], dataset.y_test[:count], condition)
        rows.append([condition, *(f"{share:.1%}" for share in shares)])
        print(rows[-1], flush=True)
        hard += [shares] if condition in HARD else []
    rows.append(["**the last five together**", *(f"**{share:.1%}**" for share in np.mean(hard, axis=0))])
    note = (
        f"{count} test digits of MNIST, drawn with pens of many widths, one picture each. Paper removed: the treatment "
        "ends with the paper. One surface: as it was before, the paper taken for one smooth surface everywhere."
    )
    publish("photos", "Photographs of digits that are read right", ["picture", *WAYS], rows, note)


def _read(model: keras.Model, digits: np.ndarray, labels: np.ndarray, condition: str) -> np.ndarray:
    """The fraction that is read right after each of the WAYS."""
    seen = np.stack([_digits(picture(digit, condition, seed)) for seed, digit in enumerate(digits)])
    answers = model.predict(seen.reshape(-1, 28, 28, 1), verbose=0).argmax(axis=1)
    return np.mean(answers.reshape(len(digits), -1) == labels[:, np.newaxis], axis=0)


def _digits(content: bytes) -> np.ndarray:
    """(WAYS, 28, 28): what the network gets; an empty field where nothing is found."""
    try:
        photo, paper_removed, *more = (stage.image for stage in read_image(content, **LIMITS))
    except DataError:
        return np.zeros((len(WAYS), 28, 28), np.uint8)
    return np.stack([_digit(ink) for ink in (_one_surface(photo), paper_removed, [paper_removed, *more][-1])])


def _digit(ink: np.ndarray) -> np.ndarray:
    try:
        return stages(ink).final
    except DataError:
        return np.zeros((28, 28), np.uint8)


def _one_surface(grey: np.ndarray) -> np.ndarray:
    """The ink as it was found before: on the side that stands out more from one smooth surface."""
    light = grey - surface(grey)
    heavier = max((-light, light), key=lambda side: float(np.sum(side[side > FAINTEST] ** 2)))
    ink = strengthened(heavier)
    return np.zeros_like(grey) if ink is None else ink


if __name__ == "__main__":
    main()
