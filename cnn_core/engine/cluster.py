"""What a cluster is made of: a scheduler, and on each machine one worker for questions and some that train."""

import asyncio
import logging
import os
import sys
from contextlib import suppress
from multiprocessing import forkserver
from pathlib import Path

import dask
import psutil
from dask.system import CPU_COUNT
from distributed import Nanny
from distributed.security import Security
from distributed.utils import get_mp_context

from cnn_core.engine.demand import ROOMS, Demand
from cnn_core.engine.hidden import without
from cnn_core.engine.work.base import QUESTIONS, TRAINING
from cnn_core.errors import EngineError
from cnn_core.language import Text
from cnn_core.settings import MIB, WORKER_BYTES, Settings

PAUSE_SECONDS = 0.5
LOOPBACK = "127.0.0.1"
THREADS_TO_A_CORE = 4
"""So many, of all trainings together, cost nothing: the system shares the cores, and a training that is alone has them
all. With fewer it would lose some while the other workers rest; with eight, all lose a tenth (benchmarks/trainers.py).
"""
GPU_FILES = ("/dev/nvidiactl", "/dev/dxg", "/dev/kfd")  # of NVIDIA's driver, Windows's and AMD's

log = logging.getLogger("cnn_studio.cluster")

dask.config.set(
    {
        # A worker that dies takes its task with it: a training that ran out of memory would do so again.
        "distributed.scheduler.allowed-failures": 0,
        # The scheduler keeps the last messages of each topic; the store has them all.
        "distributed.admin.low-level-log-length": 100,
        # What a worker lacks is sent with the work, and only once: no reason to warn in the server's log.
        "distributed.admin.large-graph-warning-threshold": "1TB",
        # Dask's own pages are open to everybody who reaches the port.
        "distributed.scheduler.http.routes": [],
        "distributed.worker.http.routes": [],
        # Dask watches itself, which nobody looks at, and which took 9 % of a core while nothing was done.
        "distributed.worker.profile.enabled": False,
        "distributed.admin.tick.interval": "500ms",
        "distributed.worker.memory.spill": False,
        "distributed.worker.memory.target": False,
        "distributed.worker.memory.pause": False,
    }
)


def share_imports() -> None:
    """Make this process's workers copies of one that has imported TensorFlow, where that is safe.

    A worker that died is back in a quarter of the time, and one more takes a quarter of the memory
    (benchmarks/workers.py). A copy (`fork`) is safe while nothing but importing was done in the original. What CUDA and
    JAX do meanwhile is theirs to know, so with them, and on other systems than Linux, each worker imports for itself.
    """
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # TensorFlow reads it when it is imported
    tensorflow = os.environ.get("KERAS_BACKEND", "tensorflow") == "tensorflow"
    if sys.platform == "linux" and tensorflow and not any(Path(file).exists() for file in GPU_FILES):
        dask.config.set({"distributed.worker.multiprocessing-method": "forkserver"})
        with without("pandas", "pyarrow"):  # Dask would have them in each worker: 38 MiB in this process alone
            get_mp_context().set_forkserver_preload(["cnn_core.engine.imports"])
        forkserver.ensure_running()  # now, and not when the scheduler is ready


def _end_copies() -> None:
    """End the process that workers are copied from, and its copies. While it imports it hears nothing else."""
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if "multiprocessing.forkserver" in " ".join(process.cmdline()):
                process.kill()


