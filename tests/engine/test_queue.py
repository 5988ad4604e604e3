"""The queue: who trains what, and that nothing is lost, whatever dies, fills up or is locked. Nothing is pretended."""

import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

import psutil
import pytest

from cnn_core.data.datasets import Catalogue
from cnn_core.design.effort import Effort
from cnn_core.engine.attempt import Attempt
from cnn_core.engine.job import Task
from cnn_core.engine.queue import Queue
from cnn_core.errors import EngineError, StorageError
from cnn_core.runs.events import EpochEnded
from cnn_core.runs.run import Run
from cnn_core.runs.state import RunState
from cnn_core.runs.store import RunStore
from tests.engine import conftest
from tests.engine.conftest import LONG, NETWORK, SHORT, Lab, until

ROOT = Path(__file__).parents[2]
SETTLED = 20  # seconds within which any server must have said what became of a dead one's runs
SLOW = SHORT.model_copy(update={"epochs": 12, "batch_size": 4})


@pytest.fixture(scope="module")
def threads_before() -> set[str]:
    """The names of the threads before there was an engine here."""
    return {thread.name for thread in threading.enumerate()}


@pytest.fixture(scope="module")
def lab(threads_before, home) -> Iterator[Lab]:
    yield from conftest.lab(home)


OTHER_SERVER = """
import sys, threading
from pathlib import Path
from tests.engine.conftest import LONG, Lab, until

lab = Lab(Path(sys.argv[1]))
for line in sys.stdin:
    run = lab.train(LONG)
    until(lambda: lab.kept_epochs(run))
    print(run.id, flush=True)
lab.engine.close()
"""


