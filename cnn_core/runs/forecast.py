"""How long trainings will take here, and how long those that wait: by the pace of the runs before them."""

import heapq
import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from cnn_core.design.effort import Effort
from cnn_core.design.shapes import trace
from cnn_core.runs.state import RunState
from cnn_core.runs.store import RunStore

RECENT = 10  # runs whose pace is looked at
Speed = tuple[int, float]
"""The MACs of a network for one image, and the images a second that its training took."""


class Pace(NamedTuple):
    """What the last runs here say of the next ones.

    Attributes:
        speeds: of their networks.
        besides: the seconds that a run takes beside its images: to be given to a trainer, built, tested and saved.
    """

    speeds: Sequence[Speed] = ()
    besides: float = 0.0

    def seconds(self, macs: int, total_images: int, runs: int = 1) -> float | None:
        """Of so many runs, one after the other, that train on so many images together; None when nobody can know.

        By the run whose network has most nearly as many MACs: in small networks most of the time goes elsewhere.
        """
        known = [(other, speed) for other, speed in self.speeds if other and speed]
        if not known or not macs:
            return None
        other, speed = min(known, key=lambda one: abs(math.log(one[0] / macs)))
        return total_images * macs / (other * speed) + runs * self.besides

    def whole(self, run: Effort) -> float | None:
        """Seconds that a whole training takes."""
        seconds = self.seconds(run.macs, run.images)
        return seconds if seconds is None or run.limit is None else min(seconds, run.limit + self.besides)


def pace(store: RunStore) -> Pace:
    """Of runs that computed all of their network: one whose frozen layers have looked once is quicker than it seems."""
    runs = [
        run for run in store.lists.trained(RECENT) if run.recipe and run.recipe.start is None and not run.brought_in
    ]
    networks = {run.id: run.network for run in runs if run.network}
    states = store.states(networks)
    speeds = [(trace(networks[run_id]).totals.macs, state.images_per_second) for run_id, state in states.items()]
    extra = [seconds for state in states.values() if (seconds := _besides(state, states.values())) is not None]
    return Pace(speeds, max(0.0, statistics.median(extra)) if extra else 0.0)


def _besides(state: RunState, others: Iterable[RunState]) -> float | None:
    """Seconds from the moment at which a trainer was free for it to its end, without those that its images took."""
    if not (state.ended and state.started and state.started_now and state.images_per_second):
        return None
    ends = [other.ended for other in others if other.ended and state.submitted < other.ended <= state.started]
    images = (state.epoch - state.started_now.first_epoch) * state.started_now.train_images
    return state.ended - max(ends, default=state.submitted) - images / state.images_per_second


def waits(store: RunStore, trainers: int) -> Mapping[str, float]:
    """Seconds until each run that waits begins; without those of which nobody can know.

    Args:
        trainers: how many runs are trained at a time.
    """
    line, here = store.lists.line(), pace(store)
    states = store.states(run.id for run in line.begun)
    left = [_left(states.get(run.id, RunState()), run.effort, here) for run in line.begun]
    return begins(left, [(run.id, here.whole(run.effort)) for run in line.waiting], trainers)


def begins(left: Sequence[float | None], asked: Iterable[tuple[str, float | None]], trainers: int) -> dict[str, float]:
    """When each of those that wait begins: every one in its turn takes the trainer that is free first.

    Args:
        left: seconds that those under way take still.
        asked: those that wait, in turn, and the seconds that each takes.

    >>> begins([5.0], [("a", 10.0), ("b", 1.0), ("c", None), ("d", 1.0), ("e", 1.0)], trainers=2)
    {'a': 0.0, 'b': 5.0, 'c': 6.0}
    """
    found: dict[str, float] = {}
    free = [0.0] * (trainers - len(left)) + [one for one in left if one is not None]
    if None in left:
        return found
    heapq.heapify(free)
    for run_id, seconds in asked:
        found[run_id] = heapq.heappop(free)
        if seconds is None:
            break
        heapq.heappush(free, found[run_id] + seconds)
    return found


def _left(state: RunState, run: Effort, here: Pace) -> float | None:
    """Seconds that a run under way takes still."""
    if state.status == "testing" or not state.active:
        return 0.0
    return here.whole(run) if state.seconds_left is None else state.seconds_left
