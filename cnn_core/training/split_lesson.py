"""Split first, then augment: the same few images and copies both ways round, and what each way's score is worth."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from cnn_core.data.datasets import Dataset, stratified_split
from cnn_core.design.augmentation import Augmentation
from cnn_core.design.evaluation import EVALUATION_BATCH
from cnn_core.design.presets import PRESETS
from cnn_core.runs.events import Event
from cnn_core.training.augment import variants
from cnn_core.training.build import from_bytes
from cnn_core.training.fit import fit

PRESET = PRESETS["keras-log"]
TEST_SHARE = 0.3


@dataclass(frozen=True)
class Way:
    """How one way ended.

    Args:
        trained, tested: how many images it trained on and took its own score from.
        sisters: how many of the tested ones have a copy of the same original among the trained ones.
        score: the accuracy it would report; on its own test part.
        true: its accuracy on images that no way had.
    """

    trained: int
    tested: int
    sisters: int
    score: float
    true: float


def split_lesson(
    dataset: Dataset,
    augmentation: Augmentation,
    copies: int,
    epochs: int,
    seed: int,
    progress: Callable[[float, list[Way]], None] = lambda share, ways: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> tuple[Way, Way]:
    """(augment, then split; split, then augment). Trains keras-log twice on `copies` variants of each picture.

    Args:
        dataset: few training pictures like MNIST's, and as test set the pictures that decide which score is true.
        progress: gets the share, 0 to 1, that is done, and the ways that have ended.
    """
    of_picture = np.repeat(np.arange(len(dataset.x_train)), copies)
    pictures = np.rint(variants(augmentation, dataset.x_train[of_picture], seed).images).astype(np.uint8)

    mixed = stratified_split(dataset.y_train[of_picture], TEST_SHARE, seed)
    apart = stratified_split(dataset.y_train, TEST_SHARE, seed)
    ways: list[Way] = []
    for train, test, tested in [
        (mixed[0], of_picture[mixed[1]], pictures[mixed[1]]),
        (np.flatnonzero(np.isin(of_picture, apart[0])), apart[1], dataset.x_train[apart[1]]),
    ]:
        part = replace(
            dataset,
            x_train=pictures[train],
            y_train=dataset.y_train[of_picture[train]],
            x_test=tested,
            y_test=dataset.y_train[test],
        )
        sisters = int(np.isin(test, of_picture[train]).sum())
        score, true = _trained(part, dataset, epochs, seed, _halves(progress, ways, epochs), should_stop)
        ways.append(Way(len(train), len(test), sisters, score, true))
    return ways[0], ways[1]


def _trained(
    part: Dataset, whole: Dataset, epochs: int, seed: int, emit: Callable, should_stop: Callable
) -> tuple[float, float]:
    """The accuracy on the test images of `part`, and on those of `whole`, after training on `part`."""
    recipe = PRESET.recipe.model_copy(update={"epochs": epochs, "validation_share": 0.0, "seed": seed})
    outcome = fit(PRESET.network, recipe, part, emit, should_stop)
    answers = from_bytes(outcome.model).predict(whole.x_test, batch_size=EVALUATION_BATCH, verbose=0).argmax(axis=1)
    return float(np.mean(outcome.predicted == part.y_test)), float(np.mean(answers == whole.y_test))


def _halves(progress: Callable, ways: list[Way], epochs: int) -> Callable[[Event], None]:
    def emit(event: Event) -> None:
        if event.kind == "epoch_ended":
            progress((len(ways) + (event.epoch + 1) / epochs) / 2, ways)

    return emit
