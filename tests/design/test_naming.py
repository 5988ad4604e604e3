"""What networks and runs are called."""

import pytest

from cnn_core.design.augmentation import PRESETS as AUGMENTATIONS
from cnn_core.design.layers import Dropout
from cnn_core.design.naming import network_title, run_title
from cnn_core.design.network import Network
from cnn_core.design.presets import PRESETS

CLASSIC, RECIPE = PRESETS["keras-log"].network, PRESETS["keras-log"].recipe


def first(**fields) -> Network:
    """The classic network with other arguments in its first layer."""
    return CLASSIC.replace(0, CLASSIC.layers[0].model_copy(update=fields))


@pytest.mark.parametrize(
    ("network", "title"),
    [
        (CLASSIC, "Classic CNN"),
        (first(filters=7), "Classic CNN, 7 filters"),
        (first(filters=1, kernel_size=(3, 5)), "Classic CNN, 1 filter, 3×5 window"),
        (first(filters=1, kernel_size=(5, 5), activation="tanh"), "Classic CNN, changed"),
        (first(padding="same"), "Classic CNN, padding same"),
        (CLASSIC.replace(7, CLASSIC.layers[7].model_copy(update={"units": 3})), "Classic CNN"),
        (CLASSIC.insert(7, Dropout()), "Classic CNN, with Dropout"),
        (CLASSIC.remove(1), "Classic CNN, without MaxPooling2D"),
        (CLASSIC.changed(layers=CLASSIC.layers[3:]), "Classic CNN, changed"),
        (first(filters=7).changed(name="Anna's"), "Anna's"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_network_is_called_by_what_was_changed(network, title):
    assert network_title(network) == title


@pytest.mark.parametrize(
    ("changed", "title"),
    [
        ({}, "Classic CNN"),
        ({"epochs": 1}, "Classic CNN, 1 epoch"),
        ({"learning_rate": 0.01, "optimizer": "sgd"}, "Classic CNN, sgd, learning rate 0.01"),
        ({"train_images": 1000, "batch_size": 32}, "Classic CNN, batches of 32, 1,000 images"),
        ({"augmentation": AUGMENTATIONS["digits"]}, "Classic CNN, augmented"),
        ({"epochs": 1, "seed": 1, "batch_size": 1}, "Classic CNN, changed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_run_is_called_by_what_was_changed_in_its_recipe_too(changed, title):
    assert run_title(CLASSIC, RECIPE.model_copy(update=changed)) == title


def test_both_together_are_no_more_than_two():
    assert run_title(first(filters=7), RECIPE.model_copy(update={"epochs": 2})) == "Classic CNN, 7 filters, 2 epochs"
    many = RECIPE.model_copy(update={"epochs": 2, "seed": 1})
    assert run_title(first(filters=7), many) == "Classic CNN, changed"
    assert run_title(CLASSIC.changed(name="Anna's"), many) == "Anna's"
