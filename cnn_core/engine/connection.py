"""Connection: the way to the cluster, which starts in the background, and again when it has died."""

import asyncio
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path
from typing import IO, cast

from distributed import Client
from distributed.security import Security
from tornado.ioloop import IOLoop

from cnn_core.engine import openssl
from cnn_core.engine.cluster import QUESTIONS, TRAINING, log, memory_of_workers
from cnn_core.engine.security import SECRETS, credentials
from cnn_core.engine.versions import differences, versions
from cnn_core.errors import EngineError, StudioError
from cnn_core.language import Text
from cnn_core.settings import Settings

ROOT = Path(__file__).parents[2]
FIRST_PAGE_SECONDS = 3
START_SECONDS = 60
TRY_SECONDS = 5
END_SECONDS = 5


class Connection:
    """To a local cluster of its own, or to the one at `settings.scheduler_address`.

    Args:
        on_connect: called with each new client, before anybody else has it. A client serves one life of one scheduler:
            when that is gone its futures are cancelled, and `client()` gives a new one.
    """

    def __init__(self, settings: Settings, on_connect: Callable[[Client], None]):
        openssl.cure()  # or one broken connection to the cluster breaks the next, healthy one
        self._settings, self._on_connect = settings, on_connect
        self._starter = ThreadPoolExecutor(1, "cluster")
        self._loop = _Loop()
        self._lock = threading.Lock()
        self._wanted, self._closed = threading.Event(), threading.Event()
        self._process: subprocess.Popen[str] | None = None
        self._client: Client | None = None
        self._connected: Future[Client] = self._starter.submit(self._start)

    def client(self, *, urgent: bool = True) -> Client:
        """The client of a cluster that lives; waits for one that starts. Raises EngineError when none does.

        Without `urgent`, the first visitor's page still comes first.
        """
        if self._closed.is_set():
            raise EngineError(Text("The training cluster was ended with its server"))
        if urgent:
            self._wanted.set()
        with self._lock:
            if self._connected.done() and self._is_lost():
                self._connected = self._starter.submit(self._connect)
            connected = self._connected
        try:
            return connected.result(timeout=START_SECONDS)
        except StudioError:
            raise
        except (Exception, CancelledError) as error:
            todo = Text("Ask the administrator ({error})", error=str(error))
            raise EngineError(Text("The training cluster does not start"), todo=todo) from error

    def has(self, kind: str) -> bool:
        """Whether a worker of this kind is there now; False while the cluster starts."""
        with self._lock:
            if not self._connected.done() or self._is_lost():
                return False
            client = self._connected.result()
        with suppress(OSError):  # it is being lost
            return any(kind in worker["resources"] for worker in client.scheduler_info()["workers"].values())
        return False

    def cluster_pid(self) -> int | None:
        """The process of the local cluster; None when it is somebody else's."""
        self.client()
        return self._process.pid if self._process else None

    def close(self) -> None:
        """End the cluster, when it is this connection's own; also while it starts. Not to be used afterwards."""
        self._closed.set()
        self._wanted.set()
        self._end_process()  # a start that waits for it ends, too
        self._starter.shutdown(wait=False, cancel_futures=True)
        wait([self._connected], timeout=END_SECONDS)
        self._leave()
        self._loop.close()  # and with it a start that still waits for an answer

    def _start(self) -> Client:
        """Leave the processor to the first visitor's page, unless somebody needs the workers now."""
        self._wanted.wait(FIRST_PAGE_SECONDS)
        if self._closed.is_set():
            raise CancelledError
        return self._connect()

    def _is_lost(self) -> bool:
        if self._connected.exception() or (self._process and self._process.poll() is not None):
            return True
        return self._connected.result().status != "running"

    def _connect(self) -> Client:
        self._leave()
        foreign = self._settings.scheduler_address
        address, security = (foreign, credentials(self._settings, foreign)) if foreign else self._start_process()
        self._client = self._new_client(address, security)
        if foreign:
            self._compare_versions(self._client)
        self._on_connect(self._client)
        return self._client

    def _leave(self) -> None:
        """Let go of the last client, and of its cluster, when that is this connection's own."""
        if self._client:
            with suppress(Exception):  # the cluster may be gone
                self._client.close(timeout=2)
        self._client = None
        self._end_process()

    def _compare_versions(self, client: Client) -> None:
        try:
            there = client.run_on_scheduler(versions)
        except ImportError:  # not even this repository is there
            there = {}
        if words := differences(versions(), there, f"the scheduler's at {self._settings.scheduler_address}"):
            log.warning(words)

    def _start_process(self) -> tuple[str, Security]:
        """A local cluster: its address, and what lets its owner in."""
        memory = memory_of_workers(self._settings)
        limits: dict[str, float] = {"--training-workers": len(memory) - 1}
        limits |= {"--training-memory": dict(memory)[TRAINING], "--questions-memory": dict(memory)[QUESTIONS]}
        limits |= {"--questions-idle": self._settings.questions_idle_seconds}
        command = [sys.executable, "-m", "cnn_core.engine", "local"]
        command += [str(word) for limit in limits.items() for word in limit]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self._closed.is_set():  # it has ended the processes before there was this one
            self._end_process()
        with cast(IO[str], self._process.stdout) as stdout:
            hello = json.loads(stdout.readline())
        return hello["address"], Security(require_encryption=True, **{name: hello[name] for name in SECRETS})

    def _new_client(self, address: str, security: Security | None) -> "_Client":
        """Tries for a minute, with a look in between at whether anybody still wants it."""
        end = time.monotonic() + START_SECONDS - TRY_SECONDS
        while True:
            try:
                return _Client(
                    address, security=security, timeout=TRY_SECONDS, loop=self._loop.tornado, set_as_default=False
                )
            except OSError:
                if self._closed.is_set() or time.monotonic() > end:
                    raise

    def _end_process(self) -> None:
        """It ends when its standard input closes."""
        if self._process:
            cast(IO[str], self._process.stdin).close()
            try:
                self._process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


class _Client(Client):
    """A client that does not come back to a scheduler that was gone.

    Dask's own would, silently: without the topics it was subscribed to, so that nobody heard of a run's events.
    """

    async def _reconnect(self) -> None:
        for state in self.futures.values():
            state.cancel(reason="scheduler-connection-lost", msg="The connection to the scheduler was lost.")
        await self._close(fast=True)


class _Loop:
    """A thread with an event loop for all clients. One of Dask's own would stay behind each client that was lost."""

    def __init__(self) -> None:
        self._ready: Future[asyncio.AbstractEventLoop] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._live()), name="clients", daemon=True)
        self._thread.start()
        self._loop = self._ready.result()

    async def _live(self) -> None:
        self._ended = asyncio.Event()
        self.tornado = IOLoop.current()
        self._ready.set_result(asyncio.get_running_loop())
        await self._ended.wait()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join()
