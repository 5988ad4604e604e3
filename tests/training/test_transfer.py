"""transfer: the same images in three ways, from a base that knows some of the classes."""

import numpy as np

from cnn_core.design.layers import Conv2D, Dense, Flatten, MaxPooling2D
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.design.start import Start
from cnn_core.training.build import build
from cnn_core.training.start import first_arrays
from cnn_core.training.transfer import WAYS, compare_ways, learned, only, some_of_each

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
