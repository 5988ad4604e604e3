"""A real engine with its cluster, and the processes that belong to it."""

import io
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from cnn_core.data.datasets import BUNDLED
from cnn_core.design.layers import Conv2D, Dense, Flatten, MaxPooling2D
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.engine.work.predict import Predict
from cnn_core.runs.models import CHECKPOINT_FILE
from cnn_core.runs.run import Run
from cnn_core.runs.state import RunState
from cnn_core.settings import Settings
from cnn_core.studio import Studio
from tests.support.processes import workers_of
from tests.support.works import Call

NETWORK = Network(
    layers=(
        Conv2D(filters=8, kernel_size=5, activation="relu"),
        MaxPooling2D(pool_size=4),
        Flatten(),
        Dense(units=10, activation="softmax"),
    )
)
SHORT = Recipe(optimizer="adam", learning_rate=0.01, batch_size=32, epochs=2, train_images=300)
LONG = SHORT.model_copy(update={"epochs": 1000})


def until(condition: Callable[[], object], seconds: float = 120) -> None:
    """Wait for it."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


class Lab(Studio):
    """A studio in the folder `home`, whose engine starts at once."""

    def __init__(self, home: Path, **limits: int):
        super().__init__(Settings(home=home, **limits))
        self.home = home
        assert self.engine

    def train(self, recipe: Recipe = SHORT, network: Network = NETWORK, dataset: str = BUNDLED) -> Run:
        run = self.store.create("a run", network, recipe, dataset)
        self.engine.queue.put(run)
        return run

    def predict(self, keys: list[str], images: np.ndarray) -> dict[str, np.ndarray]:
        return self.engine.ask(Predict(tuple(keys), images))

    def state(self, run: Run) -> RunState:
        return self.store.state(run.id)

    def kept_epochs(self, run: Run) -> int:
        """After how many epochs the checkpoint was made that this server has; 0 without one."""
        content = self.store.load_file(run.id, CHECKPOINT_FILE)
        if content is None:
            return 0
        with np.load(io.BytesIO(content)) as file:
            return int(file["epochs"])

    def until(self, run: Run, *statuses: str) -> RunState:
        until(lambda: self.state(run).status in statuses)
        return self.state(run)

    def ended(self, run: Run) -> RunState:
        until(lambda: not self.state(run).active)
        return self.state(run)

    def cluster(self) -> psutil.Process:
        """This engine's own: other tests of the same process may have clusters, too."""
        return psutil.Process(self.engine._connection.cluster_pid())

    def workers(self) -> list[psutil.Process]:
        """The process that answers questions, and the one that trains."""
        questions = self.engine.ask(Call(os.getpid))
        return sorted(workers_of(self.cluster()), key=lambda worker: worker.pid != questions)


def lab(home: Path) -> Iterator[Lab]:
    lab = Lab(home)
    yield lab
    lab.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("home")
