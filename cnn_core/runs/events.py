"""What happens to a run, as facts; `state.reduce` says what they add up to.

Epochs are counted from 0 in events; on a curve, x is the number of epochs done
(0.5 is the middle of the first one). Times are seconds since 1970.
"""

import time
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from cnn_core.errors import RunError, StudioError
from cnn_core.language import Text


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True)
    at: float = Field(default_factory=time.time)


class Submitted(_Event):
    """The run stands in the queue (again, when it was resumed).

    `minutes` is the most that it may train, all attempts together, by the rules of the server where it was asked for.
    """

    kind: Literal["submitted"] = "submitted"
    minutes: float | None = None


class Started(_Event):
    """A worker has taken the run; `first_epoch` is not 0 when it goes on from a checkpoint."""

    kind: Literal["started"] = "started"
    device: Text
    host: str = Field("", description="the name of the machine; empty in runs of the first versions")
    choices: Text = Field(description="what was chosen for this device, in words")
    epochs: int
    first_epoch: int = 0
    steps_per_epoch: int
    train_images: int
    validation_images: int
    time_limit: float | None = Field(None, description="the recipe's or the server's, whichever comes first")
    seconds_before: float = Field(0.0, description="of the time limit, spent before the checkpoint")
    taken: float | None = Field(None, description="when the worker took it; frozen layers have looked since then")


class Prepared(_Event):
    """The frozen layers have looked at so many of the training images, once for all epochs."""

    kind: Literal["prepared"] = "prepared"
    done: int
    images: int


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
    """Means over the whole epoch; the validation values are None without a validation set.

    `watched` has the class that the network predicts now for each of the images of `data.watched`.
    """

    kind: Literal["epoch_ended"] = "epoch_ended"
    epoch: int
    loss: float
    accuracy: float
    val_loss: float | None = None
    val_accuracy: float | None = None
    seconds: float
    watched: tuple[int, ...] = ()


class StopRequested(_Event):
    """Somebody pressed Stop."""

    kind: Literal["stop_requested"] = "stop_requested"


class TrainingEnded(_Event):
    """No more training; the test set comes next."""

    kind: Literal["training_ended"] = "training_ended"
    reason: Literal["completed", "early stopping", "time limit", "server limit", "stopped"]


class Tested(_Event):
    """The one look at the test set; `confusion[true][predicted]` counts images."""

    kind: Literal["tested"] = "tested"
    loss: float
    accuracy: float
    confusion: tuple[tuple[int, ...], ...]


class BroughtIn(_Event):
    """The model came as a file: whatever trained it did so elsewhere.

    `notes` are what is to be told of it: what was left out of the file, and what was taken for granted.
    """

    kind: Literal["brought_in"] = "brought_in"
    file: str
    notes: tuple[Text, ...] = ()


class Finished(_Event):
    """The model is saved and can be used."""

    kind: Literal["finished"] = "finished"


class Cancelled(_Event):
    """Stopped before it had begun."""

    kind: Literal["cancelled"] = "cancelled"


class Failed(_Event):
    """It ended with an error, in words for the person who asked for the run."""

    kind: Literal["failed"] = "failed"
    what: Text
    expected: Text = Text()
    received: Text = Text()
    todo: Text = Text()

    @model_validator(mode="before")
    @classmethod
    def _of_one_string(cls, data: Any) -> Any:
        """Runs of the first versions hold the whole message, in English."""
        return {**data, "what": data["message"]} if isinstance(data, dict) and "message" in data else data

    @classmethod
    def by(cls, error: StudioError) -> "Failed":
        """The end of a run that `error` ended."""
        return cls(what=error.what, expected=error.expected, received=error.received, todo=error.todo)

    def __str__(self) -> str:
        return str(RunError(self.what, expected=self.expected, received=self.received, todo=self.todo))


class Interrupted(_Event):
    """The server ended while the run was under way."""

    kind: Literal["interrupted"] = "interrupted"


Event = Annotated[
    Submitted
    | Started
    | Prepared
    | Progress
    | EpochEnded
    | StopRequested
    | TrainingEnded
    | Tested
    | BroughtIn
    | Finished
    | Cancelled
    | Failed
    | Interrupted,
    Field(discriminator="kind"),
]
EVENT: TypeAdapter[Event] = TypeAdapter(Event)
