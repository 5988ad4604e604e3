"""RunState, and `reduce`: the one function that says what a run's events add up to. Nothing else holds its status."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal, cast

from cnn_core.runs.events import (
    BroughtIn,
    Cancelled,
    EpochEnded,
    Event,
    Failed,
    Finished,
    Interrupted,
    Prepared,
    Progress,
    Started,
    StopRequested,
    Submitted,
    Tested,
    TrainingEnded,
)
from cnn_core.runs.series import Series

Status = Literal["queued", "training", "testing", "finished", "stopped", "failed", "interrupted", "unreadable"]
ACTIVE: tuple[Status, ...] = ("queued", "training", "testing")


@dataclass(frozen=True)
class RunState:
    """What is known of a run. Losses and accuracies of training come within epochs, validation's after each one."""

    status: Status = "queued"
    submitted: float = 0.0
    minutes: float | None = None
    seconds_before: float = 0.0
    started: float | None = None
    ended: float | None = None
    started_now: Started | None = None
    prepared: Prepared | None = None
    epoch: int = 0
    step: int = 0
    images_per_second: float = 0.0
    stop_requested: bool = False
    reason: str = ""
    failure: Failed | None = None
    loss: Series = field(default_factory=Series)
    accuracy: Series = field(default_factory=Series)
    val_loss: Series = field(default_factory=Series)
    val_accuracy: Series = field(default_factory=Series)
    epochs_done: tuple[EpochEnded, ...] = ()
    tested: Tested | None = None
    brought_in: BroughtIn | None = None
    seen: float = 0.0

    @property
    def message(self) -> str:
        """What went wrong, in words; empty when nothing did."""
        return str(self.failure or "")

    @property
    def active(self) -> bool:
        """Whether more is to come."""
        return self.status in ACTIVE

    @property
    def saved(self) -> bool:
        """Whether its model is there: it is written after the test, and a model that was brought in needs none."""
        return (self.tested or self.brought_in) is not None and self.status in ("finished", "stopped")

    @property
    def progress(self) -> float:
        """The fraction of the planned steps, or of the time limit, that is done, 0 to 1."""
        if (plan := self.started_now) is None:
            return 0.0
        return self._fraction(plan, self.seen - plan.at, self.epoch + self.step / plan.steps_per_epoch)

    @property
    def seconds_left(self) -> float | None:
        """An estimate from the pace of this run so far; None before there is a pace."""
        if self.status != "training" or self.started_now is None:
            return None
        before = self._fraction(self.started_now, 0.0, self.started_now.first_epoch)
        if self.progress <= before:
            return None
        return (self.seen - self.started_now.at) * (1 - self.progress) / (self.progress - before)

    @staticmethod
    def _fraction(plan: Started, seconds: float, epochs: float) -> float:
        """The fraction of the plan that is done `seconds` after this attempt began, with so many epochs in all."""
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
        state = replace(_after(state, event), seen=event.at)
    return state


def _after(state: RunState, event: Event) -> RunState:
    match event:
        case Submitted():
            return _submitted(state, event)
        case Started():
            return _started(state, event)
        case Prepared():
            return replace(state, prepared=event)
        case Progress():
            return _progress(state, event)
        case EpochEnded():
            return _epoch_ended(state, event)
        case StopRequested():
            return replace(state, stop_requested=True)
        case TrainingEnded():
            return replace(state, status="testing", reason=event.reason)
        case Tested():
            return replace(state, tested=event)
        case BroughtIn():
            return replace(state, brought_in=event)
        case Finished():
            return replace(state, status="stopped" if state.reason == "stopped" else "finished", ended=event.at)
        case Cancelled():
            return replace(state, status="stopped", ended=event.at)
        case Failed():
            return replace(state, status="failed", failure=event, ended=event.at)
        case Interrupted():
            # It ended when it was last heard of; that it had was only noticed when the next server started.
            return replace(state, status="interrupted", ended=state.seen)


def _submitted(state: RunState, event: Submitted) -> RunState:
    return replace(
        state,
        status="queued",
        submitted=event.at,
        minutes=event.minutes,
        seconds_before=state.seconds or 0.0,
        started=None,
        ended=None,
        prepared=None,
        failure=None,
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
        prepared=None,
        epoch=event.first_epoch,
        step=0,
        epochs_done=done,
        tested=None,
        **kept,
    )


def _progress(state: RunState, event: Progress) -> RunState:
    steps = cast(Started, state.started_now).steps_per_epoch  # a run is started before it goes on
    xs = [event.epoch + step / steps for step, _, _ in event.points]
    return replace(
        state,
        prepared=None,
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
