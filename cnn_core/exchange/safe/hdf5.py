"""An HDF5 file of a stranger's: only what is asked for is opened, and checked before a number of it is read.

The format can point anywhere (links, other files, virtual data sets), declare far more than it holds, and name filters
that are programs. None of that is in a file of weights.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from typing import Any

import numpy as np

from cnn_core.errors import DataError
from cnn_core.language import Text

START = b"\x89HDF\r\n\x1a\n"
MOST_ENTRIES = 2000
"""In a folder, or names in an attribute: a design has at most 200 layers."""
MOST_TEXT = 2**16
_FILTERS = {1: "gzip", 2: "shuffle", 3: "fletcher32"}
"""Those of HDF5 itself, by number. Others it would look for on the disk as programs."""


class Stored:
    """What a file holds, by the paths of Keras's format. Everything raises DataError in words."""

    def __init__(self, file: Any):
        self._file = file

    def has(self, path: str) -> bool:
        """Whether there is something at `path` in this very file, and not behind a link."""
        return self._find(path) is not None

    def count(self, path: str) -> int:
        """How many entries the folder at `path` has; 0 where there is none."""
        place = self._find(path)
        return len(place) if place is not None and hasattr(place, "keys") else 0

    def entries(self, path: str) -> list[str]:
        """The names in the folder at `path`."""
        if self.count(path) > MOST_ENTRIES:
            raise _refusal(path, Text("a folder of more than {most:,} entries", most=MOST_ENTRIES))
        place = self._find(path)
        return [] if place is None else list(place)

    def array(self, path: str, shape: tuple[int, ...]) -> np.ndarray:
        """The numbers at `path`, float32, which must have this shape."""
        place = self._find(path)
        if place is None:
            raise _refusal(path, Text("nothing in this file, or a link"))
        _check_form(place, path, shape)
        _check_storage(place, path)
        array = np.asarray(place[()], np.float32)
        if not np.isfinite(array).all():
            raise _refusal(path, Text("numbers that are infinite or none at all (NaN)"))
        return array

    def text(self, path: str, attribute: str, most: int) -> str | None:
        """The text that is an attribute of what is at `path`; None where there is no such attribute."""
        value = self._attribute(path, attribute, most)
        if isinstance(value, bytes | np.bytes_):
            value = bytes(value).decode("utf-8", "replace")
        return value if isinstance(value, str) and len(value) <= most else None

    def names(self, path: str, attribute: str) -> list[str] | None:
        """The list of names that is an attribute; Keras 2 cuts a long one into `attribute0`, `attribute1` and so on."""
        whole = self._attribute(path, attribute, MOST_TEXT)
        if whole is not None:
            return _as_names(whole)
        found: list[str] = []
        for number in range(MOST_ENTRIES):
            part = self._attribute(path, f"{attribute}{number}", MOST_TEXT)
            if part is None:
                return found if number else None
            found += _as_names(part)
        raise _refusal(path, Text("more names than a model has"))

    def _find(self, path: str) -> Any:
        """What lies at `path`, each step of it in this file; None where there is nothing, or a link to elsewhere."""
        import h5py

        place = self._file
        for part in path.split("/") if path else ():
            if part in ("", ".", "..") or not isinstance(place, h5py.Group):
                return None
            if type(place.get(part, getlink=True)) is not h5py.HardLink:
                return None
            place = place[part]
        return place

    def _attribute(self, path: str, attribute: str, most: int) -> Any:
        """Its value, where that is text; None where there is none. Its size is asked first."""
        import h5py

        place = self._find(path)
        if place is None or attribute not in place.attrs:
            return None
        known = place.attrs.get_id(attribute)
        if known.shape is None or not prod(known.shape):
            return ()  # an empty list, whose type says nothing
        is_text = h5py.check_string_dtype(known.dtype) is not None
        if not is_text or known.get_storage_size() > max(most, MOST_TEXT) or prod(known.shape) > MOST_ENTRIES:
            raise _refusal(f"{path}@{attribute}", Text("something else than a short text"))
        return place.attrs[attribute]


@contextmanager
def stored(content: bytes) -> Iterator[Stored]:
    """The file with this content; what its library says against it is a DataError."""
    import h5py

    try:
        with h5py.File(io.BytesIO(content), "r") as file:
            yield Stored(file)
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, OverflowError, UnicodeError) as error:
        raise DataError(
            Text("The weights in this file cannot be read"),
            expected=Text("an HDF5 file as Keras writes it"),
            received=str(error)[:200],
        ) from error


def _check_form(place: Any, path: str, shape: tuple[int, ...]) -> None:
    """That it is plain floats of the shape that the design asks for."""
    import h5py

    if not isinstance(place, h5py.Dataset):
        raise _refusal(path, Text("a folder"))
    if place.dtype.kind != "f" or place.dtype.itemsize > 8:
        raise _refusal(path, Text("values of the type {type}", type=str(place.dtype)[:40]))
    if place.shape != shape:
        raise DataError(
            Text("These weights do not fit the design: {path}", path=path[-80:]),
            expected=Text("an array of {shape}", shape=str(shape)),
            received=Text("an array of {shape}", shape=str(place.shape)[:80]),
        )


def _check_storage(place: Any, path: str) -> None:
    """That the numbers lie in this file, and that no more of them are unpacked than the array has."""
    plist = place.id.get_create_plist()
    if place.is_virtual or place.external:
        raise _refusal(path, Text("weights that lie in another file"))
    filters = [plist.get_filter(number)[0] for number in range(plist.get_nfilters())]
    if any(one not in _FILTERS for one in filters):
        raise _refusal(path, Text("weights packed in an unusual way"))
    if place.chunks and any(part > max(side, 1) for part, side in zip(place.chunks, place.shape, strict=True)):
        raise _refusal(path, Text("a piece that is larger than the whole"))
    if place.size and not place.id.get_storage_size():
        raise _refusal(path, Text("an array without its numbers"))


def _as_names(value: Any) -> list[str]:
    names = np.asarray(value).reshape(-1).tolist()
    return [name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name) for name in names]


def _refusal(path: str, received: Text) -> DataError:
    return DataError(
        Text("The weights at {path} are not read", path=path[-80:]),
        expected=Text("plain numbers, in the file itself"),
        received=received,
    )
