"""Take it with you: what a run's page offers to download."""

import pytest

from cnn_core.design.layers import Backbone, Dense, GlobalAveragePooling2D
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.runs.models import MODEL_FILE
from cnn_core.training.device import Choices
from cnn_core.ui import pages
from cnn_core.ui.kit import services
from cnn_core.ui.train import take
from tests.support.pages import elements, opened
from tests.support.runs import PRESET, life

CODE = ["Python script (.py)", "Notebook (.ipynb), also for Colab"]
BACKBONE = (Backbone(architecture="mobilenet-v2-035"), GlobalAveragePooling2D(), Dense(units=10, activation="softmax"))


def offered(app) -> list[str]:
    """Without the logs: test_logs.py."""
    buttons = [one for one in elements(app._tree) if one.type == "download_button"]
    return [button.label for button in buttons if "-log-" not in button.key]


def run_of(network: Network, *, ended: bool):
    run = services.store().create("Mine / 1", network, Recipe(epochs=1), "bundled")
    events = life() if ended else life()[:2]
    services.store().append(run.id, *events)
    return run


@pytest.mark.parametrize("ended", [True, False])
def test_a_run_is_offered_as_code_and_once_it_has_ended_as_a_model(ended):
    run = run_of(PRESET.network, ended=ended)
    services.store().save_file(run.id, MODEL_FILE, b"weights")
    app = opened(pages.RUN, run=run.id)
    assert offered(app) == [*CODE, *(["Trained model (.keras)", "Page of your own (.html)"] if ended else [])]
    assert take._model(run.id) == b"weights"


def test_a_transfer_without_code_says_so():
    app = opened(pages.RUN, run=run_of(Network(input_shape=(64, 64, 3), layers=BACKBONE), ended=True).id)
    assert offered(app) == ["Trained model (.keras)"]
    assert any("no code for this transfer" in one.value for one in app.info)


def test_the_code_has_the_precision_that_the_run_had():
    run = run_of(PRESET.network, ended=True)
    state = services.store().state(run.id)
    half = life()[1].model_copy(update={"choices": Choices(1, False, "mixed_bfloat16").words})
    assert "mixed_bfloat16" not in str(take._cells(run, state))
    services.store().append(run.id, half)
    assert "mixed_bfloat16" in str(take._cells(run, services.store().state(run.id)))
