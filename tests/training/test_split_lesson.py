"""Split first, then augment: what each way trains on, and what its score is worth."""

from dataclasses import replace

import numpy as np
import pytest

from cnn_core.design.augmentation import PRESETS
from cnn_core.design.evaluation import EVALUATION_BATCH
from cnn_core.training import split_lesson as module
from cnn_core.training.build import from_bytes
from cnn_core.training.fit import Outcome
from cnn_core.training.split_lesson import split_lesson

COPIES = 4


@pytest.fixture
def few(small):
    return replace(small, x_train=small.x_train[:60], y_train=small.y_train[:60])


def test_no_copy_crosses_when_the_split_comes_first_and_nearly_all_do_when_it_comes_last(few):
    shares = []
    mixed, apart = split_lesson(
        few, PRESETS["digits"], COPIES, 1, seed=3, progress=lambda share, ways: shares.append((share, len(ways)))
    )
    assert (mixed.trained, mixed.tested) == (168, 72)
    assert mixed.sisters > 60
    assert (apart.trained, apart.tested, apart.sisters) == (42 * COPIES, 18, 0)
    assert shares == [(0.5, 0), (1.0, 1)]


def test_the_right_way_tests_on_the_originals_and_both_are_judged_by_the_same_untouched_pictures(few, monkeypatch):
    parts, models, real = [], [], module.fit

    def spy(network, recipe, dataset, *rest) -> Outcome:
        outcome = real(network, recipe, dataset, *rest)
        parts.append(dataset)
        models.append(from_bytes(outcome.model))
        return outcome

    monkeypatch.setattr(module, "fit", spy)
    ways = split_lesson(few, PRESETS["digits"], COPIES, 3, seed=3)
    label_of = {picture.tobytes(): label for picture, label in zip(few.x_train, few.y_train, strict=True)}
    assert [label_of[picture.tobytes()] for picture in parts[1].x_test] == parts[1].y_test.tolist()
    originals = counts(few.y_train)
    assert (counts(parts[0].y_train) + counts(parts[0].y_test) == COPIES * originals).all()
    assert (counts(parts[1].y_train) == COPIES * (originals - counts(parts[1].y_test))).all()
    for way, part, model in zip(ways, parts, models, strict=True):
        assert way.score == pytest.approx(accuracy(model, part.x_test, part.y_test))
        assert way.true == pytest.approx(accuracy(model, few.x_test, few.y_test))


def counts(labels: np.ndarray) -> np.ndarray:
    return np.bincount(labels, minlength=10)


def accuracy(model, images: np.ndarray, labels: np.ndarray) -> float:
    return float(np.mean(model.predict(images, batch_size=EVALUATION_BATCH, verbose=0).argmax(axis=1) == labels))
