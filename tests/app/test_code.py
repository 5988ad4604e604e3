"""The code of a training that nobody has begun yet: on the training page and in the designer's File."""

from collections.abc import Callable

import pytest
import streamlit as st

from cnn_core.design.formats.code.cells import cells, script
from cnn_core.design.layers import Backbone, Dense, Flatten, GlobalAveragePooling2D
from cnn_core.design.naming import run_title
from cnn_core.design.network import Network
from cnn_core.design.presets import PRESETS
from cnn_core.design.recipe import Recipe
from cnn_core.design.start import Start
from cnn_core.runs.models import READY_MADE
from cnn_core.ui import pages
from cnn_core.ui.kit import services
from cnn_core.ui.train import code
from tests.support.pages import elements, opened

OFFERED = ["Python script (.py)", "Notebook (.ipynb), also for Colab"]
PRESET = PRESETS["keras-log"]
RECIPE = Recipe(epochs=2, seed=9)
COLOURED = Network(input_shape=(32, 32, 3), layers=(Flatten(), Dense(units=10, activation="softmax")))
BACKBONE = (Backbone(), GlobalAveragePooling2D(), Dense(units=10, activation="softmax"))


def offered(app) -> list[str]:
    return [one.label for one in elements(app._tree) if one.type == "download_button" and one.label in OFFERED]


@pytest.fixture
def ahead(monkeypatch) -> Callable[..., dict[str, str | bytes]]:
    """What is offered for these choices, by the names of the files; or what is said instead."""

    def made(network: Network, dataset: str, recipe: Recipe = RECIPE) -> dict[str, str | bytes]:
        files: dict[str, str | bytes] = {}
        monkeypatch.setattr(st, "download_button", lambda label, make, file, **options: files.update({file: make()}))
        monkeypatch.setattr(st, "caption", lambda said: said == "about" or files.update(said=said))
        code.code_ahead(network, recipe, services.entry(dataset), "key", "about")
        return files

    return made


@pytest.mark.parametrize("page", [pages.LIVE, pages.DESIGNER])
def test_the_pages_offer_it(page):
    design, recipe = PRESET.network.to_token(), RECIPE.to_token()
    assert offered(opened(page, design=design, recipe=recipe, data="bundled")) == OFFERED


@pytest.mark.parametrize("page", [pages.LIVE, pages.DESIGNER])
def test_what_cannot_be_trained_has_none_and_the_page_says_why(page):
    app = opened(page, design=COLOURED.to_token(), recipe=RECIPE.to_token(), data="bundled")
    assert offered(app) == []
    assert any("designed for other images" in one.value for one in app.caption)


def test_it_is_the_script_that_trains_as_the_run_would(ahead):
    files = ahead(PRESET.network, "bundled")
    title = run_title(PRESET.network, RECIPE)
    assert list(files) == ["Classic-CNN-2-epochs-seed-9.py", "Classic-CNN-2-epochs-seed-9.ipynb"]
    assert files["Classic-CNN-2-epochs-seed-9.py"] == script(cells(PRESET.network, RECIPE, "bundled", title=title))


def test_data_that_keras_can_get_need_not_be_here(ahead):
    assert not services.entry("cifar10").ready
    assert "keras.datasets.cifar10.load_data()" in str(ahead(COLOURED, "cifar10"))


def test_data_of_ones_own_goes_with_it(ahead, small):
    arrays = {name: getattr(small, name) for name in ("x_train", "y_train", "x_test", "y_test")}
    services.catalogue().save("own-digits", arrays)
    path = services.catalogue().folder / "own-digits.npz"
    assert ahead(PRESET.network, "own-digits")[path.name] == path.read_bytes()
    services.catalogue().delete("own-digits")


def test_what_is_too_much_for_this_server_can_be_trained_elsewhere(ahead):
    wide = Network(layers=(Flatten(), Dense(units=100_000), Dense(units=10_000), Dense(units=10, activation="softmax")))
    assert "said" not in ahead(wide, "bundled")


def test_a_backbone_is_refused_in_words(ahead):
    network = Network(input_shape=(32, 32, 3), layers=BACKBONE)
    assert "There is no code for this transfer yet" in ahead(network, "cifar10")["said"].replace("\\", "")


def test_a_network_to_begin_with_goes_with_it_and_must_fit(ahead):
    start = Start(base="keras-log", layers=2, frozen=1)
    files = ahead(PRESET.network, "bundled", RECIPE.model_copy(update={"start": start}))
    assert files["keras-log.keras"] == (READY_MADE / "keras-log.keras").read_bytes()
    told = ahead(PRESETS["lesson"].network, "bundled", RECIPE.model_copy(update={"start": start}))
    assert list(told) == ["said"]
    assert "cannot begin with" in told["said"]


def test_transfer_from_imagenet_is_written_as_keras_applications(ahead):
    blocks = len(Backbone().opened())
    start = Start(base="imagenet-mobilenet-v2-035", layers=blocks, frozen=blocks)
    network = Network(input_shape=(32, 32, 3), layers=BACKBONE)
    files = ahead(network, "cifar10", RECIPE.model_copy(update={"start": start}))
    assert "said" not in files, files
    text = next(iter(files.values()))
    assert "keras.applications.MobileNetV2(input_shape=(32, 32, 3), alpha=0.35" in text
