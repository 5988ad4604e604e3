"""Several machines: the commands of README, to the letter, but for the host: all are on this one."""

import os
import platform
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from cnn_core.engine.cluster import QUESTIONS, TRAINING
from cnn_core.engine.connection import ROOT
from cnn_core.runs.run import Run
from tests.engine import conftest
from tests.engine.conftest import SHORT, Lab
from tests.engine.test_connection import free_port

pytestmark = pytest.mark.timeout(900)  # eight processes load TensorFlow
until = partial(conftest.until, seconds=600)
LONG = SHORT.model_copy(update={"epochs": 1000, "batch_size": 4})
SECTION = re.compile(r"### Training on several machines\n(.*?)\n## ", re.DOTALL)
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)


def readme() -> tuple[str, str, dict[str, str]]:
    """Of README: how the certificate is made, what is exported, and the commands by what they are for."""
    section = SECTION.search((ROOT / "README.md").read_text(encoding="utf-8"))[1]
    make, export, commands = BLOCK.findall(section)
    assert make.count("openssl req") == 1
    assert export.startswith("export ")
    lines = [line for line in commands.splitlines() if not line.startswith("#")]
    assert len(lines) == 3
    return make, export, dict(zip(("scheduler", "worker", "server"), lines, strict=True))


class Machines:
    """A scheduler and two machines with workers, each a shell that does what README says."""

    def __init__(self, home: Path, *, tls: bool):
        self._home, self.tls, self._port = home, tls, str(free_port())
        make, self._export, self.commands = readme()
        if tls:
            self._shell("certificate", make).wait()
        self.processes: dict[str, subprocess.Popen] = {}

    def _here(self, command: str) -> str:
        """The command for this machine alone."""
        command = command.replace("192.168.1.10", "127.0.0.1").replace("8786", self._port)
        command = command.replace(".venv/bin/python", f"exec {sys.executable}")
        return command if self.tls else command.replace("tls://", "tcp://")

    def _shell(self, name: str, command: str) -> subprocess.Popen:
        env = {name: value for name, value in os.environ.items() if not name.startswith(("CNN_STUDIO_TLS", "DASK_"))}
        env |= {"HOME": str(self._home), "PYTHONPATH": ""}
        shell = ["bash", "-euc", command]
        with self._log(name).open("a") as log:
            return subprocess.Popen(shell, cwd=ROOT, env=env, start_new_session=True, stderr=log)

    def _log(self, name: str) -> Path:
        return self._home / f"{name}.log"

    def start(self, name: str, command: str) -> None:
        export = self._export if self.tls else ""
        self.processes[name] = self._shell(name, export + self._here(self.commands[command]))

    def start_all(self) -> None:
        self.start("scheduler", "scheduler")
        for machine in ("first", "second"):
            self.start(machine, "worker")

    def environment(self) -> dict[str, str]:
        """What README has the server know."""
        environment = {"DASK_SCHEDULER_ADDRESS": self._here(self.commands["server"]).split()[0].partition("=")[2]}
        if self.tls:
            words = self._export.replace("$HOME", str(self._home)).split()[1:]
            environment |= dict(word.split("=") for word in words)
        return environment

    def kill(self, name: str) -> None:
        process = self.processes.pop(name)
        process.kill()
        process.wait(30)

    def interrupt(self, name: str) -> tuple[int, str, str]:
        """Press Ctrl+C, which its children hear, too: its exit status, and what it had said before and said then."""
        process, before = self.processes.pop(name), self._log(name).read_text()
        os.killpg(process.pid, signal.SIGINT)
        status = process.wait(30)
        return status, before, self._log(name).read_text().removeprefix(before)


@pytest.fixture(scope="module", params=[True, pytest.param(False, marks=pytest.mark.slow)], ids=["tls", "open"])
def machines(request, tmp_path_factory) -> Iterator[Machines]:
    if request.param and not shutil.which("openssl"):
        pytest.skip("openssl is not here")
    machines = Machines(tmp_path_factory.mktemp("machines"), tls=request.param)
    machines.start_all()
    yield machines
    for name in list(machines.processes):
        machines.kill(name)


@pytest.fixture(scope="module")
def foreign(machines, tmp_path_factory) -> Iterator[Lab]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in machines.environment().items():
            patch.setenv(name, value)
        lab = Lab(tmp_path_factory.mktemp("server"))
    yield lab
    lab.engine.close()


def workers(lab: Lab, kind: str) -> dict[str, int]:
    """The addresses of the workers of a kind, with their processes."""
    client = lab.engine._connection.client()
    kinds = client.scheduler_info(n_workers=-1)["workers"]
    pids = client.run(os.getpid, on_error="ignore")
    return {address: pid for address, pid in pids.items() if kind in kinds.get(address, {}).get("resources", {})}