def serve(home: Path) -> Iterator[subprocess.Popen]:
    """A second server on the same home; a line to it is answered by the id of a run that it has begun to train."""
    command = [sys.executable, "-c", OTHER_SERVER, str(home)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    yield process
    family = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    for end in (process.stdin, process.stdout):
        end.close()
    process.kill()
    process.wait()
    psutil.wait_procs(family, timeout=30)


@pytest.fixture(scope="module")
def other_server(lab) -> Iterator[subprocess.Popen]:
    """The last test that takes it ends it."""
    yield from serve(lab.home)


@pytest.fixture
def mortal_server(lab) -> Iterator[subprocess.Popen]:
    """One to be killed."""
    yield from serve(lab.home)


def started_on_the_other(lab: Lab, server: subprocess.Popen) -> Run:
    """A run that the other server trains: this one is busy, so that it cannot take it."""
    busy = lab.train(LONG)
    lab.until(busy, "training")
    server.stdin.write("train\n")
    server.stdin.flush()
    theirs = lab.store.run(server.stdout.readline().strip())
    lab.engine.queue.stop(busy.id)
    lab.ended(busy)
    return theirs


def events(lab: Lab, run: Run) -> list[tuple[int, str]]:
    with closing(sqlite3.connect(lab.home / "runs.db")) as db:
        return db.execute("SELECT number, event FROM run_events WHERE run = ? ORDER BY number", [run.id]).fetchall()


def starts(lab: Lab, run: Run) -> int:
    return sum('"kind":"started"' in event for _, event in events(lab, run))


def test_three_deaths_of_the_worker_fail_only_the_runs_that_it_trained(lab):
    first = [lab.train(LONG) for _ in range(3)]
    waiting = [lab.train(LONG.model_copy(update={"seed": seed})) for seed in range(2)]
    for run in first:
        until(lambda run=run: lab.state(run).loss.x)
        lab.workers()[1].kill()
        state = lab.ended(run)
        assert state.status == "failed"
        assert "killed, or ran out of memory" in state.message
    for run in waiting:
        until(lambda run=run: lab.state(run).loss.x)
        lab.engine.queue.stop(run.id)
        state = lab.ended(run)
        assert (state.status, state.message) == ("stopped", "")
    begun = [lab.state(run).started for run in (*first, *waiting)]
    assert begun == sorted(begun), "of equally long ones: first come, first served"


def test_stop_reaches_the_run_of_another_server(lab, other_server):
    run = started_on_the_other(lab, other_server)
    lab.engine.queue.stop(run.id)
    assert lab.state(run).stop_requested
    state = lab.ended(run)
    assert (state.status, state.reason) == ("stopped", "stopped")
    assert lab.library.model(run.id).load()


def test_two_servers_share_the_queue_and_train_no_run_twice(lab, other_server):
    started_on_the_other(lab, other_server)
    other_server.send_signal(signal.SIGSTOP)  # its process sleeps longer than its leases; its cluster goes on
    theirs = next(run for run in lab.store.lists.active(9) if run.status == "training")
    until(lambda: lab.state(theirs).status == "interrupted", SETTLED)
    before = events(lab, theirs)
    other_server.send_signal(signal.SIGCONT)  # it wakes up and finds that the run is not its own any more
    runs = [lab.train(SHORT.model_copy(update={"seed": seed})) for seed in range(10)]
    assert [lab.ended(run).status for run in runs] == ["finished"] * 10
    assert [starts(lab, run) for run in runs] == [1] * 10
    assert events(lab, theirs) == before


def test_a_server_that_ends_says_so_at_once(lab, other_server):
    run = started_on_the_other(lab, other_server)
    other_server.stdin.close()
    assert other_server.wait(60) == 0
    assert lab.state(run).status == "interrupted"


def test_a_run_of_a_dead_server_is_interrupted_by_another_and_can_be_resumed_there(lab, mortal_server):
    run = started_on_the_other(lab, mortal_server)
    assert lab.state(run).status == "training"
    mortal_server.kill()
    mortal_server.wait()
    until(lambda: lab.state(run).status == "interrupted", SETTLED)
    done = len(lab.state(run).epochs_done)
    assert done
    lab.engine.queue.put(run)
    until(lambda: len(lab.state(run).epochs_done) > done)
    assert lab.state(run).started_now.first_epoch > 0
    lab.engine.queue.stop(run.id)
    assert lab.ended(run).status == "stopped"
    assert starts(lab, run) == 2


@pytest.fixture(scope="module")
def whole(lab) -> RunState:
    """What comes of a SLOW run that nothing happens to: the same each time."""
    return lab.ended(lab.train(SLOW))


def test_reports_that_are_lost_on_the_way_are_asked_for_again(lab, whole):
    """As when a connection breaks: every third message never arrives, and not the last ones."""
    queue, count = lab.engine.queue, [0]
    take = queue._take

    def lossy(report: dict) -> None:
        count[0] += 1
        if count[0] % 3 and '"tested"' not in report["event"]:
            take(report)

    queue._take = lossy
    try:
        run = lab.train(SLOW)
        state = lab.ended(run)
    finally:
        queue._take = take
    assert state.status == "finished"
    assert (state.loss, state.val_accuracy) == (whole.loss, whole.val_accuracy)
    assert state.tested.confusion == whole.tested.confusion
    assert [number for number, _ in events(lab, run)] == list(range(1, len(events(lab, run)) + 1))


def test_a_database_that_is_locked_for_a_while_loses_nothing(lab, whole):
    run = lab.train(SLOW)
    until(lambda: len(lab.state(run).epochs_done) >= 2)
    with closing(sqlite3.connect(lab.home / "runs.db", isolation_level=None)) as db:
        db.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StorageError, match="database is locked"):  # after BUSY_MILLISECONDS
            lab.train(SHORT)
        until(lambda: lab.engine.queue.trouble)
        assert "Try again in a moment" in lab.engine.queue.trouble
        assert lab.state(run).status == "training", "reading goes on"
        db.execute("ROLLBACK")
    state = lab.ended(run)
    assert (state.status, state.loss, state.val_accuracy) == ("finished", whole.loss, whole.val_accuracy)
    until(lambda: not lab.engine.queue.trouble)
    assert lab.ended(lab.train(SHORT)).status == "finished"


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """A disk of 4 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if not mount or subprocess.run([mount, "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], check=False).returncode:
        pytest.skip("no disk can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def fill(folder: Path) -> Path:
    """Until nothing fits any more."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space"):
        write_for_ever(file)
    return filler


