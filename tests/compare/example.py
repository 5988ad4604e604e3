"""A report with made-up numbers, for tests of what is shown; no training behind it."""

import base64
import io

import numpy as np
from PIL import Image

from cnn_core.compare.plan import Plan
from cnn_core.compare.report import Agreement, Contested, Less, Report, Side, Sweep, Trained
from cnn_core.design.presets import PRESETS
from cnn_core.design.shapes import trace

SEEDS = (1, 2, 3)
TEST = {"big-dense": (0.930, 0.936, 0.934), "small-cnn": (0.961, 0.957, 0.963)}
LOSS = {"big-dense": 0.9, "small-cnn": 0.5}


def plan(seeds: tuple[int, ...] = SEEDS, **changes) -> Plan:
    presets = [PRESETS["dnn-500x3"], PRESETS["cnn-25-50"]]
    networks = [preset.network.changed(name=name) for preset, name in zip(presets, TEST, strict=True)]
    fields = {
        "title": "Dense against convolutional",
        "dataset": "bundled",
        "networks": tuple(networks),
        "recipes": tuple(preset.recipe for preset in presets),
        "seeds": seeds,
        "sizes": (100, 300, 1000),
        "shuffled": True,
    }
    return Plan(**(fields | changes))


def report(seeds: tuple[int, ...] = SEEDS, **changes) -> Report:
    """1,000 test images of ten classes; `changes` replace fields of the report."""
    count = len(seeds)
    asked = plan(seeds)
    names = [network.name for network in asked.networks]
    random = np.random.default_rng(0)
    fields = {
        "plan": asked,
        "dataset_title": "Bundled digits (5,000 of MNIST)",
        "train_images": 3600,
        "test_images": 1000,
        "class_names": tuple("0123456789"),
        "made": 1_795_000_000.0,
        "device": "CPU: made up, 2 cores",
        "versions": {"python": "3.11.7", "keras": "3.15.1"},
        "sides": tuple(_side(asked.networks[i], TEST[names[i]][:count], seeds) for i in (0, 1)),
        "agreements": tuple(
            Agreement(seed=s, both=915, only_first=15 + s, only_second=45 - s, neither=25) for s in seeds
        ),
        "pictures": tuple(_picture(random, i) for i in range(8)),
        "sweeps": (
            _sweep("shift", (0, 1, 2, 3, 4, 5, 6), count, (0.11, 0.07)),
            _sweep("rotate", (0, 15, 30, 45), count, (0.15, 0.14)),
            _sweep("noise", (0, 25, 50, 100), count, (0.05, 0.09)),
            _sweep("rows", (0, 1), count, (0.3, 0.1)),
        ),
        "less": Less(
            sizes=(100, 300, 1000, 3600),
            accuracies=tuple(
                tuple(tuple(a + 0.002 * s for a in values) for s in range(count))
                for values in ((0.66, 0.80, 0.88, 0.933), (0.70, 0.84, 0.92, 0.960))
            ),
        ),
        "shuffled": ((0.931, 0.935, 0.933)[:count], (0.925, 0.921, 0.927)[:count]),
    }
    return Report(**(fields | changes))


def _side(network, accuracies, seeds) -> Side:
    traced = trace(network)
    runs = tuple(_trained(seed, accuracy) for seed, accuracy in zip(seeds, accuracies, strict=True))
    totals = traced.totals
    return Side(
        name=network.name, layers=len(network.layers), parameters=totals.parameters, macs=totals.macs, runs=runs
    )


def _trained(seed: int, accuracy: float) -> Trained:
    x = tuple(float(epoch) for epoch in range(1, 21))
    falling, rising = tuple(1 / e for e in x), tuple(accuracy - 0.3 / e for e in x)
    wrong = round(1000 * (1 - accuracy))
    confusion = np.diag([100] * 10)
    confusion[4, 4], confusion[4, 9] = 100 - wrong, wrong
    return Trained(
        seed=seed,
        epochs=20,
        seconds_per_epoch=0.5 + 0.01 * seed,
        train_accuracy=min(1.0, accuracy + 0.035),
        test_accuracy=accuracy,
        test_loss=0.2,
        curves={"loss": (x, falling), "accuracy": (x, rising), "val_loss": (x, falling), "val_accuracy": (x, rising)},
        confusion=tuple(map(tuple, confusion.tolist())),
    )


def _sweep(kind: str, amounts: tuple[float, ...], count: int, slopes: tuple[float, float]) -> Sweep:
    accuracies = tuple(
        tuple(
            tuple(max(0.1, top - slope * place - 0.003 * seed) for place in range(len(amounts)))
            for seed in range(count)
        )
        for top, slope in zip((0.935, 0.961), slopes, strict=True)
    )
    return Sweep(kind=kind, images=1000, amounts=amounts, accuracies=accuracies)


def _picture(random: np.random.Generator, number: int) -> Contested:
    buffer = io.BytesIO()
    Image.fromarray(random.integers(0, 256, (28, 28), dtype=np.uint8)).save(buffer, "PNG")
    true, other = str(number % 10), str((number + 1) % 10)
    read = (true, other) if number % 2 else (other, true)
    return Contested(png=base64.b64encode(buffer.getvalue()).decode(), true=true, read=read)
