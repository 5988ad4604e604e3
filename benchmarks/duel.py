"""The notes' experiment E on full MNIST: 10,000 training images, 20 epochs, three seeds, beside the notes' figures.

Needs $CNN_STUDIO_TEST_DATA/datasets/mnist.npz.
"""

import os
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.common import publish
from cnn_core.compare.report import Report
from cnn_core.compare.statistics import mcnemar, paired_interval
from cnn_core.compare.tables import summary
from cnn_core.data.datasets import MNIST
from scripts.make_duel import measured, plan

NOTES = {"dnn-500x3": ("1.0", "0.9661"), "cnn-25-50": ("1.0", "0.98")}


def main() -> None:
    file = Path(os.environ["CNN_STUDIO_TEST_DATA"]).resolve() / "datasets" / "mnist.npz"
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "datasets").mkdir()
        (Path(folder) / "datasets" / "mnist.npz").symlink_to(file)
        report = measured(plan(MNIST, 0.0), Path(folder))  # the notes kept no validation set
    rows = summary(report)
    table = [[*row.values(), *NOTES[side.name]] for row, side in zip(rows, report.sides, strict=True)]
    title = "The duel of the notes: 10,000 images of MNIST, 20 epochs, three seeds"
    publish("duel", title, _head(rows), table, _note(report))


def _head(rows: list[dict[str, str]]) -> list[str]:
    return [*rows[0], "the notes: train", "the notes: test"]


def _note(report: Report) -> str:
    plain = [[run.test_accuracy for run in side.runs] for side in report.sides]
    chances = ", ".join(f"{mcnemar(one.only_first, one.only_second):.1e}" for one in report.agreements)
    shuffled = ", ".join(
        f"{side.name} {statistics.mean(values):.4f}" for side, values in zip(report.sides, report.shuffled, strict=True)
    )
    lines = [
        f"CNN minus DNN: {_lead(plain)}. McNemar's p for each seed: {chances}.",
        f"CNN minus DNN on shuffled pixels: {_lead(report.shuffled)}; {shuffled}.",
        "From fewer images: " + "; ".join(_less(report, side) for side in (0, 1)) + ".",
        *(_sweep(report, sweep) for sweep in report.sweeps),
        f"Trained on {report.train_images:,} images, tested on {report.test_images:,}. {report.device}.",
    ]
    return "\n\n".join(lines)


def _lead(accuracies: Sequence[Sequence[float]]) -> str:
    lead = paired_interval(accuracies[1], accuracies[0])
    return f"**{100 * lead.mean:.2f} points** (95 % interval {100 * lead.low:.2f} to {100 * lead.high:.2f})"


def _less(report: Report, side: int) -> str:
    means = map(statistics.mean, zip(*report.less.accuracies[side], strict=True))
    values = ", ".join(f"{size:,}: {mean:.3f}" for size, mean in zip(report.less.sizes, means, strict=True))
    return f"{report.sides[side].name} {values}"


def _sweep(report: Report, sweep) -> str:
    told = []
    for side, accuracies in zip(report.sides, sweep.accuracies, strict=True):
        means = map(statistics.mean, zip(*accuracies, strict=True))
        values = ", ".join(f"{amount:g}: {mean:.3f}" for amount, mean in zip(sweep.amounts, means, strict=True))
        told.append(f"{side.name} {values}")
    return f"{sweep.kind} ({sweep.images:,} test images): " + "; ".join(told) + "."


if __name__ == "__main__":
    main()