def trains(lab: Lab, run: Run, points: int = 0) -> bool:
    """It has learned for more than an epoch, and the server has what it needs to resume it."""
    return min(len(lab.state(run).epochs_done), lab.kept_epochs(run)) > points


def machine_of(machines: Machines, pid: int) -> str:
    parents = [parent.pid for parent in psutil.Process(pid).parents()]
    return next(name for name, process in machines.processes.items() if process.pid in parents)


def test_two_machines_train_two_runs_and_answer(foreign: Lab, machines: Machines, bundled):
    """Each machine has one worker of each kind, and each run is on one of them."""
    for kind in (TRAINING, QUESTIONS):
        until(lambda kind=kind: len(workers(foreign, kind)) == 2)
        assert {machine_of(machines, pid) for pid in workers(foreign, kind).values()} == {"first", "second"}
    runs = [foreign.train(LONG), foreign.train(LONG)]
    until(lambda: all(trains(foreign, run) for run in runs))
    assert {foreign.state(run).status for run in runs} == {"training"}
    assert {foreign.state(run).started_now.host for run in runs} == {platform.node()}
    assert foreign.engine.queue.trainers == 2
    assert foreign.predict(["keras-log"], bundled.x_test[:2])["keras-log"].shape == (2, 10)
    client = foreign.engine._connection.client()
    for address in workers(foreign, QUESTIONS):
        assert client.submit(abs, -1, workers=[address], resources={QUESTIONS: 1}, pure=False).result(60) == 1
    for run in runs:
        foreign.engine.queue.stop(run.id)
        assert foreign.ended(run).status == "stopped"


def test_a_killed_worker_takes_one_run_with_it_that_goes_on_from_its_last_epoch(foreign: Lab):
    runs = [foreign.train(LONG), foreign.train(LONG)]
    until(lambda: all(trains(foreign, run) for run in runs))
    psutil.Process(next(iter(workers(foreign, TRAINING).values()))).kill()
    until(lambda: any(not foreign.state(run).active for run in runs))
    lost, other = sorted(runs, key=lambda run: foreign.state(run).active)
    assert foreign.state(lost).status == "failed"
    assert "killed, or ran out of memory" in foreign.state(lost).message
    points = len(foreign.state(other).epochs_done)
    until(lambda: trains(foreign, other, points))
    resumed(foreign, lost)
    for run in runs:
        foreign.engine.queue.stop(run.id)
        assert foreign.ended(run).status == "stopped"


def resumed(lab: Lab, run: Run) -> None:
    """Resume it, and see it learn on from where it was, not from the start."""
    before = lab.state(run).epochs_done
    lab.engine.queue.put(run)
    lab.until(run, "training")
    first = lab.state(run).started_now.first_epoch
    assert 0 < first <= len(before)
    until(lambda: len(lab.state(run).epochs_done) > first)
    assert lab.state(run).epochs_done[:first] == before[:first]


def test_the_scheduler_may_be_killed_and_come_back(foreign: Lab, machines: Machines, bundled):
    """Workers and server find it again by themselves; runs go on from their last epochs."""
    runs = [foreign.train(LONG), foreign.train(LONG)]
    until(lambda: all(trains(foreign, run) for run in runs))
    machines.kill("scheduler")
    for run in runs:
        state = foreign.ended(run)
        assert state.status == "failed"
        assert "connection to the training cluster was lost" in state.message
    machines.start("scheduler", "scheduler")
    for kind in (TRAINING, QUESTIONS):
        until(lambda kind=kind: len(workers(foreign, kind)) == 2)
    for run in runs:
        resumed(foreign, run)
    assert foreign.predict(["keras-log"], bundled.x_test[:2])["keras-log"].shape == (2, 10)
    for run in runs:
        foreign.engine.queue.stop(run.id)
        assert foreign.ended(run).status == "stopped"
    short = foreign.train()
    state = foreign.ended(short)
    assert (state.status, len(state.epochs_done), bool(state.loss.x)) == ("finished", 2, True)


def test_what_the_commands_say(machines: Machines):
    """And Ctrl+C ends them without a word more. Comes last: the machines are gone then."""
    said = {}
    for name in ("first", "second", "scheduler"):
        members = psutil.Process(machines.processes[name].pid).children(recursive=True)
        status, said[name], then = machines.interrupt(name)
        assert (status, then) == (0, "")
        assert psutil.wait_procs(members, timeout=30)[1] == []
    assert "1 for questions, 1 for trainings" in said["first"]
    assert "A worker for training is ready" in said["first"]
    assert ("The scheduler is at tls://127.0.0.1" in said["scheduler"]) == machines.tls
    assert ("run any program" in said["scheduler"] and "run any program" in said["second"]) == (not machines.tls)
