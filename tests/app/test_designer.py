"""The designer page, driven widget by widget."""

import json
from gettext import NullTranslations
from pathlib import Path
from urllib.parse import parse_qsl

import keras
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnn_core import language
from cnn_core.design.layers import Backbone, Conv2D
from cnn_core.design.network import MAX_LAYERS, Network
from cnn_core.design.presets import PRESETS
from cnn_core.exchange.random_weights import drawn
from cnn_core.training.build import build
from cnn_core.ui import pages
from cnn_core.ui.components.network.component import Window
from cnn_core.ui.kit import services, startup
from cnn_core.ui.kit.forms import read_pair
from cnn_core.ui.kit.wording import literal
from tests.support.pages import opened as opened_at
from tests.support.pages import sent_to

APP = str(Path(__file__).parents[2] / "app.py")
CLASSIC = PRESETS["keras-log"].network


@pytest.fixture
def app(monkeypatch):
    """The designer as a visitor finds it, without the workers: nothing here trains."""
    monkeypatch.setattr(startup, "workers", lambda: None)
    return opened(CLASSIC)


def opened(network: Network | None = None, token: str = "") -> AppTest:
    app = AppTest.from_file(APP, default_timeout=60)
    app.query_params["design"] = token or network.to_token()
    return sound(app.switch_page(pages.DESIGNER).run())


def sound(app: AppTest) -> AppTest:
    assert not app.exception
    return app


def network(app: AppTest) -> Network:
    """The design that the page's address carries: the one on screen."""
    token = app.query_params["design"]
    return Network.from_token(token if isinstance(token, str) else token[0])


def kinds(app: AppTest) -> list[str]:
    return [layer.type for layer in network(app).layers]


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def select(app: AppTest, row: int) -> AppTest:
    app.session_state["studio.designer.table"] = {"selection": {"rows": [row], "columns": [], "cells": []}}
    return sound(app.run())


def press(app: AppTest, key: str) -> AppTest:
    return sound(app.button(key=f"designer.{key}").click().run())


def field(widgets, label: str):
    return next(widget for widget in widgets if widget.label == label)


def button(app: AppTest, label: str):
    return field(app.button, label)


def test_the_classic_network_with_its_sums(app):
    assert metrics(app)["Parameters"] == "93,322"
    table = app.dataframe[0].value
    assert list(table["output"])[:4] == ["28×28×1", "26×26×32", "13×13×32", "11×11×64"]
    assert table["parameter_formula"][3] == "3·3·32·64 + 64 = 18,496"
    assert table["shape_formula"][3] == "⌊(13 − 3)/1⌋ + 1 = 11"
    assert table["sees"][5] == "18×18"


@pytest.mark.parametrize(
    ("row", "lines"),
    [
        (
            1,
            [
                "⌊(:violet[**28**] − :orange[**3**])/:blue[**1**]⌋ + 1 = 26",
                ":violet[■ the map that comes in] · :orange[■ the window (kernel_size)] · :blue[■ the step (strides)]",
            ],
        ),
        (2, ["⌊(:violet[**26**] − :orange[**2**])/:blue[**2**]⌋ + 1 = 13"]),
        (6, [":gray[3·3·64 = 576]"]),
    ],
    ids=["convolution", "pooling", "flatten"],
)
def test_the_numbers_of_a_sum_have_the_colours_of_their_names(app, row, lines):
    app.session_state["studio.designer.table"] = {"selection": {"rows": [row], "columns": [], "cells": []}}
    sound(app.run())
    told = next(text.value for text in app.markdown if text.value.startswith("Output **"))
    assert all(line in told for line in lines), told


def test_an_edit_shows_everywhere_and_can_be_undone(app):
    field(app.number_input, "filters").set_value(16)
    sound(app.run())
    assert (metrics(app)["Parameters"], app.dataframe[0].value["output"][1]) == ("83,946", "26×26×16")
    sound(button(app, "Undo").click().run())
    assert (metrics(app)["Parameters"], field(app.number_input, "filters").value) == ("93,322", 32)
    sound(button(app, "Redo").click().run())
    assert (metrics(app)["Parameters"], field(app.number_input, "filters").value) == ("83,946", 16)


