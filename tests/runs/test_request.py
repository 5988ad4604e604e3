"""request_problem: what is refused before it starts, in words."""

import pytest

from cnn_core.data.datasets import Entry
from cnn_core.design.layers import Dense, Flatten
from cnn_core.design.network import Network
from cnn_core.design.presets import PRESETS
from cnn_core.runs.request import images, request_problem

ENTRY = Entry("bundled", "Bundled digits", (28, 28, 1), 10, 4000, 1000, "bundled")
PRESET = PRESETS["keras-log"]
GIB = 2**30


def test_every_preset_can_be_trained_on_the_bundled_digits():
    for preset in PRESETS.values():
        assert request_problem(preset.network, preset.recipe, ENTRY, 4 * GIB) is None


@pytest.mark.parametrize(
    ("network", "recipe", "words"),
    [
        (PRESET.network.changed(input_shape=(32, 32, 3)), {}, ["28×28×1", "32×32×3"]),
        (PRESET.network, {"early_stopping": 3, "validation_share": 0.0}, ["validation_share"]),
        (Network(layers=(Flatten(), Dense(units=7, activation="softmax"))), {}, ["10 values", "7"]),
        (Network(layers=(Flatten(), Dense(units=10))), {}, ["softmax"]),
        (
            Network(layers=(Flatten(), Dense(units=10**6), Dense(units=10**4), Dense(units=10, activation="softmax"))),
            {},
            ["more memory", "GiB"],
        ),
    ],
)
def test_what_cannot_be_trained_says_why(network, recipe, words):
    problem = request_problem(network, PRESET.recipe.model_copy(update=recipe), ENTRY, 4 * GIB)
    assert all(word in problem.message for word in words), problem.message


def test_images_are_counted_as_they_will_be_split():
    assert images(PRESET.recipe, ENTRY) == (3600, 400)
    assert images(PRESET.recipe.model_copy(update={"train_images": 100}), ENTRY) == (90, 10)
    assert images(PRESET.recipe.model_copy(update={"train_images": 10**6}), ENTRY) == (3600, 400)
