"""A run as code: it is run, and gives the very numbers of the app's own training."""

import contextlib
import io
import os

import keras
import nbformat
import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from nbclient import NotebookClient

from cnn_core.data.datasets import Catalogue
from cnn_core.design.augmentation import Augmentation
from cnn_core.design.formats.code.cells import cells, script
from cnn_core.design.formats.code.notebook import notebook
from cnn_core.design.layers import (
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    SeparableConv2D,
    ZeroPadding2D,
)
from cnn_core.design.network import Network
from cnn_core.design.presets import PRESETS
from cnn_core.design.recipe import Recipe
from cnn_core.design.shapes import trace
from cnn_core.design.start import FineTuning, Start
from cnn_core.training.build import build, from_bytes, to_bytes
from cnn_core.training.device import Choices
from cnn_core.training.fit import fit
from tests.design.strategies import networks

NETWORK = Network(
    layers=(
        Conv2D(filters=4, kernel_size=5, strides=2, activation="relu"),
        SeparableConv2D(filters=6, kernel_size=(3, 2), padding="same"),
        BatchNormalization(),
        Flatten(),
        Dropout(rate=0.2),
        Dense(units=10, activation="softmax"),
    )
)
RECIPE = Recipe(optimizer="adam", learning_rate=0.01, batch_size=32, epochs=2, validation_share=0.2, seed=7)


@pytest.fixture
def folder(tmp_path, small, monkeypatch):
    """A folder with the data set beside the script, as somebody has it who has downloaded both."""
    arrays = {name: getattr(small, name) for name in ("x_train", "y_train", "x_test", "y_test")}
    np.savez(tmp_path / "small.npz", **arrays)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(text: str) -> tuple[list[float], float]:
    """The losses of all epochs, and the test accuracy, as the script prints them."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(text, "training.py", "exec"), {"__name__": "__main__"})
    lines = printed.getvalue().splitlines()
    losses = [float(loss) for line in lines if line.startswith("losses") for loss in line.split()[1:]]
    return losses, float(next(line for line in lines if line.startswith("test accuracy")).split()[-1])


def trained(dataset, network: Network, recipe: Recipe, precision: str = "float32", **more):
    events = []
    outcome = fit(network, recipe, dataset, events.append, choices=Choices(1, False, precision), **more)
    losses = [event.loss for event in events if event.kind == "epoch_ended"]
    return losses, next(event.accuracy for event in events if event.kind == "tested"), outcome


def same(folder, dataset, network: Network, recipe: Recipe, precision: str = "float32", **more) -> None:
    losses, accuracy, outcome = trained(dataset, network, recipe, precision, **more)
    text = script(cells(network, recipe, "small", precision=precision))
    assert run(text) == (losses, pytest.approx(accuracy, abs=5e-5))
    ours = from_bytes(outcome.model).get_weights()
    for own, scripts in zip(ours, keras.saving.load_model(folder / "model.keras").get_weights(), strict=True):
        np.testing.assert_array_equal(own, scripts)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_gives_the_same_losses(name, folder, small):
    preset = PRESETS[name]
    short = {"epochs": 1, "train_images": 120, "batch_size": min(preset.recipe.batch_size, 40)}
    same(folder, small, preset.network, preset.recipe.model_copy(update=short))


@pytest.mark.parametrize(
    "changed",
    [
        {"optimizer": "sgd", "momentum": 0.9, "loss": "mse", "time_limit": 1000.0},
        {"validation_share": 0.0, "pixels": "raw", "learning_rate": 0.0001},
        {"pixel_order": 3, "train_images": 100},
        {"augmentation": Augmentation(rotation=20, zoom=10, horizontal_flip=True, noise=5)},
        {"early_stopping": 1, "epochs": 6, "learning_rate": 0.2},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_every_choice_of_a_recipe_is_in_it(changed, folder, small):
    same(folder, small, NETWORK, RECIPE.model_copy(update=changed))


def test_in_half_precision_too(folder, small):
    same(folder, small, NETWORK, RECIPE, "mixed_bfloat16")


@pytest.mark.parametrize("then", [None, FineTuning(after=1, frozen=0, learning_rate=0.001)])
def test_a_start_with_another_networks_layers(then, folder, small):
    base = build(NETWORK, seed=5)
    (folder / "earlier.keras").write_bytes(to_bytes(base))
    arrays = [array for layer in base.layers[:2] for array in layer.get_weights()]
    start = Start(base="earlier", layers=1, frozen=1, then=then)
    same(folder, small, NETWORK, RECIPE.model_copy(update={"start": start}), base=arrays, shelf=None)


PADDED = Network(input_shape=(5, 6, 1), layers=(ZeroPadding2D(padding=((1, 2), (1, 2))), Flatten(), Dense(units=2)))


@pytest.mark.filterwarnings("ignore:You are using a softmax")
@example(network=PADDED)
@settings(max_examples=12, deadline=None)
@given(network=networks)
def test_the_network_of_any_design_is_the_one_that_is_built(network):
    reports = trace(network)
    assume(reports.problem is None and reports.totals.parameters < 100_000 and reports.output_shape)
    (cell,) = [one.content for one in cells(network, Recipe(seed=3), "mnist") if "set_random_seed" in one.content]
    space = {"keras": keras}
    exec(cell.replace("model.summary()", ""), space)
    made, ours = space["model"], build(network, seed=3)
    assert [layer.__class__ for layer in made.layers] == [layer.__class__ for layer in ours.layers]
    for own, scripts in zip(ours.get_weights(), made.get_weights(), strict=True):
        np.testing.assert_array_equal(own, scripts)
    image = np.random.default_rng(0).integers(0, 256, (2, *network.input_shape)).astype("uint8")
    np.testing.assert_array_equal(ours(image), made(image))


def test_the_bundled_digits_are_those_of_the_app(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    space: dict = {}
    wanted = ("import keras", "def split", "mnist_data")
    for cell in cells(NETWORK, RECIPE, "bundled"):
        if cell.kind == "code" and any(word in cell.content for word in wanted):
            exec(cell.content, space)
    digits = Catalogue(tmp_path).load("bundled")
    for name in ("x_train", "y_train", "x_test", "y_test"):
        np.testing.assert_array_equal(space[name], getattr(digits, name))


def test_the_notebook_runs_and_prints_what_the_script_prints(folder):
    recipe = RECIPE.model_copy(update={"epochs": 1})
    parts = cells(NETWORK, recipe, "small", title="Mine")
    made = nbformat.reads(notebook(parts, "mine.ipynb"), as_version=4)
    nbformat.validate(made)
    NotebookClient(made, timeout=300).execute(cwd=str(folder))
    printed = "".join(output.get("text", "") for cell in made.cells for output in cell.get("outputs", ()))
    losses, accuracy = run(script(parts))
    assert f"losses {losses[0]!r}" in printed
    assert f"test accuracy {accuracy:.4f}" in printed


def test_data_that_keras_knows_is_downloaded_by_it():
    assert "keras.datasets.cifar10.load_data()" in script(cells(NETWORK, RECIPE, "cifar10"))


def test_what_a_visitor_typed_cannot_become_code():
    title = 'x"\nimport os\nos.mkdir("hacked")'
    text = script(cells(NETWORK.changed(name=title), RECIPE, "small", title=title))
    compile(text, "training.py", "exec")
    assert all(line.startswith("#") for line in text.split("import keras")[0].splitlines() if line)
    assert not os.path.exists("hacked")
