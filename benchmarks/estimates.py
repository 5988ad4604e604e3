"""How good the times are that somebody who waits is told: at the moment of asking, and what became of it.

In each round runs of different networks and lengths are asked for at once, two of them with frozen layers; in the first
one nothing was trained before, so only the next ones count. A run is told how long it waits, until its training begins,
and how long it takes itself, from there to its end; what is told of that includes the moment before, in which a trainer
makes ready and frozen layers look at the images. One trainer.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.common import publish
from cnn_core.design.presets import PRESETS
from cnn_core.design.recipe import Recipe
from cnn_core.design.start import Start
from cnn_core.runs import forecast
from cnn_core.settings import Settings
from cnn_core.studio import Studio
from tests.support.waiting import until

ASKED = (
    ("lesson", Recipe(epochs=3)),
    ("keras-log", Recipe(epochs=2)),
    ("dnn-500x3", Recipe(epochs=8, train_images=2_000)),
    ("keras-log", Recipe(epochs=6, batch_size=32)),
    ("cnn-25-50", Recipe(epochs=4, optimizer="adam")),
    ("same-32-64-128", Recipe(epochs=2, train_images=2_000)),
    ("lesson", Recipe(epochs=10, train_images=1_000)),
    ("cnn-25-50", Recipe(epochs=1, train_images=500)),
    ("keras-log", Recipe(epochs=20, start=Start(base="keras-log", layers=6, frozen=6))),
    ("keras-log", Recipe(epochs=5, start=Start(base="keras-log", layers=6, frozen=2))),
)
LONGEST = 300.0  # seconds that a round may take


class Told(NamedTuple):
    """Of a run, in seconds: what was told, and what it was."""

    network: str
    before: int
    wait: float
    waited: float
    length: float | None
    took: float


def asked_at_once(studio: Studio) -> list[Told]:
    """A round. A run of which nothing can be told is left out."""
    store, queue = studio.store, studio.engine.queue
    runs = [store.create(_name(*asked), PRESETS[asked[0]].network, asked[1], "bundled") for asked in ASKED]
    for run in runs:
        queue.put(run)
    asked, line = time.time(), store.lists.line()
    waits = forecast.waits(store, line, studio.settings.training_workers)
    pace = forecast.pace(store)
    lengths = {run.id: pace.whole(run.effort) for run in (*line.begun, *line.waiting)}
    until(lambda: not any(state.active for state in store.states(run.id for run in runs).values()), LONGEST)
    found = []
    for run in runs:
        state = store.state(run.id)
        if run.id in waits and line.before(run.id):
            known = line.before(run.id), waits[run.id], state.started - asked
            found.append(Told(run.name, *known, lengths[run.id], state.ended - state.started))
    return sorted(found, key=lambda told: told.before)


def _name(network: str, recipe: Recipe) -> str:
    return f"{network}, {recipe.start.frozen} layers frozen" if recipe.start else network


def spread(ratios: list[float]) -> str:
    """The middle, and how far the others are from it."""
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}, n = {len(ratios)})"


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as home:
        studio = Studio(Settings(home=Path(home)))
        try:
            asked_at_once(studio)
            told = [one for _ in range(rounds) for one in asked_at_once(studio)]
        finally:
            studio.close()
    rows: list[list[object]] = [
        [one.network, one.before, *_pair(one.wait, one.waited), *_pair(one.length, one.took)] for one in told
    ]
    waits = spread([one.waited / one.wait for one in told if one.wait])
    lengths = spread([one.took / one.length for one in told if one.length])
    rows.append(["**all**", "", "", "", waits, "", "", lengths])
    head = ["network", "runs before", "wait, told", "was", "ratio", "length, told", "was", "ratio"]
    publish("estimates", "The times that who waits is told", head, rows, __doc__)


def _pair(told: float | None, was: float) -> list[str]:
    return [f"{told:.1f} s", f"{was:.1f} s", f"{was / told:.2f}"] if told else ["–", f"{was:.1f} s", "–"]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    main(parser.parse_args().rounds)
