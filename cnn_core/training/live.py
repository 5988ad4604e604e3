"""LiveMetrics: Keras's callbacks as events, within an epoch too."""

import math
import time
from collections.abc import Callable
from operator import itemgetter
from typing import Any

import keras
import numpy as np

from cnn_core.errors import RunError
from cnn_core.language import Text
from cnn_core.runs.events import EpochEnded, Event, Progress
from cnn_core.training.build import Memory

INTERVAL = 0.2  # seconds between two events: an eye sees no more, and thirty runs stay cheap


class LiveMetrics(keras.callbacks.Callback):
    """Sends `Progress` and `EpochEnded` to `emit`, and ends the training when `should_stop()`, or at a time limit.

    After each epoch it has the model predict the images `watched`, (N, H, W, C) uint8, for the visitor to see.

    The limits (seconds), the recipe's and the server's, are for all attempts together; `memory` has what those before
    have spent. Their first batches do not count, because TensorFlow compiles in them: those of the whole training are
    free, those of a later attempt count as they did before it.

    Keras reports the mean over the epoch so far, which hides what happens now: a point of the curves is the mean over
    `steps_per_point` steps (the last of an epoch over what is left as well: a point of one batch is noise). Points are
    the same whenever the events are sent, so the same run gives the same curves. Images per second are those
    of the epoch so far, without the very first execution: TensorFlow may compile in it.

    Raises:
        RunError: from within `fit`, as soon as the loss is not a number any more.
    """

    def __init__(
        self,
        emit: Callable[[Event], None],
        should_stop: Callable[[], bool],
        images: int,
        batch_size: int,
        steps_per_point: int,
        on_epoch: Callable[[int], None],
        memory: Memory,
        time_limit: float | None = None,
        clock: Callable[[], float] = time.monotonic,
        *,
        most_seconds: float | None = None,
        watched: np.ndarray | None = None,
    ):
        super().__init__()
        self._emit, self._should_stop, self._on_epoch = emit, should_stop, on_epoch
        self._images, self._batch_size, self._steps_per_point = images, batch_size, steps_per_point
        self._memory, self._clock = memory, clock
        limits = (time_limit or math.inf, "time limit"), (most_seconds or math.inf, "server limit")
        self._limit, self._limit_name = min(limits, key=itemgetter(0))  # of two that are the same, the recipe's
        self._watched = watched
        self._zero = math.nan  # when the clock would have begun, had all attempts been one
        self._waited_for = True  # the very first point
        self.stopped = False

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch, self._began = epoch, self._clock()
        self._reported, self._since = self._began, (self._began, 0)  # when, and after how many images
        self._done = np.zeros(3)  # images, and over them the sums of loss and accuracy, at the last point
        self._points: list = []  # steps, loss and accuracy (Keras's means so far) at each point since the last event

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        self._execution = batch, self._clock()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        now = self._clock()
        step = min(batch + 1, self.params["steps"])  # the last execution may be shorter; Keras counts it as a whole one
        self._whole = step == self.params["steps"]
        left = self.params["steps"] - step
        if self._whole or (step % self._steps_per_point == 0 and left >= self._steps_per_point):
            self._points.append((step, logs["loss"], logs["accuracy"]))  # to look at them now would make a GPU wait
        if self._whole or self._waited_for or now - self._reported >= INTERVAL:
            self._report(now, step)
        spent = self._spent(now, step)
        if self._should_stop():
            self.stopped = self.model.stop_training = True
        elif spent >= self._limit:
            self._memory.ended, self.model.stop_training = self._limit_name, True

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        if self.stopped or self._should_stop():
            self.stopped = self.model.stop_training = self.model.stop_evaluating = True

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        check_finite(logs["loss"], epoch)
        if self.stopped or not self._whole:
            return
        now = self._clock()
        values = {name: logs.get(name) for name in ("loss", "accuracy", "val_loss", "val_accuracy")}
        self._memory.seconds = now - self._zero
        self._on_epoch(epoch)
        self._emit(EpochEnded(epoch=epoch, seconds=now - self._began, watched=self._predicted(), **values))

    def _predicted(self) -> tuple[int, ...]:
        """The classes of the watched images. Not by `predict`: to compile for so few would take longer than they do."""
        if self._watched is None or not len(self._watched):
            return ()
        probabilities = keras.ops.convert_to_numpy(self.model(self._watched, training=False))
        return tuple(map(int, probabilities.argmax(axis=-1)))

    def _spent(self, now: float, step: int) -> float:
        """Seconds of training in all attempts, at the end of the execution that ends with `step`."""
        before, began = self._execution
        if math.isnan(self._zero):
            self._zero = now - self._memory.seconds - self._memory.pace * (step - before)
        else:
            self._memory.pace = (now - began) / (step - before)
        return now - self._zero

    def _report(self, now: float, step: int) -> None:
        began, before = self._since
        images = min(step * self._batch_size, self._images)
        points = tuple(self._point(*point) for point in self._points)
        speed = (images - before) / max(now - began, 1e-9)
        self._emit(Progress(epoch=self._epoch, step=step, points=points, images_per_second=speed))
        self._reported, self._points = now, []
        if self._waited_for:
            self._waited_for, self._since = False, (now, images)

    def _point(self, step: int, loss: float, accuracy: float) -> tuple[int, float, float]:
        """With the means since the point before, of those since the begin of the epoch."""
        check_finite(float(loss), self._epoch)
        done = min(step * self._batch_size, self._images) * np.array([1, float(loss), float(accuracy)])
        images, *sums = done - self._done
        self._done = done
        return step, max(0.0, sums[0] / images), min(1.0, max(0.0, sums[1] / images))


def check_finite(loss: float, epoch: int) -> None:
    """Raises RunError when `loss`, seen in `epoch` (from 0), is not a number any more."""
    if not math.isfinite(loss):
        raise RunError(
            Text("The training diverged in epoch {epoch}: its loss is not a number any more", epoch=epoch + 1),
            todo=Text("Try a learning rate ten times smaller"),
        )


class Patience(keras.callbacks.EarlyStopping):
    """Early stopping that goes on from `memory`, and keeps there after each epoch what it knows.

    It watches the validation loss, and leaves the model with the weights of its best epoch.
    """

    def __init__(self, patience: int, memory: Memory):
        super().__init__("val_loss", patience=patience, restore_best_weights=True)
        self._memory = memory

    def on_train_begin(self, logs: Any = None) -> None:
        super().on_train_begin(logs)
        for name in _REMEMBERED:
            setattr(self, name, getattr(self._memory, name))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        super().on_epoch_end(epoch, logs)
        for name in _REMEMBERED:
            setattr(self._memory, name, getattr(self, name))
        if self.stopped_epoch and epoch + 1 < self.params["epochs"]:
            self._memory.ended = self._memory.ended or "early stopping"


_REMEMBERED = ("wait", "best", "best_epoch", "best_weights")
