"""The forms in which a trained model leaves the studio: what each is for, and how near it must come to the original."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec

from cnn_core.language import N_

SAME, CLOSE = 1e-6, 1e-5
"""Keras's own forms give the very same numbers here; but a sum in another order may differ in its last digit."""
ONNX = {"tf2onnx": ">=1.17,<2", "onnx": ">=1.23,<2", "onnxruntime": ">=1.32,<2"}


@dataclass(frozen=True)
class Form:
    """One form.

    Attributes:
        key: its name on the command line.
        title: marked for translation, and so is `purpose`: `_(form.title)` where it is shown.
        purpose: what it is good for.
        tolerance: the most that a probability may differ from that of the app's own model.
        packages: those that it needs besides requirements.txt, and by which versions it was tried.
    """

    key: str
    title: str
    purpose: str
    tolerance: float = CLOSE
    packages: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def missing(self) -> tuple[str, ...]:
        """Those of its packages that are not installed here. None of them is imported."""
        return tuple(package for package in self.packages if find_spec(package) is None)

    @property
    def install(self) -> str:
        """The command that installs them."""
        wanted = " ".join(f'"{package}{versions}"' for package, versions in self.packages.items())
        return f"pip install {wanted}"

    def file(self, title: str) -> str:
        """The name of the file to download, of a model that is called `title`."""
        return f"{stem(title)}-{self.key}.zip"


FORMS: dict[str, Form] = {
    form.key: form
    for form in (
        Form("keras", N_("Keras file"), N_("one file with everything, to go on in Keras"), SAME),
        Form("json", N_("Architecture and weights"), N_("the layers to read as JSON, and the weights apart"), SAME),
        Form("saved-model", N_("SavedModel"), N_("for TensorFlow without Keras, and for servers")),
        Form("tflite", N_("TensorFlow Lite"), N_("for phones and small devices")),
        Form("tfjs", N_("TensorFlow.js"), N_("for a web page: it runs in the browser")),
        Form("onnx", N_("ONNX"), N_("for other programs and languages"), packages=ONNX),
    )
}
"""All of them by their key, in the order in which they are offered."""


def stem(title: str) -> str:
    """A file's name, without its ending, made of a title that anybody may have typed."""
    return re.sub(r"[^\w-]+", "-", title).strip("-") or "model"
