"""The local cluster, in a process of its own: `python -m cnn_core.engine.cluster`.

It prints one line of JSON (the scheduler's address, and the credentials without which nobody is let in), and ends when
its standard input closes: it cannot outlive the server that started it.
"""

import argparse
import asyncio
import json
import logging
import sys

import dask
from distributed import Nanny, Scheduler
from distributed.security import Security

from cnn_core.engine import openssl

TRAINING, QUESTIONS, DOWNLOADS = "training", "questions", "downloads"
SECRETS = ("tls_ca_file", "tls_client_key", "tls_client_cert")

openssl.cure()  # the server and the workers import this module, too
dask.config.set(
    {
        # A worker that dies takes its task with it: a training that ran out of memory would do so again.
        "distributed.scheduler.allowed-failures": 0,
        # The scheduler keeps the last messages of each topic; the store has them all.
        "distributed.admin.low-level-log-length": 100,
        "distributed.scheduler.http.routes": [],
        # Dask watches itself, which nobody looks at, and which took 9 % of a core while nothing was done.
        "distributed.worker.profile.enabled": False,
        "distributed.admin.tick.interval": "500ms",
        "distributed.worker.memory.spill": False,
        "distributed.worker.memory.target": False,
        "distributed.worker.memory.pause": False,
    }
)


async def serve(training_workers: int, memory_limit: int) -> None:
    """One scheduler, `training_workers` workers that train and one that answers questions, until stdin closes."""
    logging.getLogger("distributed").setLevel(logging.ERROR)
    security = Security.temporary()
    async with Scheduler(host="127.0.0.1", port=0, dashboard_address="127.0.0.1:0", security=security) as scheduler:
        # The credentials go over the pipe to the parent, and to nobody else.
        hello = {"address": scheduler.address, **{name: getattr(security, name) for name in SECRETS}}
        print(json.dumps(hello), flush=True)
        kinds = [QUESTIONS, *[TRAINING] * training_workers]
        workers = [_worker(scheduler.address, kind, security, memory_limit) for kind in kinds]
        closed = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        await asyncio.gather(*workers)
        await closed
        # What a worker still does is lost with the server: no reason to wait for it.
        await asyncio.gather(*[worker.close(timeout=0.5) for worker in workers])


def _worker(address: str, kind: str, security: Security, memory_limit: int) -> Nanny:
    env = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_FORCE_GPU_ALLOW_GROWTH": "true"}
    if kind == QUESTIONS:
        env["CUDA_VISIBLE_DEVICES"] = (
            "-1"  # one picture is read as fast without the GPU, and its memory is for training
        )
    return Nanny(
        address,
        # A download takes minutes; drawings are read beside it.
        nthreads=2 if kind == QUESTIONS else 1,
        resources={QUESTIONS: 1, DOWNLOADS: 1} if kind == QUESTIONS else {kind: 1},
        security=security,
        memory_limit=memory_limit,
        preload="cnn_core.engine.tasks",
        env=env,
        host="127.0.0.1",
        silence_logs=logging.ERROR,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--training-workers", type=int, default=1)
    parser.add_argument("--memory-limit", type=int, default=0, help="bytes a worker may take; 0 for no limit")
    options = parser.parse_args()
    asyncio.run(serve(options.training_workers, options.memory_limit))
