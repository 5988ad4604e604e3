"""`shapes`, against Keras's own count of the same designs."""

import io
import json
import sys

import keras
import pytest

from cnn_core.design.layers import Conv2D, Dense, Flatten
from cnn_core.design.network import Network
from cnn_core.design.presets import PRESETS

SMALL = Network(layers=(Conv2D(filters=3, kernel_size=5), Flatten(), Dense(units=10, activation="softmax")))
TOO_DEEP = SMALL.with_layers((Conv2D(filters=3, kernel_size=20), Conv2D(filters=3, kernel_size=20)))


@pytest.mark.parametrize("name", PRESETS)
def test_a_design_of_keras_comes_to_what_keras_says(typed, tmp_path, name):
    text = PRESETS[name].network.to_keras_json()
    model = keras.models.model_from_json(text)
    (tmp_path / "model.json").write_text(text)
    found = typed("shapes", str(tmp_path / "model.json"), "--json")
    assert found.code == 0
    assert found.json["parameters"] == model.count_params()
    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.Rescaling)]
    assert [layer["output_shape"] for layer in found.json["layers"]] == [
        list(layer.output.shape[1:]) for layer in layers
    ]
    assert found.json == typed("shapes", name, "--json").json | {"name": found.json["name"]}


def test_a_design_is_read_from_standard_input_and_shown_as_a_table(typed, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(SMALL.to_json().encode())))
    said = typed("shapes", "-")
    assert said.code == 0
    rows = [line.split() for line in said.out.splitlines()]
    assert rows[1] == ["1", "Conv2D", "3,", "5×5", "24×24×3", "78", "43,200", "5×5"]
    assert len(rows) == 1 + len(SMALL.layers) + 1


def test_a_layer_that_does_not_fit_is_named_behind_those_that_do(typed, tmp_path):
    (tmp_path / "design.json").write_text(TOO_DEEP.to_json())
    said = typed("shapes", str(tmp_path / "design.json"))
    assert said.code == 1
    assert "9×9×3" in said.out
    assert said.err.startswith("Layer 2 (Conv2D)")
    as_json = typed("shapes", str(tmp_path / "design.json"), "--json")
    assert as_json.code == 1
    assert as_json.json["problem"].startswith("Layer 2 (Conv2D)")
    assert json.loads(as_json.err)["error"]["what"].startswith("Layer 2 (Conv2D)")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"layers": 3}', '"a"', "\x00" * 9])
def test_what_is_no_design_is_refused_in_words(typed, tmp_path, text):
    (tmp_path / "design.json").write_text(text)
    said = typed("shapes", str(tmp_path / "design.json"))
    assert (said.code, said.out) == (1, "")
    assert "Traceback" not in said.err


def test_what_was_left_out_of_a_file_is_said(typed, tmp_path):
    plain = json.loads(SMALL.to_keras_json())
    first = next(layer for layer in plain["config"]["layers"] if layer["class_name"] == "Conv2D")
    first["config"]["kernel_regularizer"] = {"class_name": "L2", "config": {"l2": 0.1}}
    (tmp_path / "model.json").write_text(json.dumps(plain))
    said = typed("shapes", str(tmp_path / "model.json"))
    assert said.code == 0
    assert "kernel_regularizer" in said.err
