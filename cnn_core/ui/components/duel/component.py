"""The typed face of a duel's board: two trained networks, and what a visitor drew and where they dragged it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnn_core.design.network import Network
from cnn_core.exchange.weights import Weights
from cnn_core.ui.components.duel.words import duel_words
from cnn_core.ui.components.mount import mounted, nothing
from cnn_core.ui.components.network.component import FOLDER as NETWORK
from cnn_core.ui.components.network.component import Drawing, Pad, drawing_of, framed, head_of
from cnn_core.ui.components.network.words import words

FOLDER = Path(__file__).parent
FARTHEST = 10
"""Pixels that the digit can be dragged each way: a digit of 20 px is then half outside."""


@dataclass(frozen=True, eq=False)
class Side:
    """One of two trained networks that read digits.

    Attributes:
        key: of the model; the weights of one key never change.
        title: what it is called on the page, and `facts`, a line about it.
        colour: as CSS has it, the same as on charts.
    """

    key: str
    title: str
    facts: str
    network: Network
    weights: Weights
    colour: str


@dataclass(frozen=True, eq=False)
class Dragged:
    """What was drawn, and where it was let go.

    Attributes:
        right, down: pixels of the field from the middle, negative: left, up.
        digit: what it is, as the visitor says or the surer network; None while nothing is drawn.
    """

    drawing: Drawing
    right: int
    down: int
    digit: int | None


def living_duel(
    sides: tuple[Side, Side], *, key: str, class_names: Sequence[str], pad: Pad, farthest: int = FARTHEST
) -> Dragged | None:
    """Pad, field and both answers; gives what a visitor did, once they lifted the hand; None before.

    The networks themselves stand where `living_networks` is called with the same key.
    """
    contents = [side.weights.packed for side in sides]
    head = {
        "name": key,
        "words": words() | duel_words(),
        "farthest": farthest,
        "sides": [
            {
                "key": side.key,
                "title": side.title,
                "facts": side.facts,
                "colour": side.colour,
                "network": head_of(side.network, side.weights.pixels, class_names),
                "bytes": len(content),
            }
            for side, content in zip(sides, contents, strict=True)
        ],
        "strokes": list(pad.strokes),
        "untold": pad.untold,
    }
    result = _board()(key=key, data=framed(head) + b"".join(contents), on_drawn_change=nothing)
    return _dragged(result.drawn, farthest)


def living_networks(*, key: str) -> None:
    """The room for both networks of the duel `key`, side by side or, on a phone, one above the other."""
    _board()(key=f"{key}-networks", data=framed({"name": key}))


def _board() -> Any:
    return mounted(FOLDER, html='<div class="duel"></div>', styles=[NETWORK / "network.css"])


def _dragged(state: Any, farthest: int) -> Dragged | None:
    """What the browser tells is a visitor's own: it is held to what can be."""
    drawing = drawing_of(state)
    if drawing is None:
        return None
    right, down = (max(-farthest, min(farthest, int(state[axis]))) for axis in ("right", "down"))
    digit = state["digit"]
    return Dragged(drawing, right, down, int(digit) if digit in range(10) else None)
