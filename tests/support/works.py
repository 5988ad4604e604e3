"""Work that only tests ask for. It is imported by workers, too."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from cnn_core.engine import worker
from cnn_core.engine.work.base import BACKGROUND, TRAINING, Key, Work
from cnn_core.engine.work.context import Context


def grow_old() -> None:
    """Here, after the next run."""
    worker._age.most = 0


def loaded(*packages: str) -> list[str]:
    """Which of these this process has imported."""
    return [package for package in packages if package in sys.modules]


@dataclass(frozen=True)
class Call(Work):
    """The value of `function(*args)`, as a question."""

    function: Callable[..., Any]
    args: tuple = ()

    def run(self, context: Context) -> Any:
        return self.function(*self.args)


@dataclass(frozen=True)
class Steps(Work):
    """Takes as long as a test wants: it notes what it does in `folder`, and goes on when there is a file `go`."""

    folder: Path
    shared: ClassVar[bool] = True
    place: ClassVar[str] = BACKGROUND

    def run(self, context: Context) -> str:
        self._note("begun")
        context.report(0.25, {"seen": np.arange(3)})
        while not (self.folder / "go").exists():
            if context.stopped():
                self._note("stopped")
                return "stopped"
            time.sleep(0.02)
        context.report(1.0)
        return "done"

    def _note(self, word: str) -> None:
        with (self.folder / word).open("a") as file:
            file.write(f"{word}\n")


@dataclass(frozen=True)
class Trains(Steps):
    """The same, in the place of a training."""

    shared: ClassVar[bool] = False
    place: ClassVar[str] = TRAINING


@dataclass(frozen=True)
class Accuracy(Work):
    """How often a model is right on the first test images of a data set."""

    model: str
    data: Key

    def needs(self) -> tuple[Key, ...]:
        return self.data, Key("model", self.model)

    def run(self, context: Context) -> float:
        dataset = context.dataset(self.data)
        read = context.model(self.model).predict_on_batch(dataset.x_test[:50]).argmax(axis=1)
        return float(np.mean(read == dataset.y_test[:50]))
