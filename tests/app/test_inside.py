"""The page that looks into a network: what it asks of a worker, what it says, what it keeps."""

import json
import struct

import numpy as np
import pytest

from cnn_core.data.changes import covered
from cnn_core.data.watched import kept_aside
from cnn_core.design.recipe import Recipe
from cnn_core.runs.models import MODEL_FILE, ready_made
from cnn_core.runs.past import file_name
from cnn_core.training.build import build, from_bytes, snapshot, to_bytes
from cnn_core.ui import pages
from cnn_core.ui.kit import services
from tests.support.pages import elements, settled
from tests.support.pages import opened as open_page
from tests.support.runs import ended, life


@pytest.fixture(scope="module")
def model():
    return from_bytes(ready_made("keras-log").load())


def opened(view: str, **query: str):
    return open_page(pages.INSIDE, None, view=view, **query)


def metrics(app) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def test_all_maps_and_filters_of_a_layer_are_pictures(model):
    app = opened("maps", layer="2")
    data = services.dataset("bundled")
    image = data.x_test[np.flatnonzero(data.y_test == 6)[0]]
    maps = image[np.newaxis].astype(np.float32)
    for layer in model.layers[:4]:
        maps = np.asarray(layer(maps))
    one, sheet, filters = app.get("image")
    assert app.number_input(key="inside-map-keras-log-2").value == maps.max(axis=(0, 1, 2)).argmax() + 1
    assert [len(images.proto.imgs) for images in (one, sheet, filters)] == [2, 64, 64]
    before = [picture.url for picture in filters.proto.imgs]
    app.number_input(key="inside-channel-keras-log-2").set_value(9).run()
    assert [picture.url for picture in app.get("image")[2].proto.imgs] != before, "over another incoming map"


def test_what_decided_is_asked_for_the_class_that_is_predicted(model):
    app = opened("decided", **{"class": "3", "number": "2"})
    data = services.dataset("bundled")
    image = data.x_test[np.flatnonzero(data.y_test == 3)[1]]
    read = model.predict_on_batch(image[np.newaxis])[0]
    box = app.selectbox(key="inside-label-keras-log-4")
    assert box.value == int(read.argmax())
    assert len(app.get("image")) == 3
    assert len(metrics(app)) == 3
    assert all(-1 <= float(value.replace("−", "-")) <= 1 for value in metrics(app).values())
    box.set_value(8).run()
    assert not app.exception
    assert metrics(app).keys() == {"Saliency and Grad-CAM", "Saliency and Occlusion", "Grad-CAM and Occlusion"}


def test_a_filter_is_asked_and_dead_ones_are_said(model):
    app = opened("excited")
    data = services.dataset("bundled")
    maps = data.x_test.astype(np.float32)
    for layer in model.layers[:6]:
        maps = np.asarray(layer(maps))
    strongest = maps.max(axis=(1, 2))
    dead = np.flatnonzero((strongest <= 0).all(axis=0))
    assert f"{len(dead)} filters are dead, they answer to no test image: {dead[0] + 1}, " in app.markdown[-2].value
    box = app.number_input(key="inside-filter-keras-log-4")
    assert box.value == strongest.mean(axis=0).argmax() + 1, "the liveliest"
    captions = [image.caption for images in app.get("image") for image in images.proto.imgs]
    best = np.argsort(-strongest[:, box.value - 1], kind="stable")[:12]
    assert captions == [f"{data.y_test[one]} · {strongest[one, box.value - 1]:.2f}" for one in best]
    box.set_value(int(dead[0]) + 1).run()
    assert "This filter is dead" in app.info[0].value


def test_filters_that_are_off_cost_accuracy(model):
    app = opened("off")
    before = metrics(app)
    assert before["Test accuracy without these"] == before["Test accuracy as it is"]
    data = services.dataset("bundled")
    right = model.predict(data.x_test, verbose=0).argmax(axis=1) == data.y_test
    assert before["Test accuracy as it is"] == f"{right.mean():.1%}"
    app.slider(key="inside-off-keras-log-4").set_value(64).run()
    assert metrics(app)["Test accuracy without these"] == "10.0%", "by guessing one of ten"
    app.selectbox(key="inside-order-keras-log-4").set_value("strongest")
    app.slider(key="inside-off-keras-log-4").set_value(32).run()
    lost = float(metrics(app)["Test accuracy without these"].strip("%"))
    app.selectbox(key="inside-order-keras-log-4").set_value("weakest").run()
    assert float(metrics(app)["Test accuracy without these"].strip("%")) > lost + 5
    app.slider(key="inside-noise-keras-log-4").set_value(300).run()
    noisy = metrics(app)
    assert float(noisy["Test accuracy with the noise"].strip("%")) < float(noisy["Test accuracy as it is"].strip("%"))
    settled(app.button(key="inside-curve-keras-log-4").click().run())
    assert next(chart.proto.alt for chart in app.get("plotly_chart")).startswith("Test accuracy by the number of")


def test_an_image_climbs_and_stays_with_its_settings():
    app = opened("ascent", filter="8", steps="50")
    settled(app.button(key=climb_key(app)).click().run())
    assert not app.exception
    value, delta = app.metric[0].value, app.metric[0].delta
    assert float(value) > 10 * (float(value) - float(delta)) > 0
    app.slider(key="inside-steps").set_value(60).run()
    assert not app.metric, "another climb"
    app.slider(key="inside-steps").set_value(50).run()
    assert app.metric[0].value == value


def climb_key(app) -> str:
    return next(button.key for button in app.button if button.label == "Climb")


