"""What happens to a run, as facts; and `reduce`, the one function that says what they add up to.

Nothing else holds a run's status. Epochs are counted from 0 in events; on a curve, x is the number of epochs done
(0.5 is the middle of the first one). Times are seconds since 1970.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from cnn_core.runs.series import Series

Status = Literal["queued", "training", "testing", "finished", "stopped", "failed", "interrupted", "unreadable"]
ACTIVE: tuple[Status, ...] = ("queued", "training", "testing")


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True)
    at: float = Field(default_factory=time.time)


class Submitted(_Event):
    """The run stands in the queue (again, when it was resumed)."""

    kind: Literal["submitted"] = "submitted"


class Started(_Event):
    """A worker has taken the run; `first_epoch` is not 0 when it goes on from a checkpoint."""

    kind: Literal["started"] = "started"
    device: str
    choices: str = Field(description="what was chosen for this device, in words")
    epochs: int
    first_epoch: int = 0
    steps_per_epoch: int
    train_images: int
    validation_images: int
    time_limit: float | None = None
    seconds_before: float = Field(0.0, description="of the time limit, spent before the checkpoint")


class Progress(_Event):
    """Within an epoch: how far it is, and the points of the curves since the last event.

    A point is (batches of this epoch that are done, loss, accuracy), means over the batches since the point before. It
    does not depend on when the event was sent.
    """

    kind: Literal["progress"] = "progress"
    epoch: int
    step: int = Field(description="batches of this epoch that are done")
    points: tuple[tuple[int, float, float], ...]
    images_per_second: float

    @model_validator(mode="before")
    @classmethod
    def _of_one_point(cls, data: Any) -> Any:
        """Runs of the first versions hold one point an event."""
        if isinstance(data, dict) and "loss" in data:
            return {**data, "points": [(data["step"], data["loss"], data["accuracy"])]}
        return data


class EpochEnded(_Event):
    """Means over the whole epoch; the validation values are None without a validation set."""

    kind: Literal["epoch_ended"] = "epoch_ended"
    epoch: int
    loss: float
    accuracy: float
    val_loss: float | None = None
    val_accuracy: float | None = None
    seconds: float


class StopRequested(_Event):
    """Somebody pressed Stop."""

    kind: Literal["stop_requested"] = "stop_requested"


class TrainingEnded(_Event):
    """No more training; the test set comes next."""

    kind: Literal["training_ended"] = "training_ended"
    reason: Literal["completed", "early stopping", "time limit", "stopped"]


class Tested(_Event):
    """The one look at the test set; `confusion[true][predicted]` counts images."""

    kind: Literal["tested"] = "tested"
    loss: float
    accuracy: float
    confusion: tuple[tuple[int, ...], ...]


class Finished(_Event):
    """The model is saved and can be used."""

    kind: Literal["finished"] = "finished"


class Cancelled(_Event):
    """Stopped before it had begun."""

    kind: Literal["cancelled"] = "cancelled"


class Failed(_Event):
    """It ended with an error; `message` is for the person who asked for the run."""

    kind: Literal["failed"] = "failed"
    message: str


class Interrupted(_Event):
    """The server ended while the run was under way."""

    kind: Literal["interrupted"] = "interrupted"


Event = Annotated[
    Submitted
    | Started
    | Progress
    | EpochEnded
    | StopRequested
    | TrainingEnded
    | Tested
    | Finished
    | Cancelled
    | Failed
    | Interrupted,
    Field(discriminator="kind"),
]
EVENT: TypeAdapter[Event] = TypeAdapter(Event)


@dataclass(frozen=True)
class RunState:
    """What is known of a run. Losses and accuracies of training come within epochs, validation's after each one."""

    status: Status = "queued"
    submitted: float = 0.0
    seconds_before: float = 0.0
    started: float | None = None
    ended: float | None = None
    started_now: Started | None = None
    epoch: int = 0
    step: int = 0
    images_per_second: float = 0.0
    stop_requested: bool = False
    reason: str = ""
    message: str = ""
    loss: Series = field(default_factory=Series)
    accuracy: Series = field(default_factory=Series)
    val_loss: Series = field(default_factory=Series)
    val_accuracy: Series = field(default_factory=Series)
    epochs_done: tuple[EpochEnded, ...] = ()
    tested: Tested | None = None
    seen: float = 0.0

    @property
    def active(self) -> bool:
        """Whether more is to come."""
        return self.status in ACTIVE

    @property
    def saved(self) -> bool:
        """Whether it was tested, and its model and predictions are there: they are written after the test."""
        return self.tested is not None and self.status in ("finished", "stopped")

    @property
    def progress(self) -> float:
        """The share of the planned steps, or of the time limit, that is done, 0 to 1."""
        if (plan := self.started_now) is None:
            return 0.0
        return self._share(plan, self.seen - plan.at, self.epoch + self.step / plan.steps_per_epoch)

    @property
    def seconds_left(self) -> float | None:
        """An estimate from the pace of this run so far; None before there is a pace."""
        if self.status != "training" or self.started_now is None:
            return None
        before = self._share(self.started_now, 0.0, self.started_now.first_epoch)
        if self.progress <= before:
            return None
        return (self.seen - self.started_now.at) * (1 - self.progress) / (self.progress - before)

    @staticmethod
    def _share(plan: Started, seconds: float, epochs: float) -> float:
        """The share of the plan that is done `seconds` after this attempt began, with so many epochs in all."""
        of_time = (plan.seconds_before + seconds) / plan.time_limit if plan.time_limit else 0.0
        return min(1.0, max(of_time, epochs / plan.epochs))

    @property
    def seconds(self) -> float | None:
        """From the start to the end, or to the last event; of a run that was resumed, all its attempts together."""
        if self.started is None:
            return self.seconds_before or None
        return self.seconds_before + (self.ended or self.seen) - self.started


