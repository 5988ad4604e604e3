"""The worker for questions of a local cluster: it begins with the first question, and ends when nobody asks."""

import asyncio
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
from distributed import Client, Scheduler

from cnn_core.engine.connection import Connection
from cnn_core.engine.demand import Demand
from cnn_core.engine.work.base import BACKGROUND, DOWNLOADS, QUESTIONS, TRAINING
from cnn_core.settings import Settings
from tests.engine.conftest import until
from tests.support.processes import workers_of

IDLE = 3.0  # seconds: longer than what this test does between two questions


@pytest.fixture(scope="module")
def connection(tmp_path_factory) -> Iterator[Connection]:
    """One for all tests here: the first one finds it fresh."""
    home = tmp_path_factory.mktemp("home")
    connection = Connection(Settings(home=home, questions_idle_seconds=IDLE), lambda client: None)
    yield connection
    connection.close()


def pid(connection: Connection, kind: str) -> int:
    """The process that has room for such work."""
    return connection.client().submit(os.getpid, resources={kind: 1}, pure=False).result(120)


def pids(connection: Connection) -> set[int]:
    return {worker.pid for worker in workers_of(psutil.Process(connection.cluster_pid()))}


def test_it_begins_with_a_question_and_ends_without(connection):
    trainer = pid(connection, TRAINING)
    assert pids(connection) == {trainer}, "a training needs no other"
    assert not connection.has(QUESTIONS)
    first = pid(connection, QUESTIONS)
    assert pids(connection) == {trainer, first}
    assert connection.has(QUESTIONS)
    until(lambda: pids(connection) == {trainer})
    assert not connection.has(QUESTIONS)
    assert pid(connection, QUESTIONS) not in (first, trainer), "and a new one when somebody asks again"


@pytest.mark.parametrize("kind", [DOWNLOADS, BACKGROUND])
def test_long_work_keeps_it(connection, kind):
    work = connection.client().submit(time.sleep, IDLE + 2, resources={kind: 1}, pure=False)
    until(lambda: connection.has(QUESTIONS))
    worker = pid(connection, QUESTIONS)
    assert work.result(60) is None, "nobody has ended it"
    assert worker in pids(connection)


def test_one_that_dies_is_replaced_before_the_next_question(connection):
    known = {pid(connection, TRAINING), pid(connection, QUESTIONS)}
    psutil.Process(pid(connection, QUESTIONS)).kill()
    until(lambda: pids(connection) - known)  # nobody has asked
    assert pid(connection, QUESTIONS) not in known


async def wanted_by(kind: str) -> bool:
    """Whether work for `kind`, at a scheduler without any worker, wants the one for questions."""
    async with Scheduler(host="127.0.0.1", port=0, dashboard_address="127.0.0.1:0") as scheduler:
        demand = Demand(scheduler, IDLE)
        async with Client(scheduler.address, asynchronous=True, set_as_default=False) as client:
            held = client.submit(abs, -1, resources={kind: 1})
            while not scheduler.unrunnable:
                await asyncio.sleep(0.01)
            held.release()
            return demand.wanted.is_set()


def test_one_that_begins_is_not_idle(tmp_path):
    """Though it takes longer to begin than nobody may ask: its first task waits for it."""
    connection = Connection(Settings(home=tmp_path, questions_idle_seconds=1), lambda client: None)
    assert pid(connection, QUESTIONS)
    connection.close()


@pytest.mark.parametrize(
    ("kind", "wanted"), [(QUESTIONS, True), (DOWNLOADS, True), (BACKGROUND, True), (TRAINING, False)]
)
def test_only_work_that_it_has_room_for_wants_it(kind, wanted):
    """A wish on a fresh server waits for its trainer: that is no question."""
    with ThreadPoolExecutor(1) as thread:  # tests in a browser leave an event loop in this one
        assert thread.submit(lambda: asyncio.run(wanted_by(kind))).result() is wanted