def test_a_class_and_a_whole_layer():
    app = opened("ascent", what="class", of="7", steps="30")
    settled(app.button(key=climb_key(app)).click().run())
    assert float(app.metric[0].delta) > 0
    app = opened("ascent", what="all", layer="0", steps="10")
    settled(app.button(key=climb_key(app)).click().run())
    (sheet,) = app.get("image")
    assert len(sheet.proto.imgs) == 32


def test_a_run_leads_to_its_own_network_whatever_was_chosen_before():
    app = opened("decided")
    app.selectbox(key="inside-model").set_value("keras-log").run()
    run = trained(services.store())
    app.switch_page(pages.INSIDE)
    app.query_params["model"] = run.id
    app.run()
    assert not app.exception
    assert app.selectbox(key="inside-model").value == run.id
    page = open_page(pages.RUN, None, run=run.id)
    (link,) = (one.proto for one in page.get("page_link") if one.proto.label == "Look inside")
    assert link.query_string == f"model={run.id}"


def trained(store):
    """A run that has ended and left a model, as it was built."""
    run = ended(store, "mine")
    store.save_file(run.id, MODEL_FILE, to_bytes(build(run.network)))
    return run


def test_what_is_covered_is_what_a_cover_hides_for_the_most_part():
    from cnn_core.ui.use.cover import below  # its canvas can only be imported where an app has run

    canvas = np.zeros((40, 60, 4), np.uint8)
    canvas[..., 3] = 255
    canvas[0:10, 0:14] = (255, 0, 255, 255)
    found = below(canvas, 4, 6)
    assert found.tolist()[0] == [True, False, False, False, False, False], "40 % of the second pixel are not enough"
    assert found.sum() == 1
    image = np.full((4, 6, 1), 9, np.uint8)
    image[0, 0] = 200
    assert covered(image, found)[0, 0] == 9
    assert covered(image, ~found)[0, 0] == 200


def test_three_layers_are_climbed_side_by_side():
    app = opened("ascent", what="layers", steps="10")
    app = settled(app.button(key=climb_key(app)).click().run())
    sheets = app.get("image")
    assert [len(sheet.proto.imgs) for sheet in sheets] == [9, 9, 9]
    assert {"**Layer 1**", "**Layer 3**", "**Layer 5**"} <= {markdown.value for markdown in app.markdown}


@pytest.mark.parametrize("of", ["above", "photo"])
def test_a_dream_is_seen_beside_what_it_began_with_and_can_be_kept(of):
    app = opened("dream", dreamof=of, layers="0.2", steps="5", octaves="2")
    (before,) = app.get("image")
    assert len(before.proto.imgs) == 1
    app = settled(app.button(key=next(b.key for b in app.button if b.label == "Dream")).click().run())
    (pair,) = app.get("image")
    assert [image.caption for image in pair.proto.imgs] == ["Before", "After"]
    assert pair.proto.imgs[0].url != pair.proto.imgs[1].url
    assert len(app.get("download_button")) == 1
    app.multiselect[0].set_value([]).run()
    assert next(b for b in app.button if b.label == "Dream").disabled


@pytest.fixture
def past(model):
    """A run that has ended, with the weights of its two epochs."""
    store, network = services.store(), ready_made("keras-log").network
    run = store.create("with a past", network, Recipe(epochs=2), "bundled")
    store.append(run.id, *life())
    store.save_file(run.id, MODEL_FILE, to_bytes(model))
    for epochs, one in enumerate([build(network, seed=1), build(network, seed=2), model]):
        store.save_file(run.id, file_name(epochs), snapshot(one))
    return run


def told_by_timeline(app, run) -> dict:
    (found,) = [one for one in elements(app._tree) if getattr(one, "key", None) == f"inside-epochs-{run.id}"]
    (length,) = struct.unpack("<I", found.proto.bytes[:4])
    return json.loads(found.proto.bytes[4 : 4 + length])


def test_the_time_machine_turns_a_run_back(past, model):
    app = settled(opened("epochs", model=past.id))
    told = told_by_timeline(app, past)
    assert [moment["name"] for moment in told["moments"]] == [f"Epoch {number} of 2" for number in range(3)]
    kernels = [build(past.network, seed=1).get_weights()[0], model.get_weights()[0]]
    far = np.linalg.norm(kernels[1] - kernels[0]) / np.linalg.norm(kernels[0])
    assert f"changed by {far:.0%} of their length since the start" in told["moments"][2]["told"]
    data = services.dataset("bundled")
    places = kept_aside(data.y_train, past.recipe)
    right = int((model.predict_on_batch(data.x_train[places]).argmax(axis=1) == data.y_train[places]).sum())
    assert f"{right} of {len(places)} right" in told["moments"][2]["mistakes"]
    assert told["matrix"]["names"] == list(data.class_names)
    assert told["place"] == 2
    assert told_by_timeline(opened("epochs", model=past.id, epoch="1"), past)["place"] == 1


def test_a_network_without_a_past_says_how_to_get_one():
    app = opened("epochs", model="keras-log")
    assert "only the end is kept" in app.info[0].value


def test_two_networks_of_one_name_are_told_apart():
    """A box takes the first of two options that are called alike."""
    first, second = trained(services.store()), trained(services.store())
    app = opened("maps", model=first.id)
    box = app.selectbox(key="inside-model")
    assert len(set(box.options)) == len(box.options)
    for run in (second, first):
        app.selectbox(key="inside-model").set_value(run.id).run()
        assert app.selectbox(key="inside-model").value == run.id
        assert not app.exception