def reduce(events: Iterable[Event], state: RunState | None = None) -> RunState:
    """The state after `events`; give the state of the earlier ones to go on from there.

    What came before could not be read: then nobody knows what more events make of it.
    """
    state = state or RunState()
    for event in () if state.status == "unreadable" else events:
        state = replace(_APPLY[event.kind](state, event), seen=event.at)
    return state


def _submitted(state: RunState, event: Submitted) -> RunState:
    return replace(
        state,
        status="queued",
        submitted=event.at,
        seconds_before=state.seconds or 0.0,
        started=None,
        ended=None,
        message="",
        stop_requested=False,
    )


def _started(state: RunState, event: Started) -> RunState:
    """A resumed run forgets what came after its checkpoint: that part is trained again."""
    kept = {
        name: getattr(state, name).until(event.first_epoch) for name in ("loss", "accuracy", "val_loss", "val_accuracy")
    }
    done = tuple(epoch for epoch in state.epochs_done if epoch.epoch < event.first_epoch)
    return replace(
        state,
        status="training",
        started=event.at,
        started_now=event,
        epoch=event.first_epoch,
        step=0,
        epochs_done=done,
        tested=None,
        **kept,
    )


def _progress(state: RunState, event: Progress) -> RunState:
    steps = cast(Started, state.started_now).steps_per_epoch  # it has begun: a run is started before it goes on
    xs = [event.epoch + step / steps for step, _, _ in event.points]
    return replace(
        state,
        epoch=event.epoch,
        step=event.step,
        images_per_second=event.images_per_second,
        loss=state.loss.extend(xs, [loss for _, loss, _ in event.points]),
        accuracy=state.accuracy.extend(xs, [accuracy for _, _, accuracy in event.points]),
    )


def _epoch_ended(state: RunState, event: EpochEnded) -> RunState:
    x = event.epoch + 1
    loss, accuracy = event.val_loss, event.val_accuracy
    return replace(
        state,
        epoch=x,
        step=0,
        val_loss=state.val_loss if loss is None else state.val_loss.extend([x], [loss]),
        val_accuracy=state.val_accuracy if accuracy is None else state.val_accuracy.extend([x], [accuracy]),
        epochs_done=(*state.epochs_done, event),
    )


_APPLY: dict[str, Callable[[RunState, Any], RunState]] = {
    "submitted": _submitted,
    "started": _started,
    "progress": _progress,
    "epoch_ended": _epoch_ended,
    "stop_requested": lambda state, event: replace(state, stop_requested=True),
    "training_ended": lambda state, event: replace(state, status="testing", reason=event.reason),
    "tested": lambda state, event: replace(state, tested=event),
    "finished": lambda state, event: replace(
        state, status="stopped" if state.reason == "stopped" else "finished", ended=event.at
    ),
    "cancelled": lambda state, event: replace(state, status="stopped", ended=event.at),
    "failed": lambda state, event: replace(state, status="failed", message=event.message, ended=event.at),
    # It ended when it was last heard of; that it had was only noticed when the next server started.
    "interrupted": lambda state, event: replace(state, status="interrupted", ended=state.seen),
}
