"""The curves of a run as files that other programs read: a table, or the event files of TensorBoard."""

import io
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cnn_core.exchange.forms import stem
from cnn_core.exchange.tables import epochs_table
from cnn_core.language import N_
from cnn_core.runs.run import Run
from cnn_core.runs.state import RunState


class Point(NamedTuple):
    """A value of a curve: in which folder it stands, under which name, at which step and time (seconds since 1970)."""

    folder: str
    name: str
    step: int
    value: float
    at: float


def points(state: RunState) -> Iterator[Point]:
    """All curves of a run, named and counted as by Keras's own TensorBoard callback.

    Epochs are counted from 0. Within them a step is a batch, counted through all epochs; these curves have at most
    `runs.series.MAX_POINTS` points, and each point is the mean since the one before.
    """
    for epoch in state.epochs_done:
        values = ("train", epoch.loss, epoch.accuracy), ("validation", epoch.val_loss, epoch.val_accuracy)
        for folder, loss, accuracy in values:
            for name, value in (("epoch_loss", loss), ("epoch_accuracy", accuracy)):
                if value is not None:
                    yield Point(folder, name, epoch.epoch, value, epoch.at)
    yield from _batches(state)
    if state.tested:
        for name, value in (("evaluation_loss", state.tested.loss), ("evaluation_accuracy", state.tested.accuracy)):
            yield Point("test", f"{name}_vs_iterations", _steps(state, len(state.epochs_done)), value, state.tested.at)


def _batches(state: RunState) -> Iterator[Point]:
    """Of the points within epochs only the ends of epochs have a time: between them it is taken to pass evenly."""
    done = state.epochs_done
    began = done[0].at - done[0].seconds if done else state.started or 0.0
    marks = [(0.0, began), *((epoch.epoch + 1.0, epoch.at) for epoch in done)]
    xs, ats = zip(*marks, strict=True)
    for name, series in (("batch_loss", state.loss), ("batch_accuracy", state.accuracy)):
        for x, y, at in zip(series.x, series.y, np.interp(series.x, xs, ats), strict=True):
            yield Point("train", name, _steps(state, x), y, float(at))


def _steps(state: RunState, epochs: float) -> int:
    return round(epochs * (state.started_now.steps_per_epoch if state.started_now else 1))


def csv(run: Run, state: RunState) -> bytes:
    """A row for each epoch."""
    return epochs_table(state).encode()


def tensorboard(run: Run, state: RunState) -> bytes:
    """A zip file with a folder of event files for training, for validation and for the test, below one for the run."""
    content = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        _write(Path(folder), state)
        for path in sorted(Path(folder).rglob("events.*")):
            file.write(path, f"{stem(run.name)}-{run.id}/{path.relative_to(folder).as_posix()}")
    return content.getvalue()


def _write(folder: Path, state: RunState) -> None:
    from tensorboardX import SummaryWriter  # a third of a second to import, which only this needs

    writers: dict[str, SummaryWriter] = {}
    for point in points(state):
        if point.folder not in writers:
            writers[point.folder] = SummaryWriter(str(folder / point.folder))
        writers[point.folder].add_scalar(point.name, point.value, point.step, point.at)
    for writer in writers.values():
        writer.close()


@dataclass(frozen=True)
class Log:
    """One form of a run's curves.

    Attributes:
        title: marked for translation: `_(log.title)` where it is shown.
        ending: of its file's name.
        make: gives the file's content.
    """

    key: str
    title: str
    ending: str
    make: Callable[[Run, RunState], bytes]

    def file(self, stem: str) -> str:
        """The name of the file, of a run that is called so."""
        return f"{stem}{self.ending}"


LOGS: dict[str, Log] = {
    log.key: log
    for log in (
        Log("csv", N_("Curves as a table (.csv)"), ".csv", csv),
        Log("tensorboard", N_("Files for TensorBoard (.zip)"), "-tensorboard.zip", tensorboard),
    )
}
"""All of them by their key, in the order in which they are offered."""
