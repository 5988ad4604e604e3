"""Which seeds learn at all with raw pixels, and which with scaled ones: the network of note C on all of MNIST.

Needs $CNN_STUDIO_TEST_DATA/datasets/mnist.npz. The app's page tells the figures of the last table.
"""

import argparse
import os
from pathlib import Path

from benchmarks.common import publish
from cnn_core.data.datasets import Catalogue, Dataset
from cnn_core.design.presets import PRESETS
from cnn_core.runs.events import Event, Started, Tested
from cnn_core.training.fit import fit

PRESET = PRESETS["same-32-64-128"]
EPOCHS = 2
GUESSING = 0.12  # MNIST's most frequent digit makes up 11 %


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    seeds = range(1, parser.parse_args().seeds + 1)
    dataset = Catalogue(Path(os.environ["CNN_STUDIO_TEST_DATA"]) / "datasets").load("mnist")
    accuracies, device = {}, ""
    for pixels in ("raw", "scaled"):
        for seed in seeds:
            accuracies[pixels, seed], device = _trained(dataset, pixels, seed)
            print(pixels, seed, accuracies[pixels, seed], flush=True)
    rows = [[seed, *(f"{accuracies[pixels, seed]:.3f}" for pixels in ("raw", "scaled"))] for seed in seeds]
    stuck = {pixels: sum(accuracies[pixels, seed] < GUESSING for seed in seeds) for pixels in ("raw", "scaled")}
    note = (
        f"No better than guessing (below {GUESSING}): **{stuck['raw']} of {len(seeds)}** seeds with raw pixels, "
        f"**{stuck['scaled']} of {len(seeds)}** with scaled ones. {device}."
    )
    title = f"same-32-64-128 by its recipe on full MNIST: test accuracy after {EPOCHS} epochs"
    publish("raw_pixels", title, ["seed", "raw", "scaled"], rows, note)


def _trained(dataset: Dataset, pixels: str, seed: int) -> tuple[float, str]:
    """The test accuracy, and what it was computed on."""
    events: list[Event] = []
    recipe = PRESET.recipe.model_copy(update={"pixels": pixels, "seed": seed, "epochs": EPOCHS})
    fit(PRESET.network, recipe, dataset, events.append)
    started = next(event for event in events if isinstance(event, Started))
    tested = next(event for event in events if isinstance(event, Tested))
    return tested.accuracy, f"{started.device}; {started.choices}"


if __name__ == "__main__":
    main()