def test_the_selected_row_is_the_one_that_is_edited(app):
    select(app, 7)
    field(app.number_input, "units").set_value(100)
    sound(app.run())
    assert network(app).layers[6].units == 100
    select(app, 0)
    field(app.number_input, "height").set_value(32)
    field(app.selectbox, "data_format").set_value("channels_first")
    sound(app.run())
    assert network(app).input_shape == (32, 28, 1)
    assert app.dataframe[0].value["output"][0] == "1×32×28"


@pytest.mark.parametrize(
    ("typed", "pair"),
    [("3x5", (3, 5)), ("4", (4, 4)), ("2, 3", (2, 3)), ("3×3", (3, 3)), ("-1", (-1, -1)), ("none", None)]
    + [(text, text) for text in ("big", "", "1.5", "1×2×3", "9" * 99)],
)
def test_a_pair_takes_any_two_numbers_and_leaves_the_rest_to_the_check(typed, pair):
    assert read_pair(typed) == pair


def test_the_stack_is_changed_around_the_selected_layer(app):
    press(app, "content_copy")
    assert kinds(app)[:3] == ["Conv2D", "Conv2D", "MaxPooling2D"]
    press(app, "arrow_downward")
    assert kinds(app)[:3] == ["Conv2D", "MaxPooling2D", "Conv2D"]
    press(app, "delete")
    assert kinds(app) == [layer.type for layer in CLASSIC.layers]
    sound(app.menu_button[1].click("Dropout").run())
    assert kinds(app)[2:5] == ["Conv2D", "Dropout", "MaxPooling2D"]


def test_a_preset_brings_its_recipe(app):
    sound(app.menu_button[0].click("dnn-500x3").run())
    assert metrics(app)["Parameters"] == "898,510"
    assert app.session_state["studio.recipe"].train_images == 10_000
    sound(button(app, "Undo").click().run())
    assert metrics(app)["Parameters"] == "93,322"


def test_an_impossible_layer_is_marked_and_mended_with_one_click(app):
    app = opened(CLASSIC.replace(0, Conv2D(kernel_size=30)))
    assert literal("⌊(28 − 30)/1⌋ + 1 = −1") in app.error[0].value
    assert list(app.dataframe[0].value["output"])[:3] == ["28×28×1", "does not fit", "–"]
    assert button(app, "Train this network").disabled
    sound(button(app, "Set padding 'same' in layer 1").click().run())
    assert not app.error
    assert not button(app, "Train this network").disabled


def test_what_a_classifier_still_needs(app):
    select(app, 8)
    press(app, "delete")
    assert "one value for each class" in app.warning[0].value
    assert metrics(app)
    sound(button(app, "Set 10 units and softmax in the last Dense layer").click().run())
    assert not app.warning


def test_an_empty_network(app):
    for _ in CLASSIC.layers:
        press(app, "delete")
    assert kinds(app) == []
    assert app.warning
    sound(app.menu_button[1].click("Flatten").run())
    assert kinds(app) == ["Flatten"]


def test_a_full_network(app):
    full = opened(Network(layers=tuple(Conv2D(padding="same", filters=1) for _ in range(MAX_LAYERS))))
    assert len(full.dataframe[0].value) == MAX_LAYERS + 1
    assert full.button(key="designer.content_copy").disabled
    full.menu_button[1].click("Flatten").run()
    assert "at most 200" in full.error[0].value


def test_a_link_that_was_cut_loses_nothing(app):
    app.query_params["design"] = CLASSIC.to_token()[:-20]
    sound(app.run())
    assert "link" in app.error[0].value
    assert network(app) == CLASSIC
    assert "link" in opened(token="%F0nonsense").error[0].value


def test_an_older_address_that_a_click_brings_undoes_nothing(app):
    """The browser sends its address with each click, also while the script writes a newer one."""
    press(app, "delete")
    shorter = network(app)
    assert shorter != CLASSIC
    app.query_params["design"] = CLASSIC.to_token()
    sound(app.run())
    assert network(app) == shorter


