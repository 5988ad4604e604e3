"""The page of transfer learning: what it offers, what it trains, what it says of that."""

import numpy as np
import pytest

from cnn_core.design.layers import Conv2D, Dense, GlobalAveragePooling2D
from cnn_core.design.recipe import Recipe
from cnn_core.design.start import Start, with_new_head
from cnn_core.exchange.weights import read_weights
from cnn_core.runs.models import MODEL_FILE, ready_made
from cnn_core.ui import pages
from cnn_core.ui.kit import services
from cnn_core.ui.use.ways import SIZES
from tests.support.pages import opened, settled
from tests.support.waiting import until

CLASSIC = ready_made("keras-log").network


def button(app, label: str):
    return next(one for one in app.button if one.label == label)


def test_a_new_head_answers_for_the_classes_and_averages_maps():
    flat, maps = with_new_head(CLASSIC, 6, 5), with_new_head(CLASSIC, 3, 7)
    assert flat.layers[:6] == CLASSIC.layers[:6]
    assert [layer.type for layer in flat.layers[6:]] == ["Dense"]
    assert [type(layer) for layer in maps.layers[3:]] == [GlobalAveragePooling2D, Dense]
    assert maps.layers[-1].units == 7
    assert isinstance(maps.layers[2], Conv2D)


def test_the_built_in_example_is_one_click_and_says_what_it_came_to(monkeypatch):
    monkeypatch.setattr("cnn_core.ui.use.ways.SIZES", (3, 6))
    monkeypatch.setattr("cnn_core.ui.use.ways.RECIPE", Recipe(optimizer="adam", batch_size=25, epochs=1))
    app = opened(pages.TRANSFER, seeds="1")
    assert "6 trainings: with 3, 6 images of each class" in app.caption[-1].value
    app = settled(button(app, "Train all three").click().run())
    assert not app.exception
    (told,) = [markdown.value for markdown in app.markdown if "images of each class the start" in markdown.value]
    assert told.count("images of each class") == 2
    (chart,) = app.get("plotly_chart")
    for name in ("Taken over, frozen", "Taken over, free to learn on", "From scratch"):
        assert name in chart.proto.alt
    assert not [one for one in app.button if one.label == "Train"], "its base is no model of this server"


@pytest.fixture
def trained():
    """The run that a click on Train has made, once it has ended."""
    app = opened(pages.TRANSFER, **{"from": "keras-log", "layers": "6"})
    assert {metric.label: metric.value for metric in app.metric} == {
        "Parameters taken over": f"{sum(CLASSIC_COUNTS[:6]):,}",
        "New parameters": f"{576 * 10 + 10:,}",
        "Frozen": f"{sum(CLASSIC_COUNTS[:6]):,}",
        "Free to learn": f"{576 * 10 + 10:,}",
    }
    app.number_input(key="transfer-epochs").set_value(1).run()
    app.slider(key="transfer-frozen-6").set_value(4).run()
    button(app, "Train").click().run()
    assert not app.exception
    run = services.store().run(app.query_params["run"])
    until(lambda: not services.store().state(run.id).active)
    return run


CLASSIC_COUNTS = [320, 0, 18_496, 0, 36_928, 0]


def test_a_run_begins_with_the_base_and_leaves_frozen_layers_alone(trained):
    state = services.store().state(trained.id)
    assert (state.status, state.message) == ("finished", "")
    assert trained.recipe.start == Start(base="keras-log", layers=6, frozen=4)
    base = read_weights(ready_made("keras-log").load(), CLASSIC)
    after = read_weights(services.store().load_file(trained.id, MODEL_FILE), trained.network)
    assert np.array_equal(after.arrays[0][0], base.arrays[0][0])
    assert np.array_equal(after.arrays[2][0], base.arrays[2][0])
    assert not np.array_equal(after.arrays[4][0], base.arrays[4][0])
    assert state.tested.accuracy > 0.9, "one epoch of a head on what knows all digits"

    page = opened(pages.RUN, run=trained.id)
    assert any("the first 6 layers of keras-log, 4 of them frozen" in caption.value for caption in page.caption)


def test_a_start_that_knows_these_images_is_no_transfer():
    told = "What it gains here is no transfer"
    assert any(told in caption.value for caption in opened(pages.TRANSFER, **{"from": "keras-log"}).caption)
    assert not any(told in caption.value for caption in opened(pages.TRANSFER).caption)


def test_the_training_page_says_what_a_network_begins_with_and_refuses_what_cannot():
    network = with_new_head(CLASSIC, 6, 10)
    kept = {"studio.recipe": Recipe(start=Start(base="keras-log", layers=6, frozen=6))}
    app = opened(pages.LIVE, kept, design=network.to_token())
    assert any("Begins with the first 6 layers of keras-log" in caption.value for caption in app.caption)
    assert not app.button(key="train").disabled
    other = network.replace(0, Conv2D(filters=32, kernel_size=5, activation="relu"))
    app = opened(pages.LIVE, kept, design=other.to_token())
    assert app.button(key="train").disabled
    assert any("cannot begin with the first 6 layers" in error.value for error in app.error)
    app.button(key="setup-random").click().run()
    assert not app.button(key="train").disabled
    gone = {"studio.recipe": Recipe(start=Start(base="0123456789", layers=6, frozen=6))}
    app = opened(pages.LIVE, gone, design=network.to_token())
    assert any("no such run" in error.value for error in app.error)


def test_sizes_go_no_further_than_the_images_there_are():
    assert SIZES[-1] <= int(np.bincount(services.dataset("bundled").y_train).min())
