"""The local cluster: whatever is killed, it goes on; it ends without a word; nothing stays; no stranger gets in."""

import gc
import os
import random
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import psutil
import pytest
from distributed import Client, Future
from distributed.scheduler import KilledWorker
from distributed.security import Security
from distributed.system import memory_limit
from hypothesis import given
from hypothesis import strategies as st

from cnn_core import settings as settings_module
from cnn_core.design.layers import Conv2D, Dense, Flatten, MaxPooling2D
from cnn_core.design.network import Network
from cnn_core.engine.cluster import QUESTIONS, THREADS_TO_A_CORE, TRAINING, memory_of_workers, threads_of_each
from cnn_core.engine.connection import Connection
from cnn_core.errors import EngineError
from cnn_core.settings import MIB, WORKER_BYTES, Settings, machine_memory
from tests.engine import conftest
from tests.engine.conftest import SHORT, Lab
from tests.support.processes import workers_of

pytestmark = pytest.mark.timeout(900)  # many processes load TensorFlow, one after the other
until = partial(conftest.until, seconds=600)
GIB = 1024 * MIB
TLS_ALERT = 0x15
WIDE = Network(
    layers=(
        *[Conv2D(filters=64, kernel_size=3, activation="relu")] * 2,
        MaxPooling2D(pool_size=4),
        Flatten(),
        Dense(units=10, activation="softmax"),
    )
)
SECRET_PAGES = ("/", "/metrics", "/health", "/info/main/workers.html", "/json/counts.json", "/statics/css/base.css")


@pytest.fixture
def connection(tmp_path) -> Iterator[Connection]:
    yield from connected(tmp_path)


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Iterator[Connection]:
    """A connection to a cluster to which nothing happens."""
    yield from connected(tmp_path_factory.mktemp("whole"))


def connected(home: Path) -> Iterator[Connection]:
    connection = Connection(Settings(home=home), lambda client: None)
    yield connection
    connection.close()


def family(connection: Connection) -> list[psutil.Process]:
    process = psutil.Process(connection.cluster_pid())
    return [process, *process.children(recursive=True)]


def workers(connection: Connection) -> dict[int, psutil.Process]:
    """The processes that are workers, or are becoming one."""
    return {worker.pid: worker for worker in workers_of(psutil.Process(connection.cluster_pid()))}


def both_answer(client: Client) -> bool:
    """The worker for questions, and the one that trains."""
    asked = [client.submit(abs, -1, resources={kind: 1}, pure=False) for kind in (QUESTIONS, TRAINING)]
    return [answer.result(600) for answer in asked] == [1, 1]


def both_answer_unless_killed(client: Client) -> bool:
    """The scheduler may not have heard yet of the last death."""
    try:
        return both_answer(client)
    except KilledWorker:
        return False


def test_workers_may_die_at_any_moment_while_the_cluster_starts(connection):
    """From the first moment of their process to the moment they are ready; each is replaced."""
    moments = random.Random(1)
    pid, killed = connection.cluster_pid(), set()
    for _ in range(5):
        until(lambda: workers(connection).keys() - killed)
        time.sleep(moments.choice([0, 0.1, 0.5, 1, 2, 4]))
        for worker in [one for pid, one in workers(connection).items() if pid not in killed]:
            worker.kill()
            killed.add(worker.pid)
    assert len(killed) >= 5
    until(lambda: both_answer_unless_killed(connection.client()))
    assert connection.cluster_pid() == pid, "it is the same cluster"


def started(connection: Connection) -> None:
    assert both_answer(connection.client())


def training(connection: Connection) -> Future:
    started(connection)
    busy = connection.client().submit(time.sleep, 600, resources={TRAINING: 1})
    until(lambda: any(connection.client().processing().values()))
    return busy  # a task whose future nobody holds is taken back


def starting(connection: Connection) -> None:
    until(lambda: workers(connection))


def about_to_start(connection: Connection) -> None:
    connection.client()


@pytest.mark.parametrize("state", [training, starting, about_to_start])
def test_it_ends_without_a_word(tmp_path, state: Callable, capfd):
    connection = Connection(Settings(home=tmp_path), lambda client: None)
    held = state(connection)
    process, members = connection._process, family(connection)
    capfd.readouterr()  # TensorFlow talks while it starts
    connection.close()
    assert process.returncode == 0
    said = capfd.readouterr().err.splitlines()
    assert [line for line in said if not line.startswith(("I0000", "WARNING: All log"))] == []
    _, alive = psutil.wait_procs(members, timeout=30)
    assert alive == []
    del held


