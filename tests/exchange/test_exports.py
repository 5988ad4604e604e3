"""Models in other forms: each is loaded again by a new process, and its example runs."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnn_core.design.layers import Backbone, Conv2D, Dense, Flatten, GlobalAveragePooling2D
from cnn_core.design.network import Network
from cnn_core.engine.work.base import Key
from cnn_core.engine.work.context import Context, Kept, answer
from cnn_core.engine.work.export import Export, Exported
from cnn_core.errors import EngineError
from cnn_core.exchange import forms
from cnn_core.exchange.exports import proof
from cnn_core.exchange.exports.tfjs import layers_model
from cnn_core.exchange.exports.writing import write
from cnn_core.exchange.forms import FORMS, stem
from cnn_core.runs.models import ready_made
from cnn_core.training.build import from_bytes, to_bytes
from tests.support.exported import EVERY, with_weights

pytestmark = pytest.mark.filterwarnings("ignore:In the future `np.object`:FutureWarning")  # tf2onnx's first call
SMALL = Network(
    input_shape=(6, 5, 1), layers=(Conv2D(filters=2, kernel_size=2, activation="relu"), Flatten(), Dense(units=3))
)
NAMES = ("ant", "bee", "cat")
NO_ONNX = "it needs " + FORMS["onnx"].install


@pytest.fixture(scope="module")
def models() -> dict[str, bytes]:
    return {network.name: to_bytes(with_weights(network, 0)) for network in (EVERY, SMALL)}


@pytest.fixture(scope="module")
def made(models) -> dict[str, Exported]:
    """What was exported so far, by form."""
    return {}


def exported(models: dict[str, bytes], form: str, network: Network) -> Exported:
    work = Export("mine", form, network, 'My "first" / net', NAMES)
    return answer(work, Context(Kept(), {Key("model", "mine"): models[network.name]}))


def about(content: bytes) -> dict:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        (name,) = [name for name in file.namelist() if name.endswith("about.json")]
        return json.loads(file.read(name))


@pytest.mark.parametrize("form", FORMS)
def test_a_new_process_predicts_the_same(models, made, form):
    if FORMS[form].missing:
        pytest.skip(NO_ONNX)
    one = exported(models, form, SMALL if form == "onnx" else EVERY)
    assert one.difference <= (0 if form in ("keras", "json") else 1e-5)
    assert one.file == f"My-first-net-{form}.zip"
    told = about(one.content)
    assert told["classes"] == list(NAMES)
    assert told["checked"]["largest_difference"] == one.difference
    assert told["title"] == 'My "first" / net'
    made[form] = one


def test_the_example_predicts_a_picture_when_it_is_run(models, made, tmp_path):
    """That part of it is the same in all forms; ONNX takes a second, the others load TensorFlow."""
    form = "onnx" if "onnx" in made else "tflite"
    with zipfile.ZipFile(io.BytesIO(made[form].content)) as file:
        file.extractall(tmp_path)
    (folder,) = tmp_path.iterdir()
    height, width, channels = about(made[form].content)["input_shape"]
    pixels = np.random.default_rng(1).integers(0, 256, (height, width, channels), dtype=np.uint8)
    Image.fromarray(pixels.squeeze()).save(folder / "picture.png")
    model = from_bytes(models[SMALL.name if form == "onnx" else EVERY.name])
    expected = dict(zip(NAMES, model.predict_on_batch(pixels[np.newaxis])[0], strict=True))
    command = [sys.executable, "example.py", "picture.png"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    lines = [line.split() for line in run.stdout.splitlines()]
    assert [name for _percent, name in lines] == sorted(NAMES, key=expected.get, reverse=True)
    found = {name: float(percent.rstrip("%")) / 100 for percent, name in lines}
    assert found == pytest.approx(expected, abs=1e-4)


def test_the_fixed_images_are_the_same_each_time_and_not_all_noise():
    images = proof.fixed_batch((28, 20, 3))
    np.testing.assert_array_equal(images, proof.fixed_batch((28, 20, 3)))
    assert images.shape == (proof.IMAGES, 28, 20, 3)
    steps = [float(np.abs(np.diff(image.astype(int), axis=0)).mean()) for image in images[:4]]
    assert steps == sorted(steps), "from large patches to noise"
    assert proof.fixed_batch((1, 1, 1)).shape == (proof.IMAGES, 1, 1, 1)


@pytest.mark.parametrize("wrong", [2e-5, np.nan])
def test_what_predicts_otherwise_is_no_download(monkeypatch, tmp_path, wrong):
    expected = np.array([[0.25, 0.75]], np.float32)
    monkeypatch.setattr(proof, "_elsewhere", lambda *about: expected + np.float32(wrong))
    with pytest.raises(EngineError, match="does not predict the same"):
        proof.largest_difference("tflite", tmp_path, np.zeros((1, 2, 2, 1), np.uint8), expected, lambda: False)


def loaded_again(folder: Path, program: str, stopped=lambda: False) -> None:
    (folder / "example.py").write_text(program)
    images = np.zeros((1, 2, 2, 1), np.uint8)
    proof.largest_difference("tflite", folder, images, np.zeros((1, 2)), stopped)


def test_what_cannot_be_loaded_is_said_in_words(tmp_path):
    with pytest.raises(EngineError, match=r"cannot be loaded again\. Received ValueError: not a model"):
        loaded_again(tmp_path, "raise ValueError('not a model')")


@pytest.mark.parametrize(("seconds", "stopped", "words"), [(0, False, "longer than 0"), (60, True, "was stopped")])
def test_the_other_process_is_ended_with_the_wish_for_it(monkeypatch, tmp_path, seconds, stopped, words):
    begun = []
    real = proof.subprocess.Popen
    monkeypatch.setattr(proof.subprocess, "Popen", lambda *a, **k: begun.append(real(*a, **k)) or begun[-1])
    monkeypatch.setattr(proof, "SECONDS", seconds)
    with pytest.raises(EngineError, match=words):
        loaded_again(tmp_path, "import time; time.sleep(100)", lambda: stopped)
    assert begun[0].returncode is not None


def test_a_form_without_its_packages_says_how_to_install_them(monkeypatch, tmp_path):
    monkeypatch.setattr(forms, "find_spec", lambda name: None)
    assert FORMS["onnx"].missing == ("tf2onnx", "onnx", "onnxruntime")
    assert not any(form.missing for key, form in FORMS.items() if key != "onnx")
    with pytest.raises(EngineError, match="pip install"):
        write("onnx", None, SMALL, tmp_path)


@pytest.mark.parametrize(("layer", "what"), [({"activation": "gelu"}, "gelu"), ({"groups": 2}, "groups")])
def test_what_onnx_cannot_hold_is_refused_before_it_is_written(monkeypatch, tmp_path, layer, what):
    monkeypatch.setattr(forms, "find_spec", lambda name: name)
    network = Network(layers=(Conv2D(filters=2), Conv2D(filters=2, **layer)))
    with pytest.raises(EngineError, match=f"Layer 2: {what} cannot be written as ONNX"):
        write("onnx", None, network, tmp_path)


def test_what_tensorflow_js_does_not_have_is_refused():
    rising = Network(layers=(Flatten(), Dense(units=2, activation="exponential")))
    with pytest.raises(EngineError, match=r"Layer 2: TensorFlow\.js has no exponential"):
        layers_model(rising, [[], [np.zeros((784, 2)), np.zeros(2)]], scaled=True)
    whole = Network(input_shape=(64, 64, 3), layers=(Backbone(), GlobalAveragePooling2D()))
    with pytest.raises(EngineError, match=r"trained network cannot be written for TensorFlow\.js"):
        layers_model(whole, [[], []], scaled=False)


@pytest.mark.parametrize(
    ("title", "name"), [("Classic CNN, 20 epochs", "Classic-CNN-20-epochs"), ("../..", "model"), ("手寫", "手寫")]
)
def test_a_title_becomes_the_name_of_a_file(title, name):
    assert stem(title) == name


def test_a_model_of_the_library_says_how_its_images_are_treated():
    work = Export.of(ready_made("keras-log"), "keras", NAMES)
    assert work.digits
    assert work.needs() == (Key("model", "keras-log"),)
    assert work == Export.of(ready_made("keras-log"), "keras", NAMES), "two who ask get one and the same"
    assert hash(work) == hash(Export.of(ready_made("keras-log"), "keras", NAMES))
    assert "could not be written as Keras file" in str(work.in_words(ValueError("?")))


def test_the_readme_names_the_packages_that_onnx_needs():
    assert FORMS["onnx"].install in (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
