"""Does augmentation pay? keras-log on 500 bundled digits, with and without the preset for digits, three seeds each.

Both train for the same number of epochs, long enough for the training accuracy to stand still. With augmentation that
is long: after 60 epochs it was at 97 %, still rising, and the test accuracy no better than without (93.2 % and 93.5 %,
means of the same seeds). The test digits are the 1,000 that the bundled set holds out, looked at once at the end.
"""

import statistics
from pathlib import Path

from benchmarks.common import publish
from cnn_core.data.datasets import BUNDLED, Catalogue, Dataset
from cnn_core.design.augmentation import PRESETS as AUGMENTATIONS
from cnn_core.design.augmentation import Augmentation
from cnn_core.design.presets import PRESETS
from cnn_core.training.fit import fit

IMAGES, EPOCHS, SEEDS = 500, 180, (1, 2, 3)


def main() -> None:
    data = Catalogue(Path("/nowhere")).load(BUNDLED)
    kinds = {"without": Augmentation(), "with": AUGMENTATIONS["digits"]}
    # The seeds alternate, so that a busy minute of the machine slows both down.
    scores = {(name, seed): _train(data, kinds[name], seed) for seed in SEEDS for name in kinds}
    rows = [_row(name, [scores[name, seed] for seed in SEEDS]) for name in kinds]
    before, after = ([scores[name, seed]["test"] for seed in SEEDS] for name in kinds)
    note = (
        f"Mean test accuracy {statistics.mean(after) - statistics.mean(before):+.2%} with augmentation "
        f"({AUGMENTATIONS['digits']}); of {SEEDS[-1]} seeds, it is better in "
        f"{sum(b < a for b, a in zip(before, after, strict=True))}. One test digit is 0.1 %."
    )
    head = ["augmentation", *(f"test, seed {seed}" for seed in SEEDS), "mean", "spread"]
    head += ["training accuracy, last epoch", "half-way", "images per second"]
    publish("augmentation", f"keras-log on {IMAGES} bundled digits, {EPOCHS} epochs", head, rows, note)


def _train(data: Dataset, augmentation: Augmentation, seed: int) -> dict[str, float]:
    events = []
    changes = {
        "epochs": EPOCHS,
        "train_images": IMAGES,
        "validation_share": 0.0,
        "seed": seed,
        "augmentation": augmentation,
    }
    preset = PRESETS["keras-log"]
    fit(preset.network, preset.recipe.model_copy(update=changes), data, events.append)
    epochs = [event for event in events if event.kind == "epoch_ended"]
    return {
        "test": events[-1].accuracy,
        "last": epochs[-1].accuracy,
        "middle": epochs[EPOCHS // 2 - 1].accuracy,
        "speed": IMAGES / statistics.median(epoch.seconds for epoch in epochs),
    }


def _row(name: str, scores: list[dict[str, float]]) -> list[str]:
    tests = [score["test"] for score in scores]
    means = {key: statistics.mean(score[key] for score in scores) for key in scores[0]}
    return [
        name,
        *(f"{test:.1%}" for test in tests),
        f"**{means['test']:.2%}**",
        f"{min(tests):.1%} to {max(tests):.1%}",
        f"{means['last']:.1%}",
        f"{means['middle']:.1%}",
        f"{means['speed']:,.0f}",
    ]


if __name__ == "__main__":
    main()
