"""A recorded run: a real one with the times of its events, to be watched where there is no room for another.

`python -m scripts.record_run` makes the one that ships with the studio.
"""

import gzip
from functools import cache
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.runs.events import Event
from cnn_core.runs.run import Run
from cnn_core.runs.state import RunState, reduce

READY_MADE = Path(__file__).parents[2] / "assets" / "recorded" / "keras-log.json.gz"


class Recording(BaseModel):
    """What was asked, and what happened.

    Attributes:
        made: seconds since 1970.
        events: all of them; their times are seconds since the first one.
        shape: of the first filters, (H, W, channels, N).
        filters: these, flat: before the first epoch, and after each one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    made: float
    dataset: str
    network: Network
    recipe: Recipe
    events: tuple[Event, ...] = Field(min_length=1)
    shape: tuple[int, int, int, int]
    filters: tuple[tuple[float, ...], ...]

    @classmethod
    def read(cls, content: bytes) -> "Recording":
        """What `to_bytes` wrote."""
        return cls.model_validate_json(gzip.decompress(content))

    def to_bytes(self) -> bytes:
        """As JSON, compressed; the same content gives the same bytes."""
        return gzip.compress(self.model_dump_json().encode(), mtime=0)

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.events[-1].at

    @property
    def run(self) -> Run:
        """What was asked, as the pages show it."""
        return Run("recorded", "", self.made, self.dataset, self.network, self.recipe)

    def state_at(self, seconds: float) -> RunState:
        """What was known of the run so long after it began."""
        return reduce(event for event in self.events if event.at <= seconds)

    def filters_in(self, state: RunState) -> np.ndarray:
        """(H, W, channels, N) float32: the first filters as they were in a state of this run."""
        return np.array(self.filters[len(state.epochs_done)], np.float32).reshape(self.shape)


@cache
def ready_made() -> Recording:
    """The one that ships with the studio."""
    return Recording.read(READY_MADE.read_bytes())