def test_it_ends_while_its_first_worker_is_waited_for(tmp_path):
    """`close` does not wait for a start, and leaves no process behind."""
    before = set(psutil.Process().children())
    connection = Connection(Settings(home=tmp_path), lambda client: None)
    connection.close()
    with pytest.raises(EngineError):
        connection.client()
    assert set(psutil.Process().children()) == before


def copied_from(connection: Connection) -> list[psutil.Process]:
    """The process that the workers of a cluster that starts are to be copied from, once it is there."""
    cluster = connection._process
    children = psutil.Process(cluster.pid).children() if cluster else []
    return [child for child in children if any("forkserver" in word for word in child.cmdline())]


def test_a_server_hears_at_once_that_its_cluster_was_killed_while_it_starts(tmp_path):
    """Though what the cluster had started still imports TensorFlow, and hears nothing itself."""
    connection = Connection(Settings(home=tmp_path), lambda client: None)
    connection._wanted.set()
    until(lambda: copied_from(connection))
    (importing,) = copied_from(connection)
    importing.suspend()
    try:
        connection._process.kill()
        assert connection._connected.exception(timeout=30)
    finally:
        importing.kill()
        connection.close()


def test_nothing_stays_in_the_server_of_clusters_that_died(connection):
    """Threads, file descriptors and processes, counted after the second and the third cluster."""
    counts = []
    for _ in range(3):
        connection.client().submit(abs, -1, pure=False)
        members = family(connection)
        for member in members:
            member.kill()
        psutil.wait_procs(members, timeout=60)
        until(lambda dead=members[0]: connection.cluster_pid() != dead.pid)
        gc.collect()
        process = psutil.Process()
        threads = sorted(thread.name for thread in threading.enumerate())
        counts.append((threads, process.num_fds(), len(process.children())))
    assert counts[1] == counts[-1]


def ports(connection: Connection) -> list[tuple[str, int]]:
    """Where the cluster's processes listen."""
    return [
        (found.laddr.ip, found.laddr.port)
        for process in family(connection)
        for found in process.net_connections("tcp")
        if found.status == psutil.CONN_LISTEN
    ]


def test_strangers_are_not_let_in(whole):
    """Neither people on other machines, nor those on this one without the credentials, whatever they speak."""
    started(whole)
    places = ports(whole)
    assert len(places) >= 5, "scheduler, two workers and their nannies"
    assert {ip for ip, _ in places} == {"127.0.0.1"}
    scheduler = whole.client().scheduler.address
    for address, security, words in (
        (scheduler, Security.temporary(), "TLS certificate does not match"),
        (scheduler.replace("tls://", "tcp://"), Security(), r"Timed out|reset|closed"),
    ):
        with pytest.raises(OSError, match=words):
            Client(address, security=security, timeout=3, set_as_default=False)
    with ThreadPoolExecutor(len(places)) as strangers:  # at each place one: a silent one is waited for
        list(strangers.map(is_closed, places))
    assert both_answer(whole.client()), "and the owner is still served"


