"""A drawing as a token in a link, and back."""

from typing import Any

from pydantic import ValidationError

from cnn_core.design.formats import texts
from cnn_core.errors import DesignError
from cnn_core.language import Text
from cnn_core.ui.components.memory.component import Stroke

Strokes = list[dict[str, Any]]
"""As the pad has them: {"width": px, "points": [[x, y, pressure], ...]}, on 280 x 280 px."""
FINE = 100
"""Steps of the pressure, which goes from 0.4 to 1.6."""


def to_token(strokes: Strokes) -> str:
    """Its points to the nearest pixel, each as the way from the one before: short, and small numbers pack well."""
    return texts.pack([_packed(stroke) for stroke in strokes if stroke["points"]])


def from_token(token: str) -> Strokes:
    """The inverse of `to_token`. Raises DesignError when the token was cut or changed."""
    plain = texts.unpack(token)
    try:
        return [Stroke.model_validate(_unpacked(*stroke)).model_dump() for stroke in plain]
    except (ValidationError, TypeError, ValueError, OverflowError):
        raise DesignError(
            Text("The link's drawing cannot be read"), todo=Text("What you had before is still open.")
        ) from None


def _packed(stroke: dict[str, Any]) -> list[Any]:
    places = [(round(x), round(y), round(FINE * pressure)) for x, y, pressure in stroke["points"]]
    steps = [[a - b for a, b in zip(*pair, strict=True)] for pair in zip(places, [(0, 0, 0), *places], strict=False)]
    return [round(stroke["width"]), *map(list, zip(*steps, strict=True))]


def _unpacked(width: Any, *ways: list[int]) -> dict[str, Any]:
    x = y = pressure = 0
    points = []
    for right, down, harder in zip(*ways, strict=True):
        x, y, pressure = x + right, y + down, pressure + harder
        points.append((x, y, pressure / FINE))
    return {"width": width, "points": points}
