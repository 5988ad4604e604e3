"""Train: a run, on the worker. The queue gives it to one, hears of it through `reports`, and writes its events."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.engine.work.base import TRAINING, Key, Work, brief
from cnn_core.engine.work.begin import start_arrays, start_keys
from cnn_core.engine.work.context import Context
from cnn_core.errors import RunError
from cnn_core.language import Text
from cnn_core.runs.past import most_kept, thinned
from cnn_core.settings import settings

if TYPE_CHECKING:
    from cnn_core.training.features import Shelf


class Progress(NamedTuple):
    """What a training has to give after some epoch.

    Attributes:
        checkpoint: to go on from.
        snapshots: by the number of epochs done, the weights that the server has not said it has.
        kept: of which epochs the weights shall be kept, by the server too.
    """

    checkpoint: bytes
    snapshots: dict[int, bytes]
    kept: list[int]


class Reached:
    """What a training has reached: one thread trains, others ask.

    Args:
        kept: of which epochs the server has the weights already.
    """

    def __init__(self, kept: Iterable[int]):
        self._progress, self._lock = Progress(b"", {}, list(kept)), threading.Lock()

    def put(self, epochs: int, checkpoint: bytes, snapshot: bytes) -> None:
        """`epochs` epochs are done."""
        with self._lock:
            before = [one for one in self._progress.kept if one < epochs]  # later ones are of an attempt that was lost
            kept = thinned([*before, epochs], most_kept(len(snapshot)))
            snapshots = {**self._progress.snapshots, epochs: snapshot}
            self._progress = Progress(checkpoint, {one: snapshots[one] for one in kept if one in snapshots}, kept)

    def take(self, had: int) -> Progress:
        """All there is; the server has the weights up to `had` epochs, and they are held for it no longer."""
        with self._lock:
            new = {epochs: content for epochs, content in self._progress.snapshots.items() if epochs > had}
            self._progress = self._progress._replace(snapshots=new)
            return self._progress


_reached: dict[tuple[str, float], Reached] = {}  # by run, and when it was submitted


@dataclass(frozen=True, eq=False)
class Train(Work):
    """`training.fit`, with its events logged under `topic`.

    A run can be `submitted` again, to be resumed from the checkpoint `resume`; then the weights after the epochs `kept`
    are known to the server. `depth` is how many layers the recipe's base has, opened. `shelf` is where what frozen
    layers make of the images is kept, and how much; None: where this machine's settings say. `minutes` is the most that
    it may train, all attempts together.
    """

    topic: str
    run_id: str
    submitted: float
    network: Network
    recipe: Recipe
    data: Key
    resume: bytes | None
    kept: tuple[int, ...]
    depth: int = 0
    shelf: tuple[str, int] | None = None
    minutes: float | None = None

    place = TRAINING

    def needs(self) -> tuple[Key, ...]:
        return (self.data, *start_keys(self.recipe.start))

    def run(self, context: Context) -> dict[str, Any]:
        """The fields of fit's Outcome, all "events" once more, and the last "progress"."""
        from cnn_core.engine.reports import Reports
        from cnn_core.training.build import Attempt, checkpoint, snapshot
        from cnn_core.training.fit import fit

        this, dataset = (self.run_id, self.submitted), context.dataset(self.data)

        def on_epoch(attempt: Attempt, epochs: int) -> None:
            reached.put(epochs, checkpoint(attempt, epochs), snapshot(attempt.model))

        reports = Reports(self.topic, *this)
        reached = _reached[this] = Reached(self.kept)
        try:
            reports.begin()
            asked = self.network, self.recipe, dataset, reports.emit, context.stopped
            base, shelf = start_arrays(context, self.recipe.start, self.depth), self._shelf()
            most = None if self.minutes is None else 60 * self.minutes
            outcome = fit(*asked, on_epoch=on_epoch, resume=self.resume, base=base, shelf=shelf, most_seconds=most)
            return {**vars(outcome), "events": reports.events, "progress": reached.take(-1)._replace(checkpoint=b"")}
        finally:
            _reached.pop(this, None)
            reports.end()

    def _shelf(self) -> "Shelf":
        from cnn_core.training.features import Shelf

        own = settings()
        folder, limit = self.shelf or (own.features, own.max_features_bytes)
        return Shelf(Path(folder), limit)

    def in_words(self, error: Exception) -> RunError:
        return why_not_trained(error)


def why_not_trained(error: Exception) -> RunError:
    """An unexpected error of a training, in words."""
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        todo = Text("Choose a smaller batch, or a smaller network")
        return RunError(Text("The training ran out of memory"), todo=todo)
    return RunError(Text("The training ended with an unexpected error: {error}", error=brief(error)))


def take_progress(run_id: str, submitted: float, had: int) -> Progress | None:
    """On a worker: what there is of the run after its last whole epoch, or before its first, when it trains here."""
    reached = _reached.get((run_id, submitted))
    return reached.take(had) if reached else None
