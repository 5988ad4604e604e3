"""The proof of a written model: another process loads it and predicts a fixed batch, as the app's own model does."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from cnn_core.errors import EngineError
from cnn_core.exchange.forms import FORMS
from cnn_core.language import Text

IMAGES = 16
CELLS = (2, 4, 8, 1024)
"""Along each side of an image: from large patches to noise. Networks are surer of some of them than of others."""
SECONDS = 180  # the most that loading and predicting may take
LOOK = 0.1  # seconds between two looks at the process
_HERE = Path(__file__).parent
PLAIN = {"CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}
"""The other process leaves a GPU to those who train."""


def fixed_batch(shape: tuple[int, int, int]) -> np.ndarray:
    """The same images each time: (IMAGES, H, W, C) uint8."""
    random = np.random.default_rng(0)
    height, width, channels = shape
    images = []
    for number in range(IMAGES):
        rows, columns = (min(side, CELLS[number % len(CELLS)]) for side in (height, width))
        cells = random.integers(0, 256, (rows, columns, channels), dtype=np.uint8)
        images.append(cells[np.arange(height) * rows // height][:, np.arange(width) * columns // width])
    return np.stack(images)


def own_answers(model: Any, images: np.ndarray) -> np.ndarray:
    """What the app's own model predicts, on a processor: a GPU rounds otherwise, and the other process has none."""
    import keras

    with keras.device("cpu:0"):
        return np.asarray(model.predict_on_batch(images))


def largest_difference(form: str, folder: Path, images: np.ndarray, expected: np.ndarray, stopped: Callable) -> float:
    """Between `expected` and what a new process predicts by the files in `folder`.

    Args:
        stopped: asked again and again; when true, the process is ended.

    Raises:
        EngineError: they cannot be loaded, or predict otherwise.
    """
    file = str(_HERE / "read_tfjs.py") if form == "tfjs" else "example.py"
    answers = _elsewhere(file, folder, images, stopped)
    difference = float(np.abs(answers - expected).max()) if answers.shape == expected.shape else np.inf
    allowed = FORMS[form].tolerance * max(1.0, float(np.abs(expected).max()))
    if not difference <= allowed:  # NaN is no proof either
        raise EngineError(
            Text("As {form} this network does not predict the same", form=Text(FORMS[form].title)),
            expected=Text("a difference of at most {allowed:.0e}", allowed=allowed),
            received=Text("{difference:.1e}", difference=difference),
            todo=Text("Take another form"),
        )
    return difference


def _elsewhere(file: str, folder: Path, images: np.ndarray, stopped: Callable[[], bool]) -> np.ndarray:
    """What the `predict` of a Python file gives in a process of its own, which is in `folder`."""
    with TemporaryDirectory() as other:
        batch, answers, errors = (Path(other) / name for name in ("batch.npy", "answers.npy", "errors.txt"))
        np.save(batch, images)
        # -P: modules of the studio beside the program shall not be taken for others of their name.
        command = [sys.executable, "-P", str(_HERE / "predict_batch.py"), file, str(batch), str(answers)]
        with errors.open("wb") as log:
            process = subprocess.Popen(
                command, cwd=folder, env={**os.environ, **PLAIN}, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
            _wait(process, stopped)
        if process.returncode:
            told = errors.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise EngineError(Text("What was written cannot be loaded again"), received=(told or ["?"])[-1][:300])
        return np.load(answers)


def _wait(process: subprocess.Popen, stopped: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    try:
        while process.poll() is None:
            if stopped():
                raise EngineError(Text("This was stopped"))
            if time.monotonic() > end:
                what = Text("To load what was written takes longer than {seconds} seconds", seconds=SECONDS)
                raise EngineError(what, todo=Text("Try again when the server is less busy"))
            time.sleep(LOOK)
    finally:
        process.kill()
        process.wait()
