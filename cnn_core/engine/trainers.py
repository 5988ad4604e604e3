"""The workers that train, seen from a server: which are free, how one is given a run, and what it gives back."""

import secrets
from typing import Any

from distributed import Client, Future

from cnn_core.engine.attempt import Attempt
from cnn_core.engine.supplies import Supplies
from cnn_core.engine.work.base import TRAINING, data_key
from cnn_core.engine.work.train import Progress, Train, take_progress
from cnn_core.engine.worker import OLD, Order, carry_out
from cnn_core.runs.models import CHECKPOINT_FILE, MODEL_FILE
from cnn_core.runs.past import file_name, keep
from cnn_core.runs.predictions import PREDICTIONS_FILE, to_bytes
from cnn_core.runs.store import RunStore

KEY = "training-"  # the keys of all Dask tasks that take a trainer for long begin with it


def free(client: Client, handed_over: set[str]) -> tuple[int, int]:
    """How many runs the cluster can begin at once, and how many it could if nothing were under way.

    A trainer that is `worker.OLD` and has nothing to do begins none: its process is started anew.

    Args:
        handed_over: keys of tasks that are with Dask, but perhaps not yet with a worker.
    """
    workers = client.scheduler_info()["workers"].items()
    trainers = {address: worker["metrics"] for address, worker in workers if TRAINING in worker["resources"]}
    tasks = client.processing()
    processing = {key for keys in tasks.values() for key in keys if str(key).startswith(KEY)}
    idle = [address for address in trainers if not tasks.get(address)] if handed_over <= processing else []
    old = [address for address in idle if trainers[address].get(OLD)]
    if old:
        _renew(client, old)
    return len(trainers) - len(old) - len(processing | handed_over), len(trainers)


def _renew(client: Client, old: list[str]) -> None:
    """But for those that still have what came of a run: it is being fetched."""
    for address, keys in client.has_what(old).items():
        if not any(str(key).startswith(KEY) for key in keys):
            client.restart_workers([address], raise_for_error=False)


def submit(client: Client, topic: str, attempt: Attempt, supplies: Supplies, *, with_data: bool) -> Future:
    """Have the run trained; a worker that has what it needs already, the data set above all, need not be sent it.

    Raises DataError or RunError when it is to be sent and cannot be read.
    """
    run, data = attempt.run, data_key(supplies.catalogue, attempt.run.dataset)
    known = attempt.checkpoint, attempt.kept, supplies.depth(run.recipe.start), supplies.shelf
    work = Train(topic, run.id, attempt.submitted, run.network, run.recipe, data, *known, minutes=attempt.minutes)
    sent = supplies.fetch(work.needs()) if with_data else {}
    return client.submit(
        carry_out,
        Order(work, (run.id, attempt.submitted), sent),
        key=f"{KEY}{run.id}-{secrets.token_hex(4)}",
        resources={TRAINING: 1},
        pure=False,
    )


def files(outcome: dict[str, Any]) -> dict[str, bytes]:
    """What is kept of a training's outcome, by the name of its file."""
    predictions = to_bytes(outcome["predicted"], outcome["confidence"])
    past = {file_name(epochs): content for epochs, content in outcome["progress"].snapshots.items()}
    return {PREDICTIONS_FILE: predictions, MODEL_FILE: outcome["model"], **past}


def progress(client: Client, attempt: Attempt) -> Progress | None:
    """What the worker that trains it has to give; None when none does."""
    had = max(attempt.kept, default=-1)
    answers = client.run(take_progress, attempt.run.id, attempt.submitted, had, on_error="ignore")
    return next(filter(None, answers.values()), None)


def keep_progress(store: RunStore, attempt: Attempt, progress: Progress) -> None:
    """The checkpoint comes first: no weights are kept of epochs that a resumed run would do again."""
    if progress.checkpoint:
        store.save_file(attempt.run.id, CHECKPOINT_FILE, progress.checkpoint)
    keep(store, attempt.run.id, progress.snapshots, progress.kept)
    attempt.kept = tuple(progress.kept)
