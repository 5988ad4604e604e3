"""What a worker reports of a run while it trains it: over Dask as it happens, and kept until the run has ended."""

from distributed import get_worker

from cnn_core.runs.events import Event

_kept: dict[tuple[str, float], "Reports"] = {}


class Reports:
    """Of the run `run_id` that was `submitted` then. Its events are numbered from 1, and logged under `topic`.

    Attributes:
        events: all of them, as JSON.
    """

    def __init__(self, topic: str, run_id: str, submitted: float):
        self._worker, self._topic = get_worker(), topic
        self._run = run_id, submitted
        self.events: list[str] = []
        _kept[self._run] = self

    def begin(self) -> None:
        """The word, with the number 0, that this worker has all it needs: what happens now is the run's own doing."""
        self._send(0)

    def emit(self, event: Event) -> None:
        """Report an event."""
        self.events.append(event.model_dump_json())
        self._send(len(self.events), self.events[-1], checkpoint=event.kind in ("started", "epoch_ended"))

    def end(self) -> None:
        """Forget them."""
        _kept.pop(self._run, None)

    def _send(self, number: int, event: str = "", *, checkpoint: bool = False) -> None:
        run_id, submitted = self._run
        report = {"run": run_id, "submitted": submitted, "number": number, "event": event}
        report["checkpoint"] = checkpoint  # whether there is a new one
        self._worker.log_event(self._topic, report)


def reported(run_id: str, submitted: float, after: int) -> tuple[int, list[str]] | None:
    """The number of the first event after `after`, and it with all later ones, when the run is on this worker."""
    reports = _kept.get((run_id, submitted))
    return (after + 1, reports.events[after:]) if reports else None
