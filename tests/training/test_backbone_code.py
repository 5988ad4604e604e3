"""Transfer from a MobileNet as code: it is run, and gives the very numbers of the app's own training."""

import os
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest

from cnn_core.data.datasets import Dataset
from cnn_core.design import evaluation
from cnn_core.design.augmentation import Augmentation
from cnn_core.design.formats.code.backbone import CALLS
from cnn_core.design.formats.code.cells import cells, script
from cnn_core.design.layers import Backbone, Dense, Dropout, GlobalAveragePooling2D
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.design.start import FineTuning, Start
from cnn_core.errors import DesignError
from cnn_core.exchange.backbones import Backbones
from cnn_core.training.features import Shelf
from tests.support.backbones import made_up_arrays
from tests.training.test_code import same

SHAPE = (45, 32, 3)
HEAD = (GlobalAveragePooling2D(), Dense(units=6, activation="relu"), Dropout(rate=0.3))
SHARED = Path(os.environ.get("CNN_STUDIO_TEST_DATA", "/nowhere")) / "keras_home"


def transfer(name: str, frozen: bool, **changes) -> tuple[Network, Recipe]:
    backbone = Backbone(architecture=name)
    blocks = len(backbone.opened())
    start = Start(base=f"imagenet-{name}", layers=blocks, frozen=blocks if frozen else 0)
    recipe = Recipe(optimizer="adam", learning_rate=0.01, batch_size=16, epochs=2, validation_share=0.2, seed=7)
    layers = (backbone, *HEAD, Dense(units=2, activation="softmax"))
    return Network(input_shape=SHAPE, layers=layers), recipe.model_copy(update={"start": start, **changes})


@pytest.fixture(scope="module")
def pictures() -> Dataset:
    """Of two kinds, of which the second one is reddish."""
    labels = np.arange(60) % 2
    images = np.random.default_rng(3).integers(0, 120, (60, *SHAPE)).astype(np.uint8)
    images[labels == 1, ..., 0] += 100
    return Dataset("small", "Small", images[:45], labels[:45], images[45:], labels[45:], ("blue", "red"))


@pytest.fixture
def folder(tmp_path, pictures, monkeypatch):
    """A folder with the pictures beside the script."""
    arrays = {name: getattr(pictures, name) for name in ("x_train", "y_train", "x_test", "y_test")}
    np.savez(tmp_path / "small.npz", **arrays)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def learned(folder, monkeypatch) -> Callable[[str], list[np.ndarray]]:
    """What an architecture has learned on ImageNet, or else made-up numbers, in the file that Keras gets."""

    def put(name: str) -> list[np.ndarray]:
        known = Backbones(Path("/nowhere"), SHARED)
        path = known.find(name)
        arrays = known.arrays(name) if path else made_up_arrays(name)
        path = path or _kept(arrays, name, folder)
        monkeypatch.setattr("keras.src.utils.file_utils.get_file", lambda *asked, **more: str(path))
        return arrays

    return put


def _kept(arrays: list[np.ndarray], name: str, folder: Path) -> Path:
    function, alpha = CALLS[name]
    about = {"input_shape": (224, 224, 3), "alpha": alpha, "include_top": False, "weights": None}
    model = getattr(keras.applications, function)(**about)
    model.set_weights(arrays)
    model.save_weights(folder / "learned.weights.h5")
    return folder / "learned.weights.h5"


@pytest.mark.parametrize(
    ("name", "precision"),
    [
        ("mobilenet-025", "mixed_bfloat16"),
        pytest.param("mobilenet-025", "float32", marks=pytest.mark.slow),
        pytest.param("mobilenet-v2-035", "float32", marks=pytest.mark.slow),
    ],
)
def test_frozen_layers_look_once_and_the_losses_are_the_same(name, precision, folder, pictures, learned, monkeypatch):
    network, recipe = transfer(name, frozen=True)
    most = 2**17 if name == "mobilenet-025" else 2**20
    monkeypatch.setattr(evaluation, "MOST_VALUES", most)  # a few images at a time, and fewer at the end
    assert 1 < evaluation.at_a_time(network) < 30
    same(folder, pictures, network, recipe, precision, base=learned(name), shelf=Shelf())


@pytest.mark.slow
def test_layers_that_learn_on_give_the_same_losses(folder, pictures, learned):
    network, recipe = transfer("mobilenet-025", frozen=False)
    same(folder, pictures, network, recipe, base=learned("mobilenet-025"), shelf=Shelf())


@pytest.mark.slow
def test_varied_images_give_the_same_losses(folder, pictures, learned):
    network, recipe = transfer("mobilenet-025", frozen=True, augmentation=Augmentation(horizontal_flip=True, zoom=10))
    same(folder, pictures, network, recipe, base=learned("mobilenet-025"), shelf=Shelf())


NETWORK, RECIPE = transfer("mobilenet-v2", frozen=True)
START = RECIPE.start
REFUSED = {
    "a network that begins with MobileNetV2": (Network(layers=HEAD), RECIPE, "float32"),
    "one of MobileNetV2": (*transfer("efficientnet-b0", frozen=True), "float32"),
    "Received random weights": (NETWORK, RECIPE.model_copy(update={"start": None}), "float32"),
    "what ImageNet has taught": (
        NETWORK.changed(layers=(Backbone(architecture="mobilenet-v2", blocks=4), *NETWORK.layers[1:])),
        RECIPE.model_copy(update={"start": Start(base="imagenet-mobilenet-v2", layers=4, frozen=4)}),
        "float32",
    ),
    "all frozen or all free": (
        NETWORK,
        RECIPE.model_copy(update={"start": START.model_copy(update={"frozen": 3})}),
        "float32",
    ),
    "in one phase": (
        NETWORK,
        RECIPE.model_copy(
            update={"start": START.model_copy(update={"then": FineTuning(after=1, frozen=3, learning_rate=1e-4)})}
        ),
        "float32",
    ),
    "full precision": (*transfer("mobilenet-v2", frozen=False), "mixed_bfloat16"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_no_same_code_is_known_for_is_refused_in_words(why):
    network, recipe, precision = REFUSED[why]
    with pytest.raises(DesignError, match=r"There is no code for this transfer yet") as refused:
        cells(network, recipe, "small", precision=precision)
    assert why in str(refused.value)


def test_the_code_is_short_enough_to_be_read():
    text = script(cells(NETWORK, RECIPE, "small"))
    assert max(map(len, text.splitlines())) <= 120
    assert text.count("\n") < 110
