"""Oracle: a training with nothing kept."""

import keras
import numpy as np
import pytest

from cnn_core.design.augmentation import Augmentation
from cnn_core.design.layers import BatchNormalization, Conv2D, Dense, Dropout, Flatten
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.design.start import Start
from cnn_core.training import warm
from cnn_core.training.build import from_bytes
from cnn_core.training.device import Choices
from cnn_core.training.fit import fit

NETWORK = Network(
    layers=(
        Conv2D(filters=4, kernel_size=5, strides=4, activation="relu"),
        BatchNormalization(),
        Dropout(rate=0.3),
        Flatten(),
        Dense(units=10, activation="softmax"),
    )
)
RECIPE = Recipe(batch_size=32, epochs=2, train_images=128, validation_share=0.25)
AUGMENTED = {"augmentation": Augmentation(rotation=20, noise=10)}


@pytest.fixture(autouse=True)
def cold(monkeypatch):
    warm._warm.clear()
    yield
    warm._warm.clear()


@pytest.fixture
def tracings(monkeypatch) -> list[int]:
    """Grows with every call of a training step in Python: with TensorFlow, only while it is traced."""
    calls = []
    step = keras.Sequential.train_step

    def counted(self, data):
        calls.append(1)
        return step(self, data)

    monkeypatch.setattr(keras.Sequential, "train_step", counted)
    return calls


def train(dataset, recipe: Recipe, network: Network = NETWORK) -> tuple[list, list[np.ndarray]]:
    """The losses and accuracies of the epochs, and the weights."""
    events = []
    outcome = fit(network, recipe, dataset, events.append)
    curve = [(e.loss, e.accuracy, e.val_loss, e.val_accuracy) for e in events if e.kind == "epoch_ended"]
    return curve, from_bytes(outcome.model).get_weights()


@pytest.mark.parametrize(
    "changes",
    [
        AUGMENTED,
        {"optimizer": "sgd", "momentum": 0.9, "learning_rate": 0.01},
        {"optimizer": "adamw", "loss": "mse"},
    ],
    ids=["augmented", "momentum", "adamw"],
)
def test_a_warm_model_computes_the_same_numbers_as_a_new_one(small, tracings, changes):
    recipe = RECIPE.model_copy(update=changes)
    curve, weights = train(small, recipe)
    traced = len(tracings)
    between, _ = train(small, recipe.model_copy(update={"seed": 7, "learning_rate": 0.005, "batch_size": 16}))
    assert between != curve
    again, same = train(small, recipe)
    assert len(tracings) == traced, "a warm model is not traced again"
    assert again == curve
    for one, other in zip(weights, same, strict=True):
        np.testing.assert_array_equal(one, other)


def test_what_was_prepared_is_not_traced_again_and_changes_no_number(small, tracings):
    curve, _ = train(small, RECIPE)
    warm._warm.clear()
    warm.prepare(NETWORK, RECIPE, steps=3)
    traced = len(tracings)
    assert train(small, RECIPE)[0] == curve
    assert len(tracings) == traced
    warm.prepare(NETWORK, RECIPE, steps=3)
    assert len(tracings) == traced, "prepared is prepared"


OTHER = {
    "seed": 7,
    "learning_rate": 0.005,
    "batch_size": 16,
    "train_images": 100,
    "validation_share": 0.4,
    "pixel_order": 3,
    "epochs": 3,
    "early_stopping": 1,
    "time_limit": 1000.0,
}


@pytest.fixture(scope="module")
def augmented(small) -> dict:
    """The warm model of RECIPE with augmentation, as `warm` keeps it."""
    warm._warm.clear()
    train(small, RECIPE.model_copy(update=AUGMENTED))
    return dict(warm._warm)


@pytest.mark.parametrize("field", warm.OUTSIDE)
def test_what_is_outside_of_the_graph_may_change_on_a_warm_model(small, tracings, augmented, field):
    recipe = RECIPE.model_copy(update={**AUGMENTED, field: OTHER[field]})
    assert recipe != RECIPE.model_copy(update=AUGMENTED)
    new, weights = train(small, recipe)
    warm._warm.clear()
    warm._warm.update(augmented)
    traced = len(tracings)
    again, same = train(small, recipe)
    assert len(tracings) == traced, "it is the warm model"
    assert again == new
    for one, other in zip(weights, same, strict=True):
        np.testing.assert_array_equal(one, other)


class LaterRecipe(Recipe):
    """As a later version may have it."""

    label_smoothing: float = 0.0


INSIDE = {
    "optimizer": "adam",
    "momentum": 0.5,
    "loss": "mse",
    "pixels": "raw",
    "augmentation": Augmentation(rotation=20),
    "start": Start(base="keras-log", layers=1, frozen=1),
    "label_smoothing": 0.1,
}


@pytest.mark.parametrize("field", LaterRecipe.model_fields)
def test_a_field_that_is_not_known_to_be_outside_of_the_graph_is_inside(field):
    recipe = LaterRecipe()
    changed = recipe.model_copy(update={field: {**OTHER, **INSIDE}[field]})
    graphs = [warm._graph(NETWORK, one, Choices(1, False, "float32")) for one in (recipe, changed)]
    assert (graphs[0] == graphs[1]) == (field in warm.OUTSIDE)
    assert len(set(graphs)) == 2 - (field in warm.OUTSIDE)


@pytest.mark.parametrize("changes", [{"optimizer": "adam"}, {"loss": "mse"}, {"pixels": "raw"}], ids=str)
def test_another_graph_is_another_model(small, tracings, changes):
    train(small, RECIPE)
    traced = len(tracings)
    train(small, RECIPE.model_copy(update=changes))
    assert len(tracings) > traced


def test_after_an_error_the_model_is_not_used_again(small):
    with pytest.raises(ZeroDivisionError):
        fit(NETWORK, RECIPE, small, lambda event: 1 // 0)
    assert not warm._warm


def test_few_and_no_large_models_are_kept(small, monkeypatch):
    for units in range(10, 10 + warm.KEPT + 2):
        warm.prepare(Network(layers=(Flatten(), Dense(units=units, activation="softmax"))), RECIPE, steps=3)
    assert [kept.model.output_shape[-1] for kept in warm._warm.values()] == [12, 13, 14, 15]
    monkeypatch.setattr(warm, "LARGEST", 1000)
    warm._warm.clear()
    train(small, RECIPE)
    warm.prepare(NETWORK, RECIPE, steps=3)
    assert not warm._warm
