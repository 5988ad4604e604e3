"""Runs for tests of the store and of what shows it."""

from cnn_core.design.presets import PRESETS
from cnn_core.runs.events import EpochEnded, Event, Finished, Progress, Started, Submitted, TrainingEnded
from cnn_core.runs.events import Tested as Scored  # pytest would collect a class whose name begins with Test
from cnn_core.runs.run import Run
from cnn_core.runs.store import RunStore

PRESET = PRESETS["keras-log"]
STARTED = Started(device="CPU", choices="", epochs=5, steps_per_epoch=10, train_images=9, validation_images=1)


def new(store: RunStore, name: str = "first", duel: str | None = None) -> Run:
    """A run of which nothing is known yet."""
    return store.create(name, PRESET.network, PRESET.recipe, "bundled", duel)


def waiting(store: RunStore, name: str = "first") -> Run:
    """A run in the queue."""
    run = new(store, name)
    store.submit(run.id)
    return run


def life(points: int = 1, accuracy: float = 0.9, at: float = 1000.0) -> list[Event]:
    """The events of a run from the queue to its end, with so many points on its curves."""
    steps = [
        Progress(at=at + 2, epoch=0, step=step, points=((step, 1.0, 0.5),), images_per_second=9)
        for step in range(1, points + 1)
    ]
    return [
        Submitted(at=at),
        STARTED.model_copy(update={"at": at + 1}),
        *steps,
        EpochEnded(at=at + 3, epoch=0, loss=1, accuracy=0.5, val_loss=1, val_accuracy=accuracy / 2, seconds=1),
        TrainingEnded(at=at + 4, reason="completed"),
        Scored(at=at + 5, loss=1, accuracy=accuracy, confusion=((1,),)),
        Finished(at=at + 6),
    ]


def ended(store: RunStore, name: str = "first", **of_life: float) -> Run:
    """A run that has finished."""
    run = new(store, name)
    store.append(run.id, *life(**of_life))
    return run
