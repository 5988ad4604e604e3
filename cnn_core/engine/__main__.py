"""The processes of a cluster. `python -m cnn_core.engine --help`; README says how they make one of several machines.

`local` is for the server: it prints one line of JSON (the scheduler's address, and the credentials without which nobody
is let in), and ends when its standard input closes: it cannot outlive the server that started it.
"""

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
import threading
from contextlib import suppress

from distributed import Client, Scheduler
from distributed.security import Security

from cnn_core.engine import openssl
from cnn_core.engine.cluster import (
    LOOPBACK,
    PAUSE_SECONDS,
    QUESTIONS,
    TRAINING,
    Workers,
    log,
    memory_of_workers,
    share_imports,
)
from cnn_core.engine.demand import Demand
from cnn_core.engine.security import OPEN, SECRETS, credentials
from cnn_core.engine.versions import differences, versions
from cnn_core.errors import StudioError
from cnn_core.settings import settings

PORT = 8786
CONNECT_SECONDS = 10


async def local(
    training_workers: int, training_memory: int, questions_memory: int, questions_idle: float, hello: int
) -> None:
    """One scheduler and its workers, until stdin closes. The one for questions is there while somebody asks some.

    Args:
        hello: the pipe to the parent, as a file descriptor.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the server, which closes stdin; the workers inherit it
    log.setLevel(logging.WARNING)
    logging.getLogger("distributed").setLevel(logging.ERROR)  # a worker that is replaced is no warning to a server
    security = Security.temporary()
    ended = _ended_with_stdin()
    async with Scheduler(host=LOOPBACK, port=0, dashboard_address=f"{LOOPBACK}:0", security=security) as scheduler:
        _say_hello(hello, scheduler.address, security)
        memory = [(QUESTIONS, questions_memory), *[(TRAINING, training_memory)] * training_workers]
        demand = Demand(scheduler, questions_idle)
        ending = asyncio.create_task(demand.end_idle())
        await Workers(scheduler.address, security, memory, host=LOOPBACK, demand=demand).keep(ended)
        ending.cancel()


def _own_stdout() -> int:
    """The pipe to the parent, for this process alone; whatever else is printed goes to stderr.

    What this process starts would hold the pipe open, so that the parent heard nothing of its end.
    """
    pipe = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return pipe


def _say_hello(pipe: int, address: str, security: Security) -> None:
    """The credentials go over the pipe to the parent, and to nobody else."""
    with os.fdopen(pipe, "w", encoding="utf-8") as parent:
        print(json.dumps({"address": address, **{name: getattr(security, name) for name in SECRETS}}), file=parent)


def _ended_with_stdin() -> asyncio.Event:
    ended, loop = asyncio.Event(), asyncio.get_running_loop()

    def wait() -> None:
        while os.read(0, 1024):
            pass
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=wait, daemon=True).start()
    return ended


def _ended_with_signal() -> asyncio.Event:
    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(ended.set))
    return ended


async def scheduler(host: str, port: int) -> None:
    """Where the machines of a cluster meet, until Ctrl+C."""
    scheme = "tls" if settings().tls_ca_file else "tcp"
    security = credentials(settings(), f"{scheme}://")
    ended = _ended_with_signal()
    async with Scheduler(
        security=security, protocol=f"{scheme}://", host=host, port=port, dashboard_address=f"{LOOPBACK}:0"
    ) as process:
        log.info("The scheduler is at %s", process.address)
        if not security:
            log.warning(OPEN)
        await ended.wait()


async def worker(address: str) -> None:
    """This machine's workers for the scheduler at `address`, until Ctrl+C."""
    security, memory = credentials(settings(), address), memory_of_workers(settings())
    ended = _ended_with_signal()
    log.info("Workers for the scheduler at %s: %d for questions, %d for trainings", address, 1, len(memory) - 1)
    for kind, limit in dict(memory).items():
        log.info("A worker for %s may take %.1f GiB of this machine's memory", kind, limit / 2**30)
    if not security:
        log.warning(OPEN)
    comparing = asyncio.create_task(_compare_versions(address, security))
    await Workers(address, security, memory).keep(ended)
    comparing.cancel()


async def _compare_versions(address: str, security: Security | None) -> None:
    """Say what the scheduler's machine has in other versions, as soon as it can be reached."""
    while True:
        with suppress(OSError):
            async with Client(
                address, security=security, asynchronous=True, set_as_default=False, timeout=CONNECT_SECONDS
            ) as client:
                try:
                    there = await client.run_on_scheduler(versions)
                except ImportError:  # not even this repository is there
                    there = {}
                if words := differences(versions(), there, "the scheduler's"):
                    log.warning(words)
                return
        await asyncio.sleep(PAUSE_SECONDS)


def main() -> None:
    openssl.cure()  # or a worker that dies breaks its scheduler's next, healthy connection
    parser = argparse.ArgumentParser(prog="python -m cnn_core.engine", description="The processes of a cluster.")
    verbs = parser.add_subparsers(required=True)
    verb = verbs.add_parser("scheduler", help="where the machines meet")
    verb.set_defaults(run=scheduler)
    verb.add_argument("--host", default=LOOPBACK, help="this machine's address, at which the others reach it")
    verb.add_argument("--port", type=int, default=PORT)
    verb = verbs.add_parser("worker", help="a machine that trains and answers questions")
    verb.set_defaults(run=worker)
    verb.add_argument("--scheduler", dest="address", required=True, help="tls://HOST:8786, or tcp:// without TLS files")
    verb = verbs.add_parser("local", help="scheduler and workers of a server on one machine; ends with its stdin")
    verb.set_defaults(run=local)
    for name in ("--training-workers", "--training-memory", "--questions-memory"):
        verb.add_argument(name, type=int, required=True)
    verb.add_argument("--questions-idle", type=float, required=True)
    options = vars(parser.parse_args())
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    log.setLevel(logging.INFO)
    if options["run"] is local:
        options["hello"] = _own_stdout()
    share_imports()
    logging.getLogger("distributed").setLevel(logging.WARNING)  # who comes and goes would drown what is to be read
    try:
        asyncio.run(options.pop("run")(**options))
    except StudioError as error:
        parser.exit(2, f"{error}\n")


if __name__ == "__main__":
    main()
