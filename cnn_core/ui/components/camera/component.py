"""The typed face of the camera: a visitor's own things with their pictures, and one picture to be read.

A picture is told once, when it is new, and only the things' names and the pictures' keys again: a page sends what its
widgets hold with every click.
"""

import base64
import binascii
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict, ValidationError

from cnn_core.data.taught import SIDE
from cnn_core.language import _
from cnn_core.ui.components.mount import mounted
from cnn_core.ui.kit import session

FOLDER = Path(__file__).parent
MOST_THINGS, MOST_PICTURES = 6, 100
MOST_BYTES = 200_000
"""Of a picture: a JPEG of SIDE x SIDE takes about 20,000, and one of noise 90,000."""
MOST_TOLD = 40
"""New pictures in one message."""
Key = Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]


def _content(text: object) -> bytes:
    """Raises ValueError for what is no base64."""
    if not isinstance(text, str) or len(text) > MOST_BYTES * 4 / 3 + 4:
        raise ValueError("no picture")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("no picture") from error


Jpeg = Annotated[bytes, BeforeValidator(_content), Field(min_length=1, max_length=MOST_BYTES)]


class Thing(BaseModel):
    """One of the visitor's things: what it is called, and the keys of its pictures in the order in which they came."""

    model_config = ConfigDict(frozen=True)
    key: Key
    name: Annotated[str, Field(max_length=40)]
    pictures: Annotated[tuple[Key, ...], Field(max_length=MOST_PICTURES)]


def _apart(things: tuple[Thing, ...]) -> tuple[Thing, ...]:
    keys = [key for thing in things for key in (thing.key, *thing.pictures)]
    if len(set(keys)) != len(keys):
        raise ValueError("a key twice")
    return things


class Told(BaseModel):
    """What the browser tells: all things, and the content of some pictures that Python has not got yet."""

    model_config = ConfigDict(frozen=True)
    number: Annotated[int, Strict(), Field(ge=0, le=2**31)]
    things: Annotated[tuple[Thing, ...], Field(max_length=MOST_THINGS), AfterValidator(_apart)]
    pictures: Annotated[dict[Key, Jpeg], Field(max_length=MOST_TOLD)]


class Shown(BaseModel):
    """A picture to be read; `live`: the camera goes on, and the next one comes when this one is answered."""

    model_config = ConfigDict(frozen=True)
    key: Key
    jpeg: Jpeg
    live: Annotated[bool, Strict()]


@dataclass(frozen=True)
class Added:
    """A picture that Python puts to a thing: the browser tells it with the thing's others from then on."""

    key: str
    thing: str
    jpeg: bytes


def things_box(
    has: Sequence[Thing],
    known: Collection[str],
    *,
    key: str,
    number: int,
    refused: Collection[str],
    added: Sequence[Added],
    on_told: Callable[[], None],
) -> None:
    """Show the visitor's things, and have more pictures taken.

    Args:
        has, known, number: the things and the keys of the pictures that were told so far, and the message's number: the
            browser tells what is missing.
        refused: keys of pictures that cannot be read: they are taken away.
        on_told: called when `told_things(key)` has news.
    """
    data = {
        "words": _words() | _words_of_things(),
        "side": SIDE,
        "most": {"things": MOST_THINGS, "pictures": MOST_PICTURES},
        "number": number,
        "has": [thing.model_dump(mode="json") for thing in has],
        "known": sorted(known),
        "refused": sorted(refused),
        "added": [{"key": one.key, "thing": one.thing, "jpeg": _text(one.jpeg)} for one in added],
    }
    _mount()(key=key, data=data, on_told_change=on_told)


def shot_box(answered: str, picture: Shown | None, *, key: str, on_told: Callable[[], None]) -> None:
    """Have one picture taken or chosen.

    Args:
        answered: the key of the picture that was read last.
        picture: the one to show at first: it was taken before the page was left.
        on_told: called when `told_shot(key)` has news.
    """
    again = None if picture is None or picture.live else {"key": picture.key, "jpeg": _text(picture.jpeg)}
    data = {"one": True, "words": _words(), "side": SIDE, "answered": answered, "picture": again}
    _mount()(key=key, data=data, on_told_change=on_told)


def told_things(key: str) -> Told | None:
    """In `on_told`, what the visitor has by now; None when it is not what a browser of ours tells."""
    try:
        return Told.model_validate(session.component_state(key).get("told"))
    except ValidationError:
        return None


def told_shot(key: str) -> Shown | None:
    """In `on_told`, the picture to be read; None when it is not what a browser of ours tells."""
    try:
        return Shown.model_validate(session.component_state(key).get("told"))
    except ValidationError:
        return None


def _mount() -> Any:
    return mounted(FOLDER, html='<div class="camera"></div>')


def _text(jpeg: bytes) -> str:
    return base64.b64encode(jpeg).decode()


def _words() -> dict[str, Any]:
    """By its name in the JavaScript, each text of both; the names in braces are filled in there."""
    return {
        "open": _("Use the camera"),
        "snap": _("Take a picture"),
        "live": _("Live"),
        "turn": _("Turn round"),
        "off": _("Turn off"),
        "add": _("Add a picture"),
        "photo": _("Take a photo"),
        "video": _("What the camera sees"),
        "shown": _("The picture that was read"),
        "wrong": _("No picture that this browser can read: {names}"),
        "failed": {
            "refused": _(
                "The browser does not let this page use the camera. Allow it there, or add pictures from files."
            ),
            "none": _("There is no camera here. Add pictures from files."),
            "busy": _(
                "The camera cannot be used: another program may have it. Close that one, or add pictures from files."
            ),
        },
    }


def _words_of_things() -> dict[str, Any]:
    return {
        "add": _("Add pictures"),
        "hold": _("Hold to take pictures"),
        "more": _("Add another thing"),
        "insecure": _("The browser lends its camera only to secure pages (https). Files work everywhere."),
        "thing": _("Thing {number}"),
        "name": _("Name of thing {number}"),
        "remove": _("Remove {name}"),
        "picture": _("{name}, picture {number}"),
        "removePicture": _("Remove picture {number} of {name}"),
        "one": _("{count} picture"),
        "many": _("{count} pictures"),
        "hint": _("About ten pictures, from different sides and distances."),
        "heard": _("{name}: {count} pictures"),
        "full": _("{count} pictures of a thing are enough: remove some first."),
        "broken": _("A picture could not be read on the server and was taken away."),
        "removed": _("Removed."),
        "undo": _("Undo"),
    }
