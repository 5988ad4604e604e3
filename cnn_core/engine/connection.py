"""Connection: the way to the cluster, which starts in the background, and again when it has died."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from distributed import Client
from distributed.security import Security

from cnn_core.engine.cluster import SECRETS
from cnn_core.errors import EngineError
from cnn_core.settings import Settings

ROOT = Path(__file__).parents[2]
FIRST_PAGE_SECONDS = 3
START_SECONDS = 60


class Connection:
    """To a local cluster of its own, or to the one at `settings.scheduler_address`.

    Args:
        on_connect: called with each new client, before anybody else has it.
    """

    def __init__(self, settings: Settings, on_connect: Callable[[Client], None]):
        self._settings, self._on_connect = settings, on_connect
        self._starter = ThreadPoolExecutor(1, "cluster")
        self._lock = threading.Lock()
        self._wanted = threading.Event()
        self._process: subprocess.Popen | None = None
        self._connected: Future[Client] = self._starter.submit(self._start)

    def client(self, *, urgent: bool = True) -> Client:
        """The client of a cluster that lives; waits for one that starts. Raises EngineError when none does.

        Without `urgent`, the first visitor's page still comes first.
        """
        if urgent:
            self._wanted.set()
        with self._lock:
            if self._connected.done() and self._is_lost():
                self._connected = self._starter.submit(self._connect)
            connected = self._connected
        try:
            return connected.result(timeout=START_SECONDS)
        except (OSError, TimeoutError, ValueError) as error:
            raise EngineError("The training cluster does not start", todo=f"Ask the administrator ({error})") from error

    def cluster_pid(self) -> int | None:
        """The process of the local cluster; None when it is somebody else's."""
        self.client()
        return self._process and self._process.pid

    def close(self) -> None:
        """End the cluster, when it is this connection's own."""
        with suppress(Exception):  # it may never have come to be
            self._connected.result().close(timeout=2)
        self._end_process()
        self._starter.shutdown(wait=False, cancel_futures=True)

    def _start(self) -> Client:
        """Leave the processor to the first visitor's page, unless somebody needs the workers now."""
        self._wanted.wait(FIRST_PAGE_SECONDS)
        return self._connect()

    def _is_lost(self) -> bool:
        if self._connected.exception() or (self._process and self._process.poll() is not None):
            return True
        return self._connected.result().status != "running"

    def _connect(self) -> Client:
        client = self._foreign() if self._settings.scheduler_address else self._local()
        self._on_connect(client)
        return client

    def _foreign(self) -> Client:
        return Client(self._settings.scheduler_address, timeout=START_SECONDS, set_as_default=False)

    def _local(self) -> Client:
        self._end_process()
        command = [sys.executable, "-m", "cnn_core.engine.cluster"]
        limits = ["--training-workers", str(self._settings.training_workers)]
        limits += ["--memory-limit", str(self._settings.training_memory_bytes)]
        self._process = subprocess.Popen(
            command + limits, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        hello = json.loads(self._process.stdout.readline())
        security = Security(require_encryption=True, **{name: hello[name] for name in SECRETS})
        return Client(hello["address"], security=security, timeout=START_SECONDS, set_as_default=False)

    def _end_process(self) -> None:
        if self._process:
            self._process.stdin.close()
            self._process.stdout.close()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
