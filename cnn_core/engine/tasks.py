"""The functions that run on workers. Keras is imported inside them: the server's process imports this module too.

A worker keeps what it was sent (data sets, models) for the next question. A task that lacks something returns
`Missing`, which asks the engine to send it.
"""

import gc
import gzip
import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from cnn_core.data.datasets import Dataset
from cnn_core.design.augmentation import Augmentation
from cnn_core.design.network import Network
from cnn_core.design.presets import PRESETS
from cnn_core.design.recipe import Recipe
from cnn_core.engine.cluster import TRAINING
from cnn_core.engine.reports import Reports
from cnn_core.errors import DataError, EngineError, RunError, StudioError

KEPT = 6
DOWNLOADS = {
    "mnist": ("mnist.npz", 11_490_434),
    "fashion_mnist": ("fashion-mnist/*.gz", 30_878_645),
    "cifar10": ("cifar-10-batches-py*_archive", 170_498_071),
}
"""By name: where Keras's cache has the files of a data set while it downloads them, and their bytes in all."""

_kept: OrderedDict[str, Any] = OrderedDict()
_stops: set[tuple[str, float]] = set()  # a run, and when it was submitted: resumed, it is not to stop again
_checkpoints: dict[tuple[str, float], bytes] = {}
_progress: dict[str, float] = {}
_lock = threading.Lock()


class Missing(Exception):  # noqa: N818 - not an error: a request
    """The worker does not have the thing `key`."""

    @property
    def key(self) -> str:
        return self.args[0]


def dask_setup(worker) -> None:
    """Dask calls this when a worker starts: import Keras now, not when somebody waits for it.

    Not in a thread: a training beside it would share Keras's random state, and its seed would mean nothing.
    """
    trains = TRAINING in worker.state.total_resources
    if trains:
        os.nice(5)  # people who draw and click come first when there are few cores
    from cnn_core.training import build, device

    if trains:
        device.warm_up()
    else:
        build.build(PRESETS["keras-log"].network).predict_on_batch(np.zeros((1, 28, 28, 1), np.uint8))
    # To trace a network makes many objects, and so many collections: they need not look at all of TensorFlow each time.
    gc.collect()
    gc.freeze()


def train(
    topic: str,
    run_id: str,
    submitted: float,
    network: Network,
    recipe: Recipe,
    data_key: str,
    data: Dataset | None,
    resume: bytes | None,
) -> dict[str, Any] | Missing:
    """`training.fit`, with its events logged under `topic`; the fields of its Outcome, and all "events" once more.

    A run can be `submitted` again, to be resumed. Raises StudioError: whatever went wrong, in words.
    """
    from cnn_core.training.build import checkpoint
    from cnn_core.training.fit import fit

    reports = Reports(topic, run_id, submitted)

    def on_epoch(attempt, epoch: int) -> None:
        _checkpoints[run_id, submitted] = checkpoint(attempt, epoch + 1)

    def should_stop() -> bool:
        return (run_id, submitted) in _stops

    def work() -> dict[str, Any]:
        dataset = _keep(data_key, lambda: data)
        reports.begin()
        outcome = fit(network, recipe, dataset, reports.emit, should_stop, on_epoch=on_epoch, resume=resume)
        return {**vars(outcome), "events": reports.events}

    try:
        return _answer(work, _why_not_trained)
    finally:
        _checkpoints.pop((run_id, submitted), None)
        reports.end()
        _stops.discard((run_id, submitted))
        gc.collect()  # a network and its data hang together in circles: a duel would pile them up


def prepare(network: Network, recipe: Recipe, steps: int) -> None:
    """`training.warm.prepare`: somebody is about to train this, with `steps` to an epoch."""
    from cnn_core.training import warm

    warm.prepare(network, recipe, steps)


def _answer(work: Callable[[], Any], words: Callable[[Exception], StudioError]) -> Any:
    """What `work` gives, or Missing; any error that is not in words yet becomes `words(error)`.

    That is raised where the error is no longer its context: Dask sends the context along, and to read one of Keras's
    errors the server would import Keras.
    """
    try:
        return work()
    except Missing as missing:
        return missing
    except StudioError:
        raise
    except Exception as error:
        failure = words(error)
    raise failure


def _brief(error: Exception) -> str:
    """TensorFlow's messages go on for pages, with a stack trace in them."""
    return f"{type(error).__name__}: {next(iter(str(error).splitlines()), '')[:300]}"


def _why_not_trained(error: Exception) -> RunError:
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return RunError("The training ran out of memory", todo="Choose a smaller batch, or a smaller network")
    return RunError(f"The training ended with an unexpected error: {_brief(error)}")


def request_stop(run_id: str, submitted: float) -> None:
    """Make the run that was submitted then end at its next batch, if it is on this worker or comes to it."""
    _stops.add((run_id, submitted))