def test_the_address_that_somebody_goes_back_to_is_followed(app, monkeypatch):
    press(app, "delete")
    app.query_params["design"] = CLASSIC.to_token()
    monkeypatch.setattr("cnn_core.ui.kit.session.went_back", lambda: True)
    sound(app.run())
    assert network(app) == CLASSIC


def test_files_are_opened_and_can_be_undone(app):
    keras = PRESETS["lesson"].network.to_keras_json()
    app.file_uploader[0].set_value(("model.json", keras.encode(), "application/json"))
    sound(app.run())
    assert metrics(app)["Parameters"] == "71,155"
    sound(button(app, "Undo").click().run())
    assert metrics(app)["Parameters"] == "93,322"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"GIF89a", "bad.json: This is not a design"),
        (json.dumps({"input_shape": [28, 28, 1], "layers": [{"type": "LSTM"}]}).encode(), "Layer 1 is of an unknown"),
        (b'{"layers": [' + b'{"type":"Flatten"},' * 100_000 + b"{}]}", "too long"),
    ],
)
def test_a_bad_file_gets_a_sentence_and_changes_nothing(app, content, words):
    app.file_uploader[0].set_value(("bad.json", content, "application/json"))
    sound(app.run())
    assert words in app.error[0].value.replace("\\", "")
    assert network(app) == CLASSIC


def model(*layers: tuple[str, dict], name: str = "old") -> bytes:
    """A file of Keras 2."""
    items = [{"class_name": kind, "config": config} for kind, config in layers]
    return json.dumps({"class_name": "Sequential", "config": {"name": name, "layers": items}}).encode()


def open_file(app: AppTest, content: bytes, name: str = "model.json") -> AppTest:
    app.file_uploader[0].set_value((name, content, "application/json"))
    return sound(app.run())


def test_what_a_file_of_keras_had_besides_is_told_to_the_letter_until_the_design_changes(app):
    dense = {"units": 10, "name": "**a**", "kernel_regularizer": {"class_name": "L2", "config": {"l2": 0.01}}}
    content = model(("Flatten", {"batch_input_shape": [None, 28, 28, 1]}), ("Dense", dense), ("Dense", dense))
    open_file(app, content)
    assert network(app).name == "old"
    told = app.info[0].value
    assert told.startswith("Opened. Left out, because it changes no shape")
    assert r"\*\*a\*\*" in told
    assert "kernel_regularizer: L2 (l2 0.01) (layers 2, 3)" in told.replace("\\", "")
    sound(button(app, "Undo").click().run())
    assert network(app) == CLASSIC
    assert not app.info


def test_a_model_of_vectors_is_offered_as_images_and_opened_with_a_click(app):
    dense = {"units": 10, "activation": "softmax", "kernel_initializer": "ones", "batch_input_shape": [None, 784]}
    open_file(app, model(("Dense", dense)))
    assert "a vector of 784 values" in app.warning[0].value
    assert network(app) == CLASSIC
    field(app.number_input, "filters").set_value(0)  # something else in between
    sound(app.run())
    sound(button(app, "Open it as Flatten after 28×28×1").click().run())
    assert kinds(app) == ["Flatten", "Dense"]
    assert not app.warning
    assert "kernel_initializer: ones (layer 2)" in app.info[0].value.replace("\\", "")
    sound(button(app, "Undo").click().run())
    assert network(app) == CLASSIC


def test_a_name_in_a_refused_file_is_told_to_the_letter(app):
    open_file(app, model(("**Mine**", {"batch_input_shape": [None, 8, 8, 1]})), "my*model*.json")
    assert r"my\*model\*\.json\: Layer 1\: \*\*Mine\*\* is not a layer" in app.error[0].value
    assert network(app) == CLASSIC


def errors(app: AppTest) -> list[str]:
    return [error.value.replace("\\", "") for error in app.error]


def not_taken(app: AppTest) -> list[str]:
    """What fields say of values that they could not take."""
    said = [caption.value.replace("\\", "") for caption in app.caption]
    return [words for words in said if "Not taken" in words]


