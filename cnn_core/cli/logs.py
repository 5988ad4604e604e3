"""`logs`: the curves of a run as files."""

from pathlib import Path

from cnn_core.cli import OK, asked
from cnn_core.cli.out import Out
from cnn_core.exchange.forms import stem
from cnn_core.exchange.logs import LOGS


def logs(run_id: str, to: str, path: Path | None, *, as_json: bool) -> int:
    """Write them. Raises RunError when there is no such run."""
    with asked.studio() as studio:
        run, state = studio.store.run(run_id), studio.store.state(run_id)
    log = LOGS[to]
    file = path or Path(log.file(stem(run.name)))
    Out(as_json).written(file, log.make(run, state), form=to, epochs=len(state.epochs_done))
    return OK
