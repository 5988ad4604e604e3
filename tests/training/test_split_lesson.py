"""Split first, then augment: what each way trains on, and what its score is worth."""

from dataclasses import replace

import numpy as np
import pytest

from cnn_core.design.augmentation import PRESETS
from cnn_core.training import split_lesson as module
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
    for way in (mixed, apart):
        assert 0 <= way.score <= 1
        assert 0 <= way.true <= 1


def test_the_right_way_tests_on_the_originals_and_both_are_judged_by_the_same_untouched_pictures(few, monkeypatch):
    parts, real = [], module.fit

    def spy(network, recipe, dataset, *rest) -> Outcome:
        assert not recipe.augmentation.active
        parts.append(dataset)
        return real(network, recipe, dataset, *rest)

    monkeypatch.setattr(module, "fit", spy)
    split_lesson(few, PRESETS["digits"], COPIES, 1, seed=3)
    originals = {picture.tobytes() for picture in few.x_train}
    assert {picture.tobytes() for picture in parts[1].x_test} < originals
    untouched = {picture.tobytes() for picture in few.x_test}
    for part in parts:
        assert not untouched & {picture.tobytes() for picture in (*part.x_train, *part.x_test)}
        assert np.bincount(part.y_train, minlength=10).sum() == len(part.x_train)
