"""A real server process, for the browser tests and the benchmarks."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.support.processes import ROOT, workers_of

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",  # a camera that shows a moving test picture
    "--use-fake-ui-for-media-stream",  # and that every page may use
]


@dataclass
class Server:
    """A `streamlit run app.py` with a home folder of its own, in which its log is too unless `studio` is another.

    `base` is the path below which everything is, without a slash at its ends; empty: at the root.
    """

    home: Path
    port: int
    process: subprocess.Popen | None = None
    headless: bool = True
    studio: Path | None = None
    base: str = ""

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}" + (f"/{self.base}" if self.base else "")

    def start(self) -> "Server":
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", str(self.headless)]
        self.process = subprocess.Popen(
            [*command, "--server.port", str(self.port), "--server.baseUrlPath", self.base],
            cwd=ROOT,
            env={**os.environ, "CNN_STUDIO_HOME": str(self.studio or self.home)},
            stdin=subprocess.PIPE,  # of somebody who does not type
            stdout=subprocess.DEVNULL,
            stderr=(self.home / "log.txt").open("a"),
        )
        for _ in range(200):
            try:
                urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1)
                return self
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the server does not start: " + (self.home / "log.txt").read_text()[-2000:])

    def kill(self) -> None:
        """As when the machine loses its power: no goodbye."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def workers(self) -> list[psutil.Process]:
        """The Dask workers of its cluster."""
        return workers_of(psutil.Process(self.process.pid))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
