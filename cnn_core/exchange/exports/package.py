"""What is downloaded, as one zip file: a model's files, what is known of it, an example, and what the proof gave."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from cnn_core.design.network import Network
from cnn_core.exchange.exports.examples import example
from cnn_core.exchange.exports.proof import fixed_batch, largest_difference, own_answers
from cnn_core.exchange.exports.writing import write
from cnn_core.exchange.forms import stem
from cnn_core.language import Text

ABOUT, BROWSER_IMAGES = "about.json", "images.bin"
BROWSER_VALUES = 200_000  # at most so many pixel values travel along, for a browser to predict
PIXELS = Text(
    "0 to 255, as they are in the picture: nothing is to be scaled, for the network does it itself where it is needed"
)
DIGITS = Text(
    "White on black, as in MNIST: the digit is scaled to fit 20 × 20 pixels, and its centre of mass is put in the "
    "middle of 28 × 28"
)
PHOTOS = Text("The middle of the picture is cropped to the shape of the input, then scaled with antialiasing")


@dataclass(frozen=True)
class Subject:
    """What is exported.

    Attributes:
        model: a keras.Model.
        network: its design.
        title: what it is called.
        classes: their names; numbers stand for them where they are of another number than the model's answers.
        digits: whether its images are digits, treated as MNIST was made.
    """

    model: Any
    network: Network
    title: str
    classes: tuple[str, ...]
    digits: bool


def packed_with_proof(
    subject: Subject,
    form: str,
    folder: Path,
    report: Callable[[float], None] = lambda fraction: None,
    stopped: Callable[[], bool] = lambda: False,
) -> tuple[bytes, float]:
    """The content of a zip file, and the largest difference from the app's own predictions.

    Args:
        folder: empty; the files are written here first.
        report: gets the fraction that is done.

    Raises:
        EngineError: the form cannot hold this network, or predicts otherwise.
    """
    images = fixed_batch(subject.network.input_shape)
    expected = own_answers(subject.model, images)
    report(0.1)
    write(form, subject.model, subject.network, folder)
    about = _about(subject, form, expected)
    if form == "tfjs":
        about |= _for_browsers(images, expected, folder)
    name, text = example(form)
    (folder / name).write_text(text, encoding="utf-8")
    _tell(about, folder)
    report(0.5)
    difference = largest_difference(form, folder, images, expected, stopped)
    _tell(about | {"checked": {"images": len(images), "largest_difference": difference}}, folder)
    return _zipped(folder, stem(subject.title)), difference


def _about(subject: Subject, form: str, expected: np.ndarray) -> dict[str, Any]:
    answers = expected.shape[-1]
    fit = len(subject.classes) == answers
    return {
        "title": subject.title,
        "form": form,
        "input_shape": subject.network.input_shape,
        "pixels": str(PIXELS),
        "pictures": str(DIGITS if subject.digits else PHOTOS),
        "classes": subject.classes if fit else [str(number) for number in range(answers)],
        "made_with": {name: version(name) for name in ("keras", "tensorflow")},
    }


def _for_browsers(images: np.ndarray, expected: np.ndarray, folder: Path) -> dict[str, Any]:
    """The example page predicts these images, and compares."""
    count = max(1, min(len(images), BROWSER_VALUES // images[0].size))
    (folder / BROWSER_IMAGES).write_bytes(images[:count].tobytes())
    return {"browser": {"images": count, "predictions": expected[:count].tolist()}}


def _tell(about: dict[str, Any], folder: Path) -> None:
    (folder / ABOUT).write_text(json.dumps(about, indent=2, ensure_ascii=False), encoding="utf-8")


def _zipped(folder: Path, inside: str) -> bytes:
    """All files of a folder, in a folder of the zip file."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            file.write(path, Path(inside) / path.relative_to(folder))
    return content.getvalue()