def is_closed(place: tuple[str, int]) -> None:
    assert b"\x83" not in said_to(place, b"\x00" * 64), "Dask's handshake is a message of msgpack"
    assert said_over_tls(place) == b""
    for page in SECRET_PAGES:
        answer = said_to(place, f"GET {page} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert not answer or answer[0] == TLS_ALERT or tells_nothing(answer), (page, answer)


def tells_nothing(answer: bytes) -> bool:
    """An answer of Dask's HTTP server, which cannot be left out: not found, or sent on to where nothing is found."""
    head, _, body = answer.partition(b"\r\n\r\n")
    return b" 404 " in head.splitlines()[0] or (b"Location: status" in head and not body)


def said_to(place: tuple[str, int], words: bytes) -> bytes:
    """What is answered to a raw TCP client."""
    with socket.create_connection(place, timeout=2) as stranger:
        stranger.sendall(words)
        return heard(stranger)


def said_over_tls(place: tuple[str, int]) -> bytes:
    """What is answered to a client that speaks TLS, and has no certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with socket.create_connection(place, timeout=2) as raw, context.wrap_socket(raw) as stranger:
            stranger.sendall(b"\x00" * 64)
            return heard(stranger)
    except OSError:
        return b""


def heard(stranger: socket.socket) -> bytes:
    try:
        return stranger.recv(4096)
    except OSError:
        return b""


@given(trainers=st.integers(1, 64), cores=st.integers(1, 256))
def test_trainers_share_the_cores(trainers, cores):
    each = threads_of_each(trainers, cores)
    assert 1 <= each <= cores
    assert each == 1 or each * trainers <= THREADS_TO_A_CORE * cores
    if trainers <= THREADS_TO_A_CORE:
        assert each == cores, "one that is alone is as fast as ever"


def test_a_trainer_computes_with_so_many_threads(whole):
    told = whole.client().submit(os.getenv, "TF_NUM_INTRAOP_THREADS", resources={TRAINING: 1}, pure=False)
    assert int(told.result(600)) == threads_of_each(1)


@pytest.mark.parametrize("machine", [1, 2, 4, 8, 16, 64, 512])
def test_the_workers_of_a_machine_share_its_memory(machine, monkeypatch):
    monkeypatch.setattr(settings_module, "machine_memory", lambda: machine * GIB)
    enough = min(64, max(0, machine * GIB * 3 // 4 // WORKER_BYTES - 1))
    for trainers in range(1, enough + 1):
        settings = Settings(training_workers=trainers)
        memory = memory_of_workers(settings)
        assert [kind for kind, _ in memory] == [QUESTIONS, *[TRAINING] * trainers]
        assert sum(limit for _, limit in memory) <= 0.75 * machine * GIB
        assert {limit for kind, limit in memory if kind == TRAINING} == {settings.training_memory_bytes}
    for trainers in range(enough + 1, 65):
        with pytest.raises(EngineError, match="too little memory"):
            memory_of_workers(Settings(training_workers=trainers))


def test_a_limit_that_was_set_is_that_of_each_training():
    settings = Settings(training_workers=4, training_memory_bytes=3 * GIB)
    assert [limit for kind, limit in memory_of_workers(settings) if kind == TRAINING] == [3 * GIB] * 4


def test_a_container_has_the_memory_that_it_may_take(tmp_path, monkeypatch):
    assert machine_memory() == memory_limit(), "Dask's own figure is the oracle"
    limits = [tmp_path / name for name in ("max", "high", "missing")]
    limits[0].write_text("max\n")
    limits[1].write_text(f"{64 * MIB}\n")
    monkeypatch.setattr(settings_module, "CGROUP_LIMITS", list(map(str, limits)))
    assert machine_memory() == 64 * MIB


@pytest.fixture
def two_trainers(tmp_path, monkeypatch) -> Iterator[Lab]:
    monkeypatch.setenv("CNN_STUDIO_TRAINING_WORKERS", "2")
    yield from conftest.lab(tmp_path)


def test_two_workers_train_at_the_same_time_and_the_third_run_waits(two_trainers):
    lab = two_trainers
    runs = [lab.train(conftest.LONG) for _ in range(3)]
    until(lambda: [lab.state(run).status for run in runs] == ["training", "training", "queued"])
    until(lambda: min(lab.state(run).epoch for run in runs[:2]) > 1)  # both go on
    lab.engine.queue.stop(runs[0].id)
    lab.until(runs[2], "training")
    assert lab.state(runs[1]).status == "training", "another one's stop is not its own"


@pytest.fixture
def small_lab(tmp_path, monkeypatch) -> Iterator[Lab]:
    monkeypatch.setenv("CNN_STUDIO_TRAINING_MEMORY_BYTES", str(GIB))
    lab = Lab(tmp_path)
    yield lab
    lab.engine.close()


def test_a_training_that_takes_more_than_its_memory_fails_in_words(small_lab):
    lab = small_lab
    client = lab.engine._connection.client()
    assert both_answer(client)
    workers = client.scheduler_info(n_workers=-1)["workers"].values()
    limits = {worker["memory_limit"] for worker in workers if TRAINING in worker["resources"]}
    assert limits == {Settings().training_memory_bytes} == {GIB}
    greedy = lab.train(SHORT.model_copy(update={"batch_size": 2048, "train_images": 4000, "epochs": 50}), WIDE)
    state = lab.ended(greedy)
    assert state.status == "failed"
    assert "ran out of memory" in state.message
    assert lab.ended(lab.train()).status == "finished", "a new worker has taken its place"