def memory_of_workers(settings: Settings) -> list[tuple[str, int]]:
    """The workers of one machine: for each its kind, QUESTIONS or TRAINING, and the bytes that it may take.

    Raises EngineError when they could not even start with so little.
    """
    limit, workers = settings.training_memory_bytes, settings.training_workers
    if limit < WORKER_BYTES:
        raise EngineError(
            Text("There is too little memory for {count} training workers", count=workers),
            expected=Text("at least {size} MiB for each", size=WORKER_BYTES // MIB),
            received=Text("{size} MiB", size=limit // MIB),
            todo=Text("Set CNN_STUDIO_TRAINING_WORKERS to fewer, or CNN_STUDIO_TRAINING_MEMORY_BYTES to more"),
        )
    return [(QUESTIONS, settings.questions_memory_bytes), *[(TRAINING, limit)] * workers]


def threads_of_each(trainers: int, cores: int = CPU_COUNT) -> int:
    """How many threads each of so many workers computes a training with."""
    return max(1, min(cores, THREADS_TO_A_CORE * cores // trainers))


class Workers:
    """The workers of this machine. Each is replaced when it dies, and comes back when the scheduler was away.

    Args:
        address: of the scheduler.
        memory: which workers; see `memory_of_workers`.
        host: the address of this machine at which the scheduler reaches the workers; None: found by Dask.
        demand: says when the worker for questions is needed; None: always.
    """

    def __init__(
        self,
        address: str,
        security: Security | None,
        memory: list[tuple[str, int]],
        *,
        host: str | None = None,
        demand: Demand | None = None,
    ):
        self._address, self._security, self._memory, self._host = address, security, memory, host
        self._demand = demand
        self._nannies: set[Nanny] = set()
        self._ended = False

    async def keep(self, ended: asyncio.Event) -> None:
        """Keep them alive until `ended` is set. What they still do then is lost: nobody waits for it."""
        keepers = {asyncio.create_task(self._keep(kind, limit)) for kind, limit in self._memory}
        await ended.wait()
        self._ended = True
        logging.disable()  # that workers end is no news now
        _end_copies()
        while keepers:
            for nanny in list(self._nannies):
                nanny.close_gracefully()
            _, keepers = await asyncio.wait(keepers, timeout=0.1)
            if not any(nanny.pid for nanny in self._nannies):
                for keeper in keepers:  # they only wait for the scheduler
                    keeper.cancel()

    async def _keep(self, kind: str, memory_limit: int) -> None:
        said = None
        while not self._ended:
            if self._demand and kind == QUESTIONS:
                await self._demand.wanted.wait()
            nanny = self._nanny(kind, memory_limit)
            self._nannies.add(nanny)
            try:
                async with nanny:
                    said = None
                    log.info("A worker for %s is ready", kind)
                    await nanny.finished()
            except (OSError, RuntimeError) as error:
                if str(error.__cause__ or error) != said:  # the same once a second is no news
                    said = str(error.__cause__ or error)
                    log.warning("A worker for %s is not ready yet and tries again: %s", kind, said)
            finally:
                self._nannies.discard(nanny)
            await asyncio.sleep(PAUSE_SECONDS)

    def _nanny(self, kind: str, memory_limit: int) -> Nanny:
        env = {"TF_FORCE_GPU_ALLOW_GROWTH": "true"}
        if kind == TRAINING:
            trainers = sum(other == TRAINING for other, _ in self._memory)
            env["TF_NUM_INTRAOP_THREADS"] = str(threads_of_each(trainers))
        if kind == QUESTIONS:
            # One image is read as fast without the GPU, and its memory is for training.
            env["CUDA_VISIBLE_DEVICES"] = "-1"
        return _Nanny(
            self._address,
            # Downloads and long lists of questions take minutes; drawings are read beside them.
            nthreads=3 if kind == QUESTIONS else 1,
            resources=dict.fromkeys(ROOMS if kind == QUESTIONS else (kind,), 1),
            security=self._security,
            memory_limit=memory_limit,
            preload="cnn_core.engine.worker",
            env=env,
            host=self._host,
            dashboard_address=f"{LOOPBACK}:0",
            silence_logs=logging.ERROR,
        )


class _Nanny(Nanny):
    """Dask's keeper of a worker's process, whose worker ends at once when it is to end.

    Dask would let a training go on for up to 30 seconds, though its outcome is lost: the scheduler is gone.
    """

    def close_gracefully(self, reason: str = "the cluster ends") -> None:
        super().close_gracefully(reason)
        if pid := self.pid:
            with suppress(psutil.NoSuchProcess):
                psutil.Process(pid).kill()