def test_a_field_with_a_refused_value_says_so_and_training_waits_until_it_is_mended(app):
    filters = field(app.number_input, "filters")
    filters.set_value(1e9)
    sound(app.run())
    (waiting,), (beside,) = errors(app), not_taken(app)
    assert "Not taken: filters must be a whole number from 1 to 65,536, received 1000000000. It is still 32." in beside
    assert waiting.startswith("Training waits for layer 1 (Conv2D): filters must be")
    assert button(app, "Train this network").disabled
    assert (filters.value, network(app)) == (1e9, CLASSIC)
    field(app.selectbox, "activation").set_value("tanh")  # another field of the same layer is taken all the same
    sound(app.run())
    assert network(app).layers[0].activation == "tanh"
    assert button(app, "Train this network").disabled
    field(app.number_input, "filters").set_value(8)
    sound(app.run())
    assert not errors(app) + not_taken(app)
    assert not button(app, "Train this network").disabled
    assert network(app).layers[0].filters == 8


def test_a_refused_value_is_not_carried_over_to_another_layer_that_is_the_same(app):
    twice = opened(Network(layers=(Conv2D(padding="same"), Conv2D(padding="same"))))
    field(twice.number_input, "filters").set_value(0)
    sound(twice.run())
    assert not_taken(twice)
    select(twice, 2)
    assert not not_taken(twice)
    assert field(twice.number_input, "filters").value == 32


def test_the_training_page_waits_for_a_field_of_the_designer_too(app):
    select(app, 3)
    field(app.number_input, "filters").set_value(1e9)
    sound(app.run())
    sound(app.switch_page(pages.LIVE).run())
    assert "Training waits for a field in the designer, layer 3 (Conv2D): filters must be" in errors(app)[0]
    assert app.button(key="train").disabled
    sound(app.switch_page(pages.DESIGNER).run())
    assert field(app.number_input, "filters").value == 1e9  # nothing that was typed is lost
    assert button(app, "Train this network").disabled
    sound(app.switch_page(pages.LIVE).run())
    sound(app.button(key="keep-design").click().run())
    assert not app.error
    assert not app.button(key="train").disabled
    sound(app.switch_page(pages.DESIGNER).run())
    assert field(app.number_input, "filters").value == 64


def test_numbers_beyond_reason_are_shown(app):
    dense = {"type": "Dense", "units": 1_000_000}
    text = json.dumps({"input_shape": [28, 28, 1], "layers": [{"type": "Flatten"}, dense, dense]})
    huge = opened(Network.from_json(text))
    assert metrics(huge)["Parameters"] == "1,000,786,000,000"  # 785·10⁶ + (10⁶ + 1)·10⁶


def test_training_is_one_click_away(app):
    button(app, "Train this network").click().run()
    assert app.title[0].value != "Designer"


class Marked(NullTranslations):
    """A language of its own: every text that is translated stands in brackets."""

    def gettext(self, message: str) -> str:
        return f"[{message}]"

    def ngettext(self, one: str, many: str, n: int) -> str:
        return f"[{one if n == 1 else many}]"


@pytest.mark.parametrize("design", [CLASSIC, CLASSIC.replace(0, Conv2D(kernel_size=30)), CLASSIC.remove(7)])
def test_everything_is_in_the_language_of_who_reads_it(app, monkeypatch, design):
    monkeypatch.setattr(language, "catalogue", lambda code: Marked())
    app = opened(design)
    labels = [button.label for button in app.button if button.label]
    labels += [metric.label for metric in app.metric] + [metric.help for metric in app.metric]
    labels += [message.value for message in (*app.error, *app.warning, *app.title)]
    labels += [menu.label for menu in app.menu_button] + list(app.menu_button[0].options)
    assert len(labels) > 10
    assert [label for label in labels if not label.replace("\\", "").startswith("[")] == []
    assert app.dataframe[0].value["layer"][0] == "[Input]"