def take_checkpoint(run_id: str, submitted: float) -> bytes | None:
    """The run's state after its last whole epoch, when it is on this worker."""
    return _checkpoints.get((run_id, submitted))


def predict(models: dict[str, bytes | None], images: np.ndarray) -> dict[str, np.ndarray] | Missing:
    """Probabilities of all classes.

    Args:
        models: .keras files by key; None where the worker is expected to have the model.
        images: uint8, (N, H, W, C), raw pixels.

    Returns:
        by key: float32, (N, classes).
    """

    def work() -> dict[str, np.ndarray]:
        loaded = {key: _keep(key, lambda content=content: _load(content)) for key, content in models.items()}
        return {key: _probabilities(model, images) for key, model in loaded.items()}

    return _answer(work, lambda error: EngineError("The models could not be asked", received=_brief(error)))


def _probabilities(model, images: np.ndarray) -> np.ndarray:
    if images.shape[1:] != model.input_shape[1:]:
        raise EngineError(
            "This network cannot read these pictures",
            expected=" × ".join(map(str, model.input_shape[1:])),
            received=" × ".join(map(str, images.shape[1:])),
            todo="Choose a network that was made for them",
        )
    return model.predict_on_batch(images)


def preview(
    augmentation: Augmentation, image: np.ndarray, copies: int, control: str | None, steps: int, seed: int
) -> dict[str, tuple[np.ndarray, list[dict[str, float]]]]:
    """`copies` variants of a picture, and it under one control from end to end in `steps` steps.

    Args:
        image: uint8, (H, W, C).
        control: which; None for none.

    Returns:
        "variants" and "sweep": pictures, uint8, (N, H, W, C), and for each the numbers that made it
        (`training.augment.Variants`).
    """
    from cnn_core.training.augment import sweep, variants

    def work() -> dict[str, tuple[np.ndarray, list[dict[str, float]]]]:
        made = {"variants": variants(augmentation, np.repeat(image[np.newaxis], copies, axis=0), seed)}
        if control:
            made["sweep"] = sweep(augmentation, control, image, steps, seed)
        return {name: (np.rint(one.images).astype(np.uint8), one.numbers) for name, one in made.items()}

    return _answer(work, lambda error: EngineError("The preview could not be made", received=_brief(error)))


def split_lesson(key: str, dataset: Dataset, augmentation: Augmentation, copies: int, epochs: int, seed: int) -> tuple:
    """`training.split_lesson`'s two ways as dictionaries; `lesson_progress(key)` says how far it is."""
    from cnn_core.training.split_lesson import split_lesson

    def work() -> tuple:
        report = partial(_progress.__setitem__, key)
        ways = split_lesson(dataset, augmentation, copies, epochs, seed, report, lambda: (key, 0.0) in _stops)
        return tuple(map(vars, ways))

    try:
        return _answer(work, _why_not_trained)
    finally:
        _progress.pop(key, None)
        _stops.discard((key, 0.0))


def lesson_progress(key: str) -> float:
    """The share (0 to 1) of the experiment `key` that is done on this worker."""
    return _progress.get(key, 0.0)


def download(name: str) -> dict[str, np.ndarray]:
    """The arrays x_train, y_train, x_test, y_test of one of Keras's data sets; raises DataError without internet."""
    import keras

    def work() -> dict[str, np.ndarray]:
        try:
            (x_train, y_train), (x_test, y_test) = getattr(keras.datasets, name).load_data()
        except (EOFError, gzip.BadGzipFile):
            # Half a file, of a download that was killed: Keras would take it for a whole one for ever.
            for path in _cached(name):
                path.unlink(missing_ok=True)
            raise
        return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}

    def words(error: Exception) -> DataError:
        todo = f"Check the internet connection, or copy {name}.npz into the datasets folder"
        return DataError(f"{name} could not be downloaded ({_brief(error)})", todo=todo)

    return _answer(work, words)


def downloaded(name: str) -> float:
    """The share (0 to 1) of a data set that has arrived in the cache of Keras on this machine."""
    # Keras writes straight into these files; it has no callback for its progress.
    return min(1.0, sum(path.stat().st_size for path in _cached(name)) / DOWNLOADS[name][1])


def _cached(name: str) -> list[Path]:
    home = Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser()
    return list((home / "datasets").glob(DOWNLOADS[name][0]))


def _load(content: bytes | None):
    if content is None:
        return None
    from cnn_core.training.build import from_bytes

    return from_bytes(content)


def _keep(key: str, make: Callable[[], Any]) -> Any:
    """What is kept under `key`, or what `make` gives; raises Missing when that is None."""
    with _lock:
        value = _kept.pop(key, None)
        value = make() if value is None else value
        if value is None:
            raise Missing(key)
        _kept[key] = value
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
        return value
