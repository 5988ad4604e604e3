"""What a server keeps: when there are more runs or data sets than it may, the oldest go.

Safe with several servers on one database: what another one was quicker to delete, or has begun again, is passed over.
"""

from __future__ import annotations

import time
from collections.abc import Set
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnn_core.data.datasets import TAUGHT, Catalogue
from cnn_core.errors import DataError, RunError
from cnn_core.settings import Settings

if TYPE_CHECKING:
    from cnn_core.runs.store import RunStore


@dataclass(frozen=True)
class Kept:
    """How much is kept; None: all.

    Attributes:
        runs: that have ended.
        datasets: that were made of what visitors sent.
        taught_hours: of the pictures of things that a network was taught.
    """

    runs: int | None = None
    datasets: int | None = None
    taught_hours: float | None = None

    @classmethod
    def by(cls, settings: Settings) -> Kept:
        """What the settings say."""
        return cls(settings.max_kept_runs, settings.max_kept_datasets, settings.max_taught_hours)


def tidy(store: RunStore, catalogue: Catalogue, kept: Kept) -> None:
    """Delete what is too much. Raises StorageError where the database or the disk does not let it."""
    if kept.runs is not None:
        _forget_runs(store, kept.runs)
    if kept.datasets is not None or kept.taught_hours is not None:
        needed = store.lists.needed().datasets
        for name in _too_many(catalogue, kept):
            if name not in needed:
                with suppress(DataError):  # somebody else was faster
                    catalogue.delete(name)
                    store.people.disown("data", name)


def _forget_runs(store: RunStore, most: int) -> None:
    """The runs of a duel go together, and the duel with them: half of one could not be read."""
    needed = store.lists.needed()
    for run_id, duel in store.lists.older(most):
        if run_id in needed.runs or duel in needed.duels:
            continue
        if duel:
            _forget_duel(store, duel, needed.runs)
        else:
            with suppress(RunError):  # somebody has resumed it meanwhile
                store.delete(run_id)


def _forget_duel(store: RunStore, duel: str, needed: Set[str]) -> None:
    runs = store.lists.of_duel(duel)
    if needed & set(runs):
        return
    with suppress(RunError):  # somebody has resumed one of them meanwhile
        for run_id in runs:
            store.delete(run_id)
        store.duels.delete(duel)


def _too_many(catalogue: Catalogue, kept: Kept) -> list[str]:
    """Data sets of visitors that are too many, or of their own things and too old."""
    made = {}  # by name, when: nanoseconds since 1970
    for entry in catalogue.entries():
        if entry.source == "own":
            with suppress(OSError):  # deleted a moment ago
                made[entry.name] = catalogue.version(entry.name)
    newest = sorted(made, key=made.__getitem__, reverse=True)
    gone = set() if kept.datasets is None else set(newest[kept.datasets :])
    if kept.taught_hours is not None:
        limit = (time.time() - 3600 * kept.taught_hours) * 1e9
        gone |= {name for name in made if name.startswith(TAUGHT) and made[name] < limit}
    return sorted(gone)
