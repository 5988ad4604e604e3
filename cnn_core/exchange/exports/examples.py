"""The example that goes with each form: about ten lines that load the model and predict a picture.

Its `predict` is also what proves the form, so it cannot be wrong.
"""

from pathlib import Path
from typing import NamedTuple

PAGE = Path(__file__).with_name("example.html")


class Loading(NamedTuple):
    """Lines of Python: what is installed and imported, how the model is loaded, and the body of `predict`."""

    packages: str
    imports: str
    load: str
    predict: str


_LITE = """\
    model.resize_tensor_input(source["index"], images.shape)
    model.allocate_tensors()
    model.set_tensor(source["index"], images.astype(np.float32))
    model.invoke()
    return model.get_tensor(answer["index"])"""
_KERAS = "    return model.predict_on_batch(images)"
LOADING = {
    "keras": Loading("keras tensorflow", "import keras", 'model = keras.models.load_model("model.keras")', _KERAS),
    "json": Loading(
        "keras tensorflow",
        "import keras",
        'model = keras.models.model_from_json(open("model.json", encoding="utf-8").read())\n'
        'model.load_weights("model.weights.h5")',
        _KERAS,
    ),
    "saved-model": Loading(
        "tensorflow",
        "import tensorflow as tf",
        'model = tf.saved_model.load("model")',
        "    return model.serve(tf.constant(images, tf.float32)).numpy()",
    ),
    "tflite": Loading(
        "tensorflow",
        "import tensorflow as tf",
        'model = tf.lite.Interpreter("model.tflite")  # on a small device: Interpreter of the package ai-edge-litert\n'
        "(source,), (answer,) = model.get_input_details(), model.get_output_details()",
        _LITE,
    ),
    "onnx": Loading(
        "onnxruntime",
        "import onnxruntime",
        'model = onnxruntime.InferenceSession("model.onnx")',
        "    return model.run(None, {model.get_inputs()[0].name: images.astype(np.float32)})[0]",
    ),
}

_PYTHON = '''\
"""Predicts a picture, in this folder: python example.py picture.png

It needs: pip install {packages} numpy pillow
"""

import json
import sys

{imports}
import numpy as np
from PIL import Image, ImageOps

about = json.load(open("about.json", encoding="utf-8"))
{load}


def predict(images):  # (images, height, width, channels), pixels from 0 to 255
{predict}


if __name__ == "__main__":
    height, width, channels = about["input_shape"]
    picture = Image.open(sys.argv[1]).convert("L" if channels == 1 else "RGB")
    picture = ImageOps.fit(picture, (width, height))  # the middle of it, scaled
    (answers,) = predict(np.asarray(picture).reshape(1, height, width, channels))
    for answer, name in sorted(zip(answers, about["classes"]), reverse=True):
        print(f"{{answer:7.2%}}  {{name}}")
'''


def example(form: str) -> tuple[str, str]:
    """The name of the file and its text."""
    if form == "tfjs":
        return PAGE.name, PAGE.read_text(encoding="utf-8")
    return "example.py", _PYTHON.format(**LOADING[form]._asdict())
