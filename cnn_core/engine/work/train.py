"""Train: a run, on the worker. The queue gives it to one, hears of it through `reports`, and writes its events."""

from dataclasses import dataclass
from typing import Any

from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.engine.work.base import TRAINING, Key, Work, brief
from cnn_core.engine.work.context import Context
from cnn_core.errors import RunError
from cnn_core.language import Text

_checkpoints: dict[tuple[str, float], bytes] = {}  # by run, and when it was submitted


@dataclass(frozen=True, eq=False)
class Train(Work):
    """`training.fit`, with its events logged under `topic`.

    A run can be `submitted` again, to be resumed from the checkpoint `resume`.
    """

    topic: str
    run_id: str
    submitted: float
    network: Network
    recipe: Recipe
    data: Key
    resume: bytes | None

    place = TRAINING

    def needs(self) -> tuple[Key, ...]:
        return (self.data,)

    def run(self, context: Context) -> dict[str, Any]:
        """The fields of fit's Outcome, and all "events" once more."""
        from cnn_core.engine.reports import Reports
        from cnn_core.training.build import Attempt, checkpoint
        from cnn_core.training.fit import fit

        this, dataset = (self.run_id, self.submitted), context.dataset(self.data)

        def on_epoch(attempt: Attempt, epochs: int) -> None:
            _checkpoints[this] = checkpoint(attempt, epochs)

        reports = Reports(self.topic, *this)
        try:
            reports.begin()
            asked = self.network, self.recipe, dataset, reports.emit, context.stopped
            outcome = fit(*asked, on_epoch=on_epoch, resume=self.resume)
            return {**vars(outcome), "events": reports.events}
        finally:
            _checkpoints.pop(this, None)
            reports.end()

    def in_words(self, error: Exception) -> RunError:
        return why_not_trained(error)


def why_not_trained(error: Exception) -> RunError:
    """An unexpected error of a training, in words."""
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        todo = Text("Choose a smaller batch, or a smaller network")
        return RunError(Text("The training ran out of memory"), todo=todo)
    return RunError(Text("The training ended with an unexpected error: {error}", error=brief(error)))


def take_checkpoint(run_id: str, submitted: float) -> bytes | None:
    """On a worker: the run's state after its last whole epoch, or before its first, when it is there."""
    return _checkpoints.get((run_id, submitted))