def shown_by_hand(app, row: int) -> AppTest:
    """Where "Show me" leads from a row, for somebody who has chosen other things there before."""
    select(app, row)
    (link,) = (one.proto for one in app.get("page_link") if one.proto.label == "Show me")
    page = pages.CONVOLUTION if "convolution" in link.page else pages.POOLING
    other = AppTest.from_file(APP, default_timeout=60)
    for name in ("history", "draw.last"):
        if f"studio.{name}" in app.session_state:
            other.session_state[f"studio.{name}"] = app.session_state[f"studio.{name}"]
    other = sound(other.switch_page(page).run())
    step = other.selectbox(key="learn-step" if page == pages.CONVOLUTION else "pooling-step")
    step.set_value(4 if page == pages.CONVOLUTION else "4").run()
    for name, value in parse_qsl(link.query_string):
        other.query_params[name] = value
    return sound(other.run())


def test_a_layer_is_shown_by_hand_with_what_comes_into_it_and_its_own_weights(app):
    """Random ones, as the picture above has them; Keras is the oracle."""
    model = build(CLASSIC)
    for layer, arrays in zip(model.layers[1:], drawn(CLASSIC, "scaled", 42).arrays, strict=True):
        layer.set_weights(arrays)
    outputs = keras.Model(model.inputs[0], [layer.output for layer in model.layers])
    digit = services.dataset("bundled").x_test[0]
    maps = [np.asarray(one)[0] for one in outputs(digit[np.newaxis].astype(np.float32))]
    for row, place in ((1, 0), (3, 2)):
        data = sent_to(shown_by_hand(app, row), "learn-window")
        kernel, bias = (np.asarray(one) for one in model.layers[place + 1].get_weights())
        assert data["image"]["shape"] == list(maps[place].shape)
        np.testing.assert_allclose(data["image"]["values"], maps[place].ravel(), atol=1e-4)
        assert len(data["filters"]) == kernel.shape[-1]
        np.testing.assert_allclose(data["filters"][5]["values"], kernel[..., 5].ravel(), atol=1e-4)
        assert data["settings"] == {"stride": 1, "dilation": 1, "padding": "valid", "rings": 0, "relu": True}
        assert data["stack"] == (place > 0)
        assert bias.sum() == 0
    data = sent_to(shown_by_hand(app, 2), "pooling-window")
    assert data["image"]["shape"] == [26, 26, 1]
    np.testing.assert_allclose(data["image"]["values"], maps[1][..., 0].ravel(), atol=1e-4)
    assert data["filters"][data["chosen"]]["size"] == [2, 2]


def test_a_layer_of_another_input_is_shown_with_its_settings_alone():
    app = opened(CLASSIC.changed(input_shape=(50, 50, 3)).replace(0, Conv2D(strides=2, kernel_size=5)))
    data = sent_to(shown_by_hand(app, 1), "learn-window")
    assert data["settings"] == {"stride": 2, "dilation": 1, "padding": "valid", "rings": 0, "relu": False}
    assert data["filters"][data["chosen"]]["size"] == [5, 5]


def test_the_living_network_leads_to_the_window_of_its_layer(app, monkeypatch):
    monkeypatch.setattr("cnn_core.ui.learn.by_hand.window", lambda key: Window(2, 7))
    sound(app.run())
    assert [one.value for one in app.title] == ["Convolution"]
    data = sent_to(app, "learn-window")
    assert (data["image"]["shape"], data["chosen"]) == ([13, 13, 32], 7)


def test_a_layer_that_cannot_be_moved_by_hand_has_no_such_link(app):
    app = opened(CLASSIC.replace(0, Conv2D(kernel_size=(3, 5))))
    select(app, 1)
    assert not [one for one in app.get("page_link") if one.proto.label == "Show me"]


@pytest.mark.parametrize("shape", [(64, 64, 1), (31, 31, 3)])
def test_a_backbone_that_cannot_take_the_images_is_said_and_nothing_breaks(shape):
    network = Network(input_shape=shape, layers=(Backbone(),))
    app = opened_at(pages.DESIGNER, design=network.to_token())
    assert any("takes images in colour" in error.value for error in app.error)
    assert opened_at(pages.LIVE, design=network.to_token()).error, "it asks for other images first"
