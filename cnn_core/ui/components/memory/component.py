"""The typed face of the memory: what the visitor's browser has kept, checked, and what it is to keep."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cnn_core.ui.components.mount import mounted, nothing
from cnn_core.ui.kit import session

FOLDER = Path(__file__).parent
Coordinate = Annotated[float, Field(ge=-1000, le=2000, allow_inf_nan=False)]


class Stroke(BaseModel):
    """One stroke of the pad: (x, y, pressure) of each of its points, on 280 x 280 px."""

    model_config = ConfigDict(extra="ignore")
    width: Annotated[float, Field(gt=0, le=100)]
    points: Annotated[list[tuple[Coordinate, Coordinate, Coordinate]], Field(max_length=5000)]


class Kept(BaseModel):
    """What a browser keeps. It is the visitor's own, so it may hold anything: what does not fit is not taken."""

    model_config = ConfigDict(extra="ignore")
    visitor: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    design: Annotated[str, Field(max_length=100_000)] = ""
    recipe: Annotated[str, Field(max_length=10_000)] = ""
    run: Annotated[str, Field(max_length=40)] = ""
    strokes: Annotated[list[Stroke], Field(max_length=200)] = []
    met: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=500)] = []
    goal: Annotated[str, Field(max_length=40)] = ""
    hidden: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=50)] = []


KEY = "memory"
COOKIE = "cnn-studio"


def memory(keep: dict[str, Any], place: str, *, awaited: bool = False) -> None:
    """Let the browser keep this. When a page is loaded it tells first what it had kept.

    Args:
        place: where the visitor is now; when it changes, the menu of a phone closes.
        awaited: whether it is to tell even that it has nothing.
    """
    data = {"keep": keep, "place": place, "awaited": awaited}
    mounted(FOLDER)(key=KEY, data=data, on_kept_change=nothing)


def holds() -> bool:
    """Whether the browser said, when it came, that it has kept something."""
    return session.cookie(COOKIE) == "kept"


def answer() -> Any:
    """What the browser has told last of what it had kept, as it came: no two of its answers are the same; or None."""
    return session.component_state(KEY).get("kept")


def kept() -> Kept | None:
    """What the browser had kept; None when that is nothing, or nothing of ours."""
    try:
        return Kept.model_validate(answer())
    except ValidationError:
        return None
