"""The typed face of the board: who is ranked where, who trains and who waits."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cnn_core.design.network import Network
from cnn_core.design.shapes import trace
from cnn_core.language import _
from cnn_core.ui.components.mount import mounted
from cnn_core.ui.kit import session

FOLDER = Path(__file__).parent
KEY = "ranking"
COLOURED = ("convolution", "dense")
CURVE = 40
"""Points of a small curve at most."""


@dataclass(frozen=True)
class Layer:
    """A block: the side of its map (1 for a row of numbers), its channels, and 'convolution', 'dense' or ''."""

    side: int
    channels: int
    kind: str


@dataclass(frozen=True)
class Ranked:
    """Somebody's best run.

    Attributes:
        key: by which the row is known while its run changes.
        told: all of it in a sentence.
        marks: for each goal whether it is met.
        curve: accuracies, of 1.
        front: whether no other run beats it.
    """

    key: str
    run: str
    told: str
    mine: bool
    place: str
    who: str
    name: str
    parameters: str
    accuracy: str
    curve: Sequence[float]
    layers: Sequence[Layer]
    marks: Sequence[bool]
    front: bool


@dataclass(frozen=True)
class Active:
    """A run that trains, `share` of it done; or that waits, without. An experiment has no `run` to be opened."""

    key: str
    run: str
    told: str
    mine: bool
    who: str
    state: str
    share: float | None


@dataclass(frozen=True)
class Aim:
    """A goal of the class, and how many have met it, in words."""

    told: str
    met: str


def ranking(
    goals: Sequence[Aim], best: Sequence[Ranked], active: Sequence[Active], *, on_open: Callable[[], None]
) -> None:
    """Show the board. `on_open` is called when somebody chooses a run: `opened` says which."""
    words = {
        "best": _("Everybody’s best run"),
        "none": _("Nobody has a trained network yet. The first one to finish is at the top."),
        "active": _("Training and waiting"),
    }
    lists: dict[str, Sequence[Any]] = {"goals": goals, "best": best, "active": active}
    data = {"words": words} | {name: [asdict(one) for one in rows] for name, rows in lists.items()}
    mounted(FOLDER, html='<div class="ranking"></div>')(key=KEY, data=data, on_open_change=on_open)


def opened() -> str:
    """The id of the run that was chosen; what a browser sends may be anything."""
    run = session.component_state(KEY).get("open")
    return run if isinstance(run, str) else ""


@lru_cache(maxsize=512)  # every board of every visitor shows them every few seconds
def blocks(network: Network) -> tuple[Layer, ...]:
    """The layers that have a shape of their own, as blocks."""
    found = []
    for report in trace(network).reports:
        *sides, channels = report.output_shape
        kind = report.layer.kind if report.layer.kind in COLOURED else ""
        if report.output_shape != report.input_shape or kind:
            found.append(Layer(max(sides, default=1), channels, kind))
    return tuple(found)


def thinned(curve: Sequence[float]) -> list[float]:
    """The curve with no more points than can be seen; its last one stays."""
    step = -(-len(curve) // CURVE) or 1
    return [round(value, 4) for value in curve[::-1][::step][::-1]]