def write_for_ever(file: BinaryIO) -> None:
    while True:
        file.write(bytes(4096))


def create_for_ever(store: RunStore) -> None:
    while True:  # the log of the database may still have room for some
        store.create("no room", NETWORK, SHORT, "bundled")


def test_a_full_disk_loses_nothing(small_disk, whole):
    """Neither the events nor the result of a run that goes on and ends meanwhile."""
    here = Lab(small_disk)
    try:
        run = here.train(SLOW)
        until(lambda: here.state(run).loss.x)
        filler = fill(small_disk)
        until(lambda: here.engine.queue.trouble)
        assert "Make space on the disk" in here.engine.queue.trouble
        with pytest.raises(StorageError, match="Make space on the disk"):
            create_for_ever(here.store)
        until(lambda: here.engine.queue._attempts[run.id].end)  # the worker is done, and it waits for space
        assert here.state(run).active
        filler.unlink()
        state = here.ended(run)
        assert (state.status, state.loss) == ("finished", whole.loss)
        assert here.library.model(run.id).load()
        until(lambda: not here.engine.queue.trouble)
    finally:
        here.engine.close()


@pytest.fixture
def store(tmp_path) -> RunStore:
    return RunStore(f"sqlite:///{tmp_path}/runs.db", str(tmp_path / "models"))


def waiting_run(store: RunStore) -> Run:
    run = store.create("waits", NETWORK, SHORT, "bundled")
    store.submit(run.id)
    return run


def test_why_waiting_runs_do_not_begin_is_said_until_they_do(store, tmp_path):
    """However often the other loop of the queue is well in between."""

    def no_cluster():
        raise EngineError("The training cluster does not start")

    run = waiting_run(store)
    queue = Queue(store, Catalogue(tmp_path), no_cluster, print)
    waiting, told = store.lists.waiting, []
    store.lists.waiting = lambda: told.append(queue.trouble) or waiting()  # asked before each new try
    queue.start()
    until(lambda: queue.trouble)
    told.clear()
    until(lambda: len(told) >= 4)
    queue.close()
    assert all("does not start" in words for words in told)
    assert store.state(run.id).status == "queued"


def test_work_that_waits_is_told_when_there_is_no_cluster(store, tmp_path):
    def no_cluster():
        raise EngineError("The training cluster does not start")

    queue = Queue(store, Catalogue(tmp_path), no_cluster, print)
    queue.start()
    with (
        queue.beside.place(Task(lambda task: None), None, Effort(), 1) as place,
        pytest.raises(EngineError, match="does not start"),
    ):
        place.turn.result(20)
    assert not queue.beside.waits
    queue.close()


def test_quick_epochs_do_not_pile_up_questions(store, tmp_path):
    """A checkpoint is asked for when the one before has come, and a wish to stop does not wait behind a hundred."""
    asked, answer = [], threading.Event()

    class Client:
        def run(self, function, *_, **__):
            asked.append(function.__name__)
            answer.wait()
            return {}

    run = waiting_run(store)
    queue = Queue(store, Catalogue(tmp_path), Client, print)
    assert queue._leases.claim(1) == [run.id]
    submitted = store.state(run.id).submitted
    attempt = queue._attempts[run.id] = Attempt(run, submitted, None, written=1)
    for number in range(1, 31):
        event = EpochEnded(epoch=number, loss=1, accuracy=0, seconds=0.01).model_dump_json()
        queue._take({"run": run.id, "submitted": submitted, "number": number, "event": event, "checkpoint": True})
    queue._stop(attempt)
    until(lambda: "request_stop" in asked)
    assert sorted(asked) == ["request_stop", "take_progress"]
    answer.set()
    until(lambda: not attempt.asking)
    queue.close()


def test_a_closed_engine_leaves_no_thread(threads_before, lab):
    """After all that has happened to this one. It is the last test with it."""
    lab.ended(lab.train())
    lab.close()
    mine = {"beat", "dispatch", "writer_0", "asker_0", "engine_0"}
    until(lambda: not mine & {thread.name for thread in threading.enumerate()} - threads_before, 20)
