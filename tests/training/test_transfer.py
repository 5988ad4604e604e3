"""transfer: the same images in three ways, from a base that knows some of the classes."""

import numpy as np
import pytest

from cnn_core.design.layers import Conv2D, Dense, Flatten, GlobalAveragePooling2D, MaxPooling2D
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.design.start import Start
from cnn_core.engine.work.base import Key
from cnn_core.engine.work.context import Context, Kept
from cnn_core.engine.work.transfer import CompareWays
from cnn_core.training.build import build
from cnn_core.training.start import first_arrays
from cnn_core.training.transfer import WAYS, compare_ways, learned, only, some_of_each, with_features

TAKEN = (Conv2D(filters=4, kernel_size=5, activation="relu"), MaxPooling2D(pool_size=4), Flatten())
NETWORK = Network(layers=(*TAKEN, Dense(units=5, activation="softmax")))
RECIPE = Recipe(optimizer="adam", learning_rate=0.01, batch_size=25, epochs=2)
START = Start(base="x", layers=3, frozen=3)


def test_some_classes_alone_are_numbered_anew(small):
    part = only(small, range(5, 10))
    assert part.class_names == small.class_names[5:]
    assert np.bincount(part.y_train).tolist() == np.bincount(small.y_train)[5:].tolist()
    where = np.flatnonzero(small.y_test >= 5)
    assert np.array_equal(part.x_test, small.x_test[where])
    assert np.array_equal(part.y_test, small.y_test[where] - 5)


def test_some_of_each_class_are_drawn_by_the_seed(small):
    few, other = some_of_each(small, 7, 1), some_of_each(small, 7, 2)
    assert np.bincount(few.y_train).tolist() == [7] * 10
    assert len(np.unique(few.x_train.reshape(70, -1), axis=0)) == 70, "none twice"
    assert not np.array_equal(few.x_train, other.x_train)
    assert np.array_equal(few.x_train, some_of_each(small, 7, 1).x_train)
    assert len(some_of_each(small, 10_000, 1).y_train) == len(small.y_train)


def test_all_three_ways_train_on_the_same_and_are_told_one_by_one(small):
    part, told = only(small, range(5, 10)), []
    base = learned(NETWORK, RECIPE, only(small, range(5)), lambda: False)
    arrays = first_arrays(base, 4, 3)
    recipe = RECIPE.model_copy(update={"start": START})
    sizes, seeds = (4, 8), (1, 2)
    scores = compare_ways(NETWORK, recipe, part, arrays, sizes, seeds, lambda *so_far: told.append(so_far))
    assert [(score.images, score.seed, score.way) for score in scores] == [
        (size, seed, way) for size in sizes for seed in seeds for way in WAYS
    ]
    assert [fraction for fraction, _scores in told] == [number / 12 for number in range(1, 13)]
    assert [len(so_far) for _fraction, so_far in told] == list(range(1, 13))
    again = compare_ways(NETWORK, recipe, part, arrays, sizes, seeds)
    assert [score.accuracy for score in again] == [score.accuracy for score in scores]


def test_it_ends_when_nobody_wants_it(small):
    arrays = first_arrays(build(NETWORK), 4, 3)
    recipe = RECIPE.model_copy(update={"start": START})
    assert compare_ways(NETWORK, recipe, only(small, range(5)), arrays, (4,), (1,), should_stop=lambda: True) == []


def test_what_was_broken_off_has_no_score(small):
    arrays, told, asked = first_arrays(build(NETWORK), 4, 3), [], []
    recipe = RECIPE.model_copy(update={"start": START})

    def should_stop() -> bool:
        """In the midst of the second training."""
        asked.extend(["again"] if told else [])
        return len(asked) > 2

    part = only(small, range(5))
    scores = compare_ways(NETWORK, recipe, part, arrays, (4,), (1,), lambda *so_far: told.append(so_far), should_stop)
    assert [score.way for score in scores] == [WAYS[0]]


def test_a_comparison_gives_what_it_has_when_its_minutes_are_over(small):
    """Without any it has no score; and with some it has all."""
    key = Key("data", "small")
    asked = NETWORK, RECIPE.model_copy(update={"epochs": 1, "start": START}), 4, key, tuple(range(5)), (4,), (1,)
    base = NETWORK, RECIPE, tuple(range(5, 10))
    for minutes, count in ((1e-9, 0), (10.0, len(WAYS)), (None, len(WAYS))):
        work = CompareWays(*asked, base, minutes=minutes)
        assert len(work.run(Context(Kept(), {key: small}))) == count


@pytest.mark.parametrize("taken", [2, 3])
def test_a_head_on_kept_features_is_the_rest_of_the_network(small, taken):
    layers = NETWORK.layers if taken == 3 else (*TAKEN[:2], GlobalAveragePooling2D(), NETWORK.layers[-1])
    network, start = NETWORK.changed(layers=layers), Start(base="x", layers=taken, frozen=taken)
    base = first_arrays(build(NETWORK, seed=5), 4, taken)
    head, features = with_features(network, RECIPE.model_copy(update={"start": start}), small, base)
    whole = build(network, seed=1)
    whole.set_weights([*base, *whole.get_weights()[len(base) :]])
    rest = build(head, pixels="raw")
    rest.set_weights(whole.get_weights()[len(base) :])
    for images, seen in ((small.x_train, features.x_train), (small.x_test, features.x_test)):
        np.testing.assert_allclose(
            rest.predict(seen, verbose=0), whole.predict(images, verbose=0), rtol=1e-4, atol=1e-6
        )


def test_features_that_are_too_many_are_not_kept(small):
    layers = (Conv2D(filters=8, kernel_size=1), Flatten(), Dense(units=10, activation="softmax"))
    network = Network(layers=layers)
    recipe = RECIPE.model_copy(update={"start": Start(base="x", layers=2, frozen=2)})
    assert with_features(network, recipe, small, first_arrays(build(network), 3, 2)) == (network, None)
