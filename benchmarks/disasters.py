"""What is left when things are killed at random: runs lost, stuck or changed, and how long until the next run begins.

Real servers share a home folder and train short runs from its queue, while workers, clusters and servers
are killed with SIGKILL. What a kill ended is resumed, as a person would with a click. In the end each run must be
there, finished, and equal to the point to the same run that nothing happened to.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.common import publish, spread
from cnn_core.runs.models import MODEL_FILE
from cnn_core.runs.state import RunState
from cnn_core.runs.store import RunStore
from cnn_core.settings import Settings
from tests.engine.conftest import NETWORK, SHORT
from tests.support.processes import workers_of

RECIPES = [SHORT.model_copy(update={"epochs": 5, "batch_size": 8, "seed": seed}) for seed in range(4)]
QUEUE = 3  # runs that wait or train at any time
STUCK = 120  # seconds in which some run must begin or end
SERVER = """
import sys
from pathlib import Path
from tests.engine.conftest import Lab

lab = Lab(Path(sys.argv[1]))
sys.stdin.read()
lab.engine.close()
"""
KINDS = {"worker": 7, "cluster": 2, "server": 3, "server, again while it starts": 2}  # and how often each


@dataclass
class Server:
    """A server process on `home`, which ends when its standard input closes."""

    home: Path

    def __post_init__(self):
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(self.home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def family(self) -> list[psutil.Process]:
        with suppress(psutil.Error):
            return psutil.Process(self.process.pid).children(recursive=True)
        return []

    def victims(self, kind: str) -> list[psutil.Process]:
        """Its processes of a kind, as many as there are now: the cluster, and the workers that it has spawned."""
        with suppress(psutil.Error):
            workers = workers_of(psutil.Process(self.process.pid))
            return workers if kind == "worker" else [one.parent() for one in workers[:1]]
        return []

    def end(self, *, kill: bool) -> None:
        family = self.family()
        if kill:
            self.process.kill()
        for stream in (self.process.stdin, self.process.stdout):
            stream.close()
        self.process.wait()
        psutil.wait_procs(family, timeout=60)


class Chaos:
    """Keeps the queue filled, kills, resumes, and measures."""

    def __init__(self, home: Path, seed: int):
        settings = Settings(home=home)
        self.store = RunStore(settings.database, settings.models)
        self.random = random.Random(seed)
        self.servers = [Server(home), Server(home)]
        self.runs: dict[str, int] = {}  # by id, which of RECIPES
        self.kills: Counter[str] = Counter()
        self.waits: defaultdict[str, list[float]] = defaultdict(list)
        self.resumed = 0

    def ask_for(self, number: int) -> str:
        run = self.store.create(f"run {len(self.runs)}", NETWORK, RECIPES[number], "bundled")
        self.store.submit(run.id)
        self.runs[run.id] = number
        return run.id

    def resume(self) -> dict[str, RunState]:
        """The states; what was ended by a kill is put into the queue again."""
        states = self.store.states(self.runs)
        for run_id, state in states.items():
            if state.status in ("failed", "interrupted"):
                self.store.submit(run_id)
                self.resumed += 1
        return states

    def look(self) -> dict[str, RunState]:
        """The states; what was ended is resumed, and the queue filled."""
        states = self.resume()
        if sum(state.active for state in states.values()) < QUEUE:
            self.ask_for(self.random.randrange(len(RECIPES)))
        return states

    def kill_one(self) -> None:
        kind = self.random.choices(list(KINDS), weights=list(KINDS.values()))[0]
        server = self.random.choice(self.servers)
        time.sleep(self.random.uniform(0, 2))
        if kind.startswith("server"):
            server.end(kill=True)
            server.start()
            if kind != "server":
                time.sleep(self.random.uniform(0, 6))
                server.end(kill=True)
                server.start()
                self.kills[kind] += 1
        else:
            if not (victims := server.victims(kind)):
                return  # it is starting
            with suppress(psutil.NoSuchProcess):
                self.random.choice(victims).kill()
        self.kills[kind] += 1
        self.waits[kind].append(self.until_one_begins())

    def until_one_begins(self) -> float:
        """Seconds from now until a run's first batches are done."""
        killed = time.time()
        while time.time() < killed + STUCK:
            if any(state.started and state.started > killed for state in self.look().values()):
                return time.time() - killed
            time.sleep(0.05)
        return float("inf")

    def settle(self) -> dict[str, RunState]:
        """The states once all runs have ended; a run that does not for STUCK seconds stays as it is."""
        last = time.time()
        seen = None
        while time.time() < last + STUCK:
            states = self.resume()
            if all(state.saved for state in states.values()):
                break
            if (now := [(state.status, state.epoch) for state in states.values()]) != seen:
                seen, last = now, time.time()
            time.sleep(0.2)
        return states


def measure(kills: int, seed: int, home: Path) -> None:
    chaos = Chaos(home, seed)
    references = {number: chaos.ask_for(number) for number in range(len(RECIPES))}
    whole = {number: _outcome(chaos.settle()[run_id]) for number, run_id in references.items()}
    while chaos.kills.total() < kills:
        chaos.look()
        chaos.kill_one()
    states = chaos.settle()
    for server in chaos.servers:
        server.end(kill=False)
    ended = [run_id for run_id, state in states.items() if state.saved]
    lost = len(chaos.runs) - len(states) + sum(chaos.store.load_file(run_id, MODEL_FILE) is None for run_id in ended)
    changed = sum(_outcome(states[run_id]) != whole[chaos.runs[run_id]] for run_id in ended)
    rows = [(kind, chaos.kills[kind], spread(chaos.waits[kind], digits=1)) for kind in sorted(chaos.kills)]
    every = [wait for waits in chaos.waits.values() for wait in waits]
    rows.append(("all", chaos.kills.total(), spread(every, digits=1)))
    note = (
        f"{len(chaos.runs)} runs on two servers with one home, resumed {chaos.resumed} times: **{lost} lost, "
        f"{len(states) - len(ended)} stuck, {changed} different** from the same run that nothing happened to.\n\n"
        "The wait is from the kill until a run begins on any server: training with its first batches done. A server is "
        "started again at once; its start is part of the wait. A worker is one of those that train or answer questions."
    )
    publish("disasters", "Random kills", ("killed", "times", "seconds until the next run begins"), rows, note)


def _outcome(state: RunState) -> tuple:
    tested = state.tested and (state.tested.loss, state.tested.accuracy, state.tested.confusion)
    return state.loss, state.accuracy, state.val_loss, state.val_accuracy, tested


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    with tempfile.TemporaryDirectory() as folder:
        measure(options.kills, options.seed, Path(folder))
