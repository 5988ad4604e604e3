"""A run that has ended, for an MLflow server: what was asked as parameters, its curves as metrics. Needs mlflow-skinny.

https://mlflow.org/docs/latest/ml/tracking: a request holds up to 1,000 metrics; times are in milliseconds.
"""

import os
from collections.abc import Iterator
from itertools import islice
from typing import Any

from cnn_core.design.shapes import trace
from cnn_core.exchange.tables import CURVES
from cnn_core.runs.run import Run
from cnn_core.runs.state import RunState

EXPERIMENT = "CNN Studio"
TOGETHER = 1_000
STATUS = {"finished": "FINISHED", "stopped": "KILLED", "failed": "FAILED"}
"""How MLflow calls the ends of a run."""
QUIET = {"MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true", "MLFLOW_DISABLE_TELEMETRY": "true"}
"""It would write into the answers of commands, and tell its makers who uses it."""


def log(uri: str, run: Run, state: RunState) -> None:
    """Note the run in the experiment `EXPERIMENT` at `uri`; nothing of one that no worker has begun.

    Raises ImportError without mlflow-skinny, and what MLflow raises.
    """
    if state.started is None:
        return
    os.environ.update(QUIET)
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Param

    client = MlflowClient(tracking_uri=uri)
    start = _milliseconds(state.started - state.seconds_before)
    made = client.create_run(_experiment(client), start, tags(run, state), run.name).info.run_id
    client.log_batch(made, params=[Param(name, value) for name, value in params(run).items()])
    rest = metrics(state)
    while part := [Metric(name, value, _milliseconds(at), step) for name, value, at, step in islice(rest, TOGETHER)]:
        client.log_batch(made, metrics=part)
    client.set_terminated(made, STATUS[state.status], _milliseconds(state.ended or state.seen))


def _experiment(client: Any) -> str:
    known = client.get_experiment_by_name(EXPERIMENT)
    return str(known.experiment_id if known else client.create_experiment(EXPERIMENT))


def tags(run: Run, state: RunState) -> dict[str, str]:
    """What tells it from others."""
    device = str(state.started_now.device) if state.started_now else ""
    return {"cnn_studio.run": run.id, "cnn_studio.status": state.status, "cnn_studio.device": device}


def params(run: Run) -> dict[str, str]:
    """The network, the data, and every setting of the recipe."""
    about = {"network": run.network.name, "parameters": trace(run.network).totals.parameters, "data": run.dataset}
    return {name: str(value) for name, value in (about | run.recipe.model_dump(mode="json")).items()}


def metrics(state: RunState) -> Iterator[tuple[str, float, float, int]]:
    """(name, value, seconds since 1970, epochs done) of each point; the test's stand behind the last epoch."""
    for epoch in state.epochs_done:
        for name in CURVES[1:]:
            if (value := getattr(epoch, name)) is not None:
                yield name, value, epoch.at, epoch.epoch + 1
    if state.tested:
        for name, value in (("test_loss", state.tested.loss), ("test_accuracy", state.tested.accuracy)):
            yield name, value, state.tested.at, len(state.epochs_done)


def _milliseconds(seconds: float) -> int:
    return round(1000 * seconds)
