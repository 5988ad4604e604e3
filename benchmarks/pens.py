"""How thick a pen may be for the size of a digit: `python -m benchmarks.pens`.

MNIST's test digits, never seen in training, are thinned to lines one pixel wide, drawn again with pens of many widths,
treated as the app treats drawings, and read by the ready-made models. Needs $CNN_STUDIO_TEST_DATA/datasets/mnist.npz.
"""

import os
from pathlib import Path

import keras
import numpy as np
from PIL import Image, ImageDraw

from benchmarks.common import publish
from cnn_core.data.datasets import Catalogue
from cnn_core.data.digits import stages

MODELS = ("keras-log", "dnn-500x3")
DIGITS = 1000
SIDE = 112  # px, of a digit's field of 28
PAPER = 280
MARGIN = (PAPER - SIDE) // 2
PENS = (4, 7, 10, 15, 20, 26, 32, 40)


def main() -> None:
    dataset = Catalogue(Path(os.environ["CNN_STUDIO_TEST_DATA"]) / "datasets").load("mnist")
    images, labels = dataset.x_test[:DIGITS].reshape(-1, 28, 28), dataset.y_test[:DIGITS]
    lines = [thinned(enlarged(image)) for image in images]
    models = {name: keras.saving.load_model(f"assets/models/{name}.keras", compile=False) for name in MODELS}
    rows = []
    for pen in PENS:
        treated = [stages(drawn(line + MARGIN, pen, (PAPER, PAPER))) for line in lines]
        digits = np.stack([steps.final for steps in treated]).astype(np.float32)
        share = np.median([pen / max(steps.box[2:]) for steps in treated])
        accuracies = [_accuracy(model, digits, labels) for model in models.values()]
        rows.append([f"{share:.2f}", *(f"{accuracy:.1%}" for accuracy in accuracies)])
    note = f"{DIGITS:,} test digits of MNIST, redrawn. The pad warns above the share `THICK` of network/pad.js."
    publish("pens", "How thick a pen may be", ["pen, by the digit's longer side", *MODELS], rows, note)


def enlarged(image: np.ndarray) -> np.ndarray:
    """(SIDE, SIDE) bool: the ink of a (28, 28) digit."""
    return np.asarray(Image.fromarray(image).resize((SIDE, SIDE), Image.Resampling.BICUBIC)) > 110


def thinned(ink: np.ndarray) -> np.ndarray:
    """(n, 2) rows and columns: lines one pixel wide.

    Source: T. Y. Zhang, C. Y. Suen, "A fast parallel algorithm for thinning digital patterns", CACM 27 (1984).
    """
    ink = np.pad(ink, 1)
    inner = ink[1:-1, 1:-1]
    around = [(0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0), (0, 0)]  # from above, clockwise
    while True:
        removed = False
        for first, second in (((0, 2, 4), (2, 4, 6)), ((0, 2, 6), (0, 4, 6))):
            near = np.stack([ink[row : row + SIDE, column : column + SIDE] for row, column in around])
            count = near.sum(axis=0)
            ends = (~near & np.roll(near, -1, axis=0)).sum(axis=0)
            border = ~near[list(first)].all(axis=0) & ~near[list(second)].all(axis=0)
            gone = inner & (count >= 2) & (count <= 6) & (ends == 1) & border
            inner[gone] = False
            removed |= bool(gone.any())
        if not removed:
            return np.argwhere(inner)


def drawn(line: np.ndarray, pen: float, size: tuple[int, int]) -> np.ndarray:
    """(H, W) of this size, 0 to 1: the places in `line` dotted with a round pen, px."""
    paper = Image.new("L", size[::-1])
    brush = ImageDraw.Draw(paper)
    for row, column in line:
        brush.ellipse((column - pen / 2, row - pen / 2, column + pen / 2, row + pen / 2), fill=255)
    return np.asarray(paper, np.float32) / 255


def _accuracy(model: keras.Model, digits: np.ndarray, labels: np.ndarray) -> float:
    shaped = digits.reshape(-1, *model.input_shape[1:])
    return float((model.predict(shaped, verbose=0).argmax(axis=1) == labels).mean())


if __name__ == "__main__":
    main()
