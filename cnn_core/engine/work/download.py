"""Downloads from the internet, or from Keras's cache on the worker's machine: its data sets, and trained weights."""

import gzip
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnn_core.design.layers.architectures import ARCHITECTURES
from cnn_core.engine.work.base import DOWNLOADS, Work, brief
from cnn_core.engine.work.context import Context
from cnn_core.errors import DataError, EngineError, RunError
from cnn_core.exchange.backbones import SOURCES, Backbones
from cnn_core.language import Text
from cnn_core.settings import Settings

FILES = {
    "mnist": ("mnist.npz", 11_490_434),
    "fashion_mnist": ("fashion-mnist/*.gz", 30_878_645),
    "cifar10": ("cifar-10-batches-py*_archive", 170_498_071),
}
"""By name: where Keras's cache has the files of a data set while it downloads them, and their bytes in all."""
PAUSE = 0.3  # seconds between two reports


@dataclass(frozen=True)
class Download(Work):
    """All who ask for the same data set get the same download."""

    name: str

    place = DOWNLOADS
    shared = True

    def run(self, context: Context) -> dict[str, np.ndarray]:
        """The arrays x_train, y_train, x_test, y_test; raises DataError without internet."""
        import keras

        try:
            with _watched(lambda: self._look(context)):
                (x_train, y_train), (x_test, y_test) = getattr(keras.datasets, self.name).load_data()
        except (EOFError, gzip.BadGzipFile):
            # Half a file, of a download that was killed: Keras would take it for a whole one for ever.
            for path in _cached(self.name):
                path.unlink(missing_ok=True)
            raise
        return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}

    def in_words(self, error: Exception) -> DataError:
        what = Text("{name} could not be downloaded ({error})", name=self.name, error=brief(error))
        todo = Text("Check the internet connection, or copy {file} into the datasets folder", file=f"{self.name}.npz")
        return DataError(what, todo=todo)

    def _look(self, context: Context) -> None:
        if context.stopped():
            raise EngineError(Text("The download was stopped"))
        context.report(arrived(self.name))


@dataclass(frozen=True)
class DownloadBackbone(Work):
    """The file of an architecture's weights, as Keras has it on the internet."""

    name: str

    place = DOWNLOADS
    shared = True

    def run(self, context: Context) -> bytes:
        """Its content; raises RunError without internet."""
        import keras

        source = SOURCES[self.name]
        here = _cache() / "models" / source.file

        def look() -> None:
            if context.stopped():
                raise EngineError(Text("The download was stopped"))
            context.report(min(1.0, here.stat().st_size / source.bytes) if here.exists() else 0.0)

        with _watched(look):
            address = f"{source.url}{source.file}"
            path = Path(keras.utils.get_file(source.file, address, cache_subdir="models", file_hash=source.md5 or None))
        try:
            Backbones(path.parent, _cache()).arrays(self.name)
        except RunError:  # half a file, of a download that was killed: Keras would take it for a whole one for ever
            path.unlink(missing_ok=True)
            raise
        return path.read_bytes()

    def in_words(self, error: Exception) -> RunError:
        title = ARCHITECTURES[self.name].title
        what = Text("What {title} has learned could not be downloaded ({error})", title=title, error=brief(error))
        todo = Text(
            "Check the internet connection, or copy {file} into the folder that the page names",
            file=SOURCES[self.name].file,
        )
        return RunError(what, todo=todo)


def arrived(name: str) -> float:
    """The fraction (0 to 1) of a data set that is in the cache of Keras on this machine."""
    return min(1.0, sum(path.stat().st_size for path in _cached(name)) / FILES[name][1])


def _cached(name: str) -> list[Path]:
    return list((_cache() / "datasets").glob(FILES[name][0]))


def _cache() -> Path:
    return Settings().keras_home.expanduser()


@contextmanager
def _watched(look: Callable[[], None]) -> Iterator[None]:
    """Call `look` every now and then while Keras downloads; when it raises, Keras removes its half file and ends.

    Keras has no callback for its downloads, but gives one of its own to Python's.
    """
    from keras.src.utils import file_utils

    fetch = file_utils.urlretrieve

    def fetch_and_look(url: str, path: str, hook: Callable[..., None]) -> object:
        last = 0.0

        def on_block(*numbers: int) -> None:
            nonlocal last
            if time.monotonic() - last > PAUSE:
                look()
                last = time.monotonic()
            hook(*numbers)

        return fetch(url, path, on_block)

    file_utils.urlretrieve = fetch_and_look
    try:
        yield
    finally:
        file_utils.urlretrieve = fetch
