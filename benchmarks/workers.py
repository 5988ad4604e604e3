"""Workers as copies of a process that has imported TensorFlow, against workers that import it themselves (Linux).

Each way is a process of its own with a scheduler, a worker for questions and one that trains.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time

import psutil
from distributed import Client, Scheduler

from benchmarks.common import publish, spread
from cnn_core.engine.cluster import LOOPBACK, QUESTIONS, TRAINING, Workers, memory_of_workers, share_imports
from cnn_core.settings import Settings

DEATHS = 5
MIB = 2**20


def main() -> None:
    ways = {"copies": _measured("copies"), "imported by each": _measured("spawned")}
    rows = [
        [
            name,
            f"{told['start']:.1f} s",
            spread(told["again"]),
            f"{told['pss'] / MIB:,.0f} MiB",
            f"{told['each'] / MIB:,.0f} MiB",
        ]
        for name, told in ways.items()
    ]
    copies, alone = ways.values()
    times = sorted(alone["again"])[DEATHS // 2] / sorted(copies["again"])[DEATHS // 2]
    head = ["workers are", "both ready", "a killed one is back", "memory of all", "one more worker"]
    note = (
        f"A killed worker is back {times:.1f} times as fast. Memory is the proportional set size of the cluster's "
        "process and all below it; what one more worker takes is the unique set size of the one that trains."
    )
    publish("workers", "Workers: copies against imports", head, rows, note)


def _measured(way: str) -> dict:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.workers", "--way", way], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


async def measure() -> dict:
    """Seconds until both workers answer, and until the one that trains is back each time that it was killed."""
    began, ended = time.perf_counter(), asyncio.Event()
    async with Scheduler(host=LOOPBACK, port=0, dashboard_address=f"{LOOPBACK}:0") as scheduler:
        kept = asyncio.create_task(Workers(scheduler.address, None, memory_of_workers(Settings())).keep(ended))
        async with Client(scheduler.address, asynchronous=True) as client:
            await _pid(client, QUESTIONS)
            trainer = await _pid(client, TRAINING)
            start, again = time.perf_counter() - began, []
            for _ in range(DEATHS):
                psutil.Process(trainer).kill()
                killed, before = time.perf_counter(), trainer
                while trainer == before:
                    trainer = await _pid(client, TRAINING)
                again.append(time.perf_counter() - killed)
            family = [psutil.Process(), *psutil.Process().children(recursive=True)]
            pss = sum(process.memory_full_info().pss for process in family)
            each = psutil.Process(trainer).memory_full_info().uss
        ended.set()
        await kept
    return {"start": start, "again": again, "pss": pss, "each": each}


async def _pid(client: Client, kind: str) -> int:
    """Of the worker of this kind; a question that one takes with it into death is asked again."""
    import os

    while True:
        try:
            return await client.submit(os.getpid, resources={kind: 1}, pure=False)
        except Exception:
            await asyncio.sleep(0.01)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--way", choices=["copies", "spawned"])
    chosen = parser.parse_args().way
    if chosen is None:
        main()
    else:
        if chosen == "copies":
            share_imports()
        print(json.dumps(asyncio.run(measure())))
