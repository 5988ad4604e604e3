"""How long trainings will take here, and how long those that wait: by the pace of the runs before them."""

import heapq
import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from cnn_core.design.effort import Effort, effort
from cnn_core.runs.state import RunState
from cnn_core.runs.store import RunStore
from cnn_core.runs.turns import Line

RECENT = 10  # runs whose pace is looked at
HANDED_OVER = 1.0  # seconds that it takes at most to give a run to a trainer that is free
Speed = tuple[int, float]
"""The MACs of a network for one image, and the images a second that its training took."""


class Pace(NamedTuple):
    """What the last runs here say of the next ones.

    Attributes:
        speeds: of their networks.
        besides: the seconds that a run takes beside its images: to be given to a trainer, built, tested and saved.
        starts: speeds of those that began with what another network has learned, from the moment at which they had a
            trainer to their end: what their frozen layers had seen already is not computed again.
    """

    speeds: Sequence[Speed] = ()
    besides: float = 0.0
    starts: Sequence[Speed] = ()

    def seconds(self, macs: int, total_images: int, runs: int = 1) -> float | None:
        """Of so many runs, one after the other, that train on so many images together; None when nobody can know.

        By the run whose network has most nearly as many MACs: in small networks most of the time goes elsewhere.
        """
        seconds = _seconds(self.speeds, macs, total_images)
        return None if seconds is None else seconds + runs * self.besides

    def whole(self, run: Effort) -> float | None:
        """Seconds that a whole training takes."""
        seconds = _seconds(self.starts, run.macs, run.images) if run.start else self.seconds(run.macs, run.images)
        return seconds if seconds is None or run.limit is None else min(seconds, run.limit + self.besides)


def _seconds(speeds: Sequence[Speed], macs: int, images: int) -> float | None:
    known = [(other, speed) for other, speed in speeds if other and speed]
    if not known or not macs:
        return None
    other, speed = min(known, key=lambda one: abs(math.log(one[0] / macs)))
    return images * macs / (other * speed)


def pace(store: RunStore) -> Pace:
    """By the last runs here."""
    runs = [run for run in store.lists.trained(RECENT) if not run.brought_in]
    states = store.states(run.id for run in runs)
    speeds, starts, extra = [], [], []
    for run in runs:
        state = states.get(run.id, RunState())
        trained = _trained(state, states.values())
        if trained is None or run.network is None or run.recipe is None:
            continue
        macs, speed = effort(run.network, run.recipe, trained.images).macs, state.images_per_second
        if run.recipe.start:
            starts.append((macs, trained.images / trained.seconds))
        else:
            speeds.append((macs, speed))
            extra.append(trained.seconds - trained.images / speed)
    return Pace(speeds, max(0.0, statistics.median(extra)) if extra else 0.0, starts)


class _Trained(NamedTuple):
    """Of the last attempt of a run: the images of all epochs, and the seconds that it had a trainer."""

    images: int
    seconds: float


def _trained(state: RunState, others: Iterable[RunState]) -> _Trained | None:
    """From the moment at which a trainer was free for it to its end; None where that is not known."""
    if not (state.ended and state.started and state.started_now and state.images_per_second):
        return None
    ends = [other.ended for other in others if other.ended and state.submitted < other.ended <= state.started]
    images = (state.epoch - state.started_now.first_epoch) * state.started_now.train_images
    taken = -math.inf if state.started_now.taken is None else state.started_now.taken - HANDED_OVER
    seconds = state.ended - max(*ends, state.submitted, taken)
    return _Trained(images, seconds) if seconds > 0 else None  # a clock may be set back


def waits(store: RunStore, line: Line, trainers: int) -> Mapping[str, float]:
    """Seconds until each run that waits begins; without those of which nobody can know.

    Args:
        line: the runs, and perhaps other work that takes a trainer.
        trainers: how many runs are trained at a time.
    """
    here, states = pace(store), store.states(run.id for run in line.begun)
    left = [_left(states.get(run.id), run.effort, here) for run in line.begun]
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


def _left(state: RunState | None, run: Effort, here: Pace) -> float | None:
    """Seconds that what is under way takes still. What is no run has no state; its effort is that of the rest."""
    if state and (state.status == "testing" or not state.active):
        return 0.0
    return here.whole(run) if state is None or state.seconds_left is None else state.seconds_left
