"""Connection: what happens to a client, its topics and its futures when a foreign scheduler is gone and back."""

import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError

import pytest
from distributed import Client

from cnn_core.engine.connection import ROOT, Connection
from cnn_core.engine.security import credentials
from cnn_core.engine.versions import differences, versions
from cnn_core.errors import EngineError
from cnn_core.settings import Settings
from tests.engine.conftest import until

TOPIC = "a-topic"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


class Scheduler:
    """A scheduler of somebody else's, without workers, that can be killed and started again at the same place."""

    def __init__(self):
        self.port = free_port()
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "cnn_core.engine", "scheduler", "--port", str(self.port)]
        self.process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)

    def end(self, number: int = signal.SIGKILL) -> int:
        self.process.send_signal(number)
        self.process.stderr.close()
        return self.process.wait(30)


@pytest.fixture
def scheduler() -> Iterator[Scheduler]:
    scheduler = Scheduler()
    scheduler.start()
    yield scheduler
    if scheduler.process.poll() is None:
        scheduler.end()


def connect(address: str, on_connect: Callable[[Client], None]) -> Connection:
    return Connection(Settings(DASK_SCHEDULER_ADDRESS=address), on_connect)


def hears(client: Client, heard: list[int], word: int) -> bool:
    """Said again and again: what is said on another way may be there before the wish to hear it."""
    client.log_event(TOPIC, word)
    return word in heard


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_topics_are_subscribed_again_when_the_scheduler_is_back(scheduler, number):
    heard, clients = [], []

    def on_connect(client: Client) -> None:
        clients.append(client)
        client.subscribe_topic(TOPIC, lambda event: heard.append(event[1]))

    connection = connect(scheduler.address, on_connect)
    try:
        for life in range(2):
            client = connection.client()
            assert len(clients) == life + 1
            waiting = client.submit(abs, -1, pure=False)  # there is no worker that could take it
            until(lambda client=client, life=life: hears(client, heard, life))
            scheduler.end(number)
            with pytest.raises(CancelledError):
                waiting.result(30)
            scheduler.start()
            until(lambda client=client: client.status != "connecting")  # Dask's own client has come back by itself
        assert connection.client() is clients[-1]
        assert connection.client().status == "running"
    finally:
        connection.close()


def test_a_scheduler_that_is_not_there_is_said_in_words_and_found_later(monkeypatch):
    monkeypatch.setattr("cnn_core.engine.connection.START_SECONDS", 6)
    scheduler = Scheduler()
    connection = connect(scheduler.address, lambda client: None)
    try:
        with pytest.raises(EngineError, match="does not start"):
            connection.client()
        scheduler.start()
        until(lambda: answers(connection))
    finally:
        connection.close()
        scheduler.end()


def answers(connection: Connection) -> bool:
    try:
        return connection.client().status == "running"
    except EngineError:
        return False


def test_it_is_closed_while_nobody_answers(monkeypatch):
    """A server that ends does not wait for as long as a scheduler may take to come."""
    monkeypatch.setattr("cnn_core.engine.connection.START_SECONDS", 3600)
    monkeypatch.setattr("cnn_core.engine.connection.TRY_SECONDS", 1)
    with socket.create_server(("127.0.0.1", 0)) as dumb:
        connection = connect(f"tcp://127.0.0.1:{dumb.getsockname()[1]}", lambda client: None)
        dumb.accept()[0].close()  # it has begun
        connection.close()
    with pytest.raises(EngineError, match="ended"):
        connection.client()


@pytest.fixture
def files(tmp_path) -> dict[str, str]:
    for name in ("ca", "cert", "key"):
        (tmp_path / name).write_text("no PEM")
    return {f"tls_{name}_file": str(tmp_path / name) for name in ("ca", "cert", "key")}


def test_credentials_that_do_not_fit_are_said_in_words(files, tmp_path):
    assert credentials(Settings(), "tcp://there:8786") is None
    for settings, address, words in (
        ({}, "tls://there:8786", "needs TLS files"),
        (files, "tcp://there:8786", "begins with tls://"),
        (files, "tls://there:8786", "cannot be used"),
        (files | {"tls_key_file": None}, "tls://there:8786", "CNN_STUDIO_TLS_KEY_FILE"),
        (files | {"tls_ca_file": tmp_path / "nowhere"}, "tls://there:8786", "nowhere"),
    ):
        with pytest.raises(EngineError, match=words):
            credentials(Settings(**settings), address)
    connection = connect("tls://there:8786", lambda client: None)
    with pytest.raises(EngineError, match="needs TLS files"):
        connection.client()
    connection.close()


def test_what_differs_between_machines_is_said_in_words():
    here = versions()
    assert {"Python", "CNN Studio", "keras", "tensorflow", "numpy", "distributed"} <= here.keys()
    assert "missing" not in here.values()
    assert differences(here, dict(here), "the other one") == ""
    there = here | {"Python": "3.9"}
    del there["keras"]
    words = differences(here, there, "the other one")
    assert f"Python is {here['Python']} here and 3.9 there" in words
    assert f"keras is {here['keras']} here and missing there" in words
    assert "numpy is" not in words


def test_a_server_says_what_differs(scheduler, monkeypatch, caplog):
    monkeypatch.setitem(versions(), "keras", "0.1")
    connection = connect(scheduler.address, lambda client: None)
    try:
        connection.client()
    finally:
        connection.close()
    assert "keras is 0.1 here" in caplog.text
