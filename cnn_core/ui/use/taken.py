"""What a visitor's browser has told of their own things: checked, and kept for as long as the visit lasts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from cnn_core.data.photos import fitted, read_photo
from cnn_core.data.taught import SIDE
from cnn_core.errors import DataError
from cnn_core.ui.components.camera.component import MOST_BYTES, Added, Thing, told_things
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.upload_box import files_taken

BOX = "teach-things"
"""The key of the component."""
MOST_PIXELS = 2**20
MOST_ADDED = 20
"""Pictures on their way to the browser."""


@dataclass(frozen=True)
class Taken:
    """What was told so far.

    Attributes:
        number: of the last message.
        pictures: by key, the JPEG.
        refused: the keys of what is no picture.
    """

    number: int = 0
    things: tuple[Thing, ...] = ()
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()

    @property
    def keys(self) -> list[str]:
        """Of all pictures that there are to be."""
        return [key for thing in self.things for key in thing.pictures]

    @property
    def missing(self) -> set[str]:
        """The keys of what is still on its way."""
        return set(self.keys) - self.pictures.keys()

    @property
    def counts(self) -> list[tuple[str, int]]:
        """Of each thing, its name and the number of its pictures."""
        return [(thing.name, len(thing.pictures)) for thing in self.things]

    @property
    def content(self) -> object:
        """What a network learns from: with the same, it would learn the same."""
        return tuple((thing.name, thing.pictures) for thing in self.things if thing.pictures)


_TAKEN: Slot[Taken] = Slot("teach.taken", Taken())
_ADDED: Slot[tuple[Added, ...]] = Slot("teach.added", ())


def taken() -> Taken:
    """What this visitor has taken."""
    return _TAKEN.get()


def added() -> tuple[Added, ...]:
    """What the browser is to put to the visitor's things."""
    return _ADDED.get()


def add(picture: Added) -> None:
    """Have the browser put a picture to a thing: it keeps them all, and tells of it."""
    _ADDED.put((*_ADDED.get(), picture)[-MOST_ADDED:])


def receive() -> None:
    """In the component's callback: take what is new, and have what is no picture taken away."""
    told = told_things(BOX) if files_taken() else None
    if told is None:
        return
    now = replace(_TAKEN.get(), number=told.number, things=told.things)
    wanted = set(now.keys)
    pictures, refused = dict(now.pictures), set(now.refused)
    for key in told.pictures.keys() & wanted - pictures.keys():
        try:
            pixels(told.pictures[key])
            pictures[key] = told.pictures[key]
        except DataError:
            refused.add(key)
    here = {key: jpeg for key, jpeg in pictures.items() if key in wanted}
    _TAKEN.put(replace(now, pictures=here, refused=frozenset(refused & wanted)))
    _ADDED.put(tuple(one for one in _ADDED.get() if one.key not in wanted))


def pixels(jpeg: bytes) -> np.ndarray:
    """(SIDE, SIDE, 3) uint8. Raises DataError for what is no picture, or a larger one than our browser code makes."""
    return fitted(read_photo(jpeg, max_bytes=MOST_BYTES, max_pixels=MOST_PIXELS)[1], (SIDE, SIDE, 3))
