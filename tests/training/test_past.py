"""past: what a network made of the images that were kept aside, after each epoch, against what the training said."""

import numpy as np
import pytest

from cnn_core.data.watched import kept_aside
from cnn_core.design.layers import Conv2D, Dense, Flatten, MaxPooling2D
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.exchange.past import read_past
from cnn_core.runs.events import EpochEnded
from cnn_core.training.build import build, snapshot
from cnn_core.training.device import Choices
from cnn_core.training.fit import fit
from cnn_core.training.past import confusions

NETWORK = Network(
    layers=(
        Conv2D(filters=4, kernel_size=5, activation="relu"),
        MaxPooling2D(pool_size=4),
        Flatten(),
        Dense(units=10, activation="softmax"),
    )
)
RECIPE = Recipe(optimizer="adam", learning_rate=0.01, batch_size=32, epochs=3, validation_share=0.2)


@pytest.fixture(scope="module")
def trained(small):
    """The snapshots of a training, by epochs done, and what it said of its epochs."""
    events, snapshots = [], {}
    choices = Choices(steps_per_execution=1, jit_compile=False, precision="float32")
    keep = lambda attempt, epochs: snapshots.update({epochs: snapshot(attempt.model)})  # noqa: E731
    fit(NETWORK, RECIPE, small, events.append, on_epoch=keep, choices=choices)
    return snapshots, [event for event in events if isinstance(event, EpochEnded)]


def test_the_accuracies_are_those_of_the_training(small, trained):
    snapshots, ended = trained
    assert list(snapshots) == [0, 1, 2, 3]
    found = list(confusions(NETWORK, RECIPE, small, snapshots.values()))
    places = kept_aside(small.y_train, RECIPE)
    for counts, event in zip(found[1:], ended, strict=True):
        assert counts.sum(axis=1).tolist() == np.bincount(small.y_train[places], minlength=10).tolist()
        assert counts.trace() / counts.sum() == pytest.approx(event.val_accuracy, abs=1.5 / len(places))  # float16


def test_without_validation_the_test_images_are_read(small, trained):
    snapshots, _ended = trained
    recipe = RECIPE.model_copy(update={"validation_share": 0.0})
    (counts,) = confusions(NETWORK, recipe, small, [snapshots[3]])
    assert counts.sum(axis=1).tolist() == np.bincount(small.y_test, minlength=10).tolist()


def test_how_far_the_filters_moved(trained):
    snapshots, _ended = trained
    past = read_past(list(snapshots.values()), NETWORK, "scaled")
    assert past.filters.shape == (4, 5, 5, 1, 4)
    assert past.far[0] == past.step[0] == 0
    assert (past.far[1:] > 0.05).all()
    assert past.far[1] == past.step[1]
    start, end = past.filters[0].ravel(), past.filters[3].ravel()
    assert past.far[3] == pytest.approx(np.sqrt(np.sum((end - start) ** 2) / np.sum(start**2)))


def test_a_network_without_filters_to_see_has_a_past_all_the_same():
    deep = Network(layers=(MaxPooling2D(pool_size=2), Flatten(), Dense(units=10, activation="softmax")))
    past = read_past([snapshot(build(deep))] * 2, deep, "scaled")
    assert past.filters is None
    assert past.far.tolist() == past.step.tolist() == [0, 0]


def test_weights_beyond_float16_are_its_largest():
    model = build(NETWORK)
    model.set_weights([np.full(array.shape, 1e9, np.float32) for array in model.get_weights()])
    past = read_past([snapshot(model)], NETWORK, "scaled")
    assert past.filters.max() == np.finfo(np.float16).max
