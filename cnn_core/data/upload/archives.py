"""A zip of class folders with images. Nothing of it is ever unpacked to a disk, and nothing in it is believed."""

import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from cnn_core.data.photos import is_colour, read_photo
from cnn_core.data.upload.found import Found, Index, Sieve, class_name
from cnn_core.errors import DataError, Words
from cnn_core.language import Text

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
LITTER = ("Thumbs.db", "desktop.ini")
MAX_ENTRIES = 50_000
MAX_RATIO = 200  # an image is compressed already: what a zip still shrinks this much is no photo
RATIO_FREE = 2**20  # bytes below which the ratio does not matter
MAX_PICTURE_BYTES = 30 * 2**20
MAX_PIXELS = 2 * 10**9  # of all images of a file: about a minute of decoding
REPORT = 20  # images between two reports of progress
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


@dataclass
class Budget:
    """What a file may still unpack to in all: bytes, and pixels; and the most pixels of one image."""

    bytes: int
    image_pixels: int
    pixels: int = MAX_PIXELS


def read_archive(path: Path, budget: Budget, progress: Callable[[float], None]) -> tuple[Found, Index]:
    """The images of a zip; the folder an image lies in is its class.

    Raises:
        DataError: no zip, too many entries, or fewer than two classes with two images each.
    """
    with _opened(path) as archive:
        entries = archive.infolist()
        if len(entries) > MAX_ENTRIES:
            expected = Text("at most {count:,} files", count=MAX_ENTRIES)
            raise DataError(Text("This zip is too large"), expected=expected, received=f"{len(entries):,}")
        sieve = Sieve(lambda place: entries[place].filename)
        for place, info in enumerate(entries):
            if place % REPORT == 0:
                progress(place / len(entries))
            if info.is_dir() or _is_litter(info.filename):
                continue
            if reason := _refused(info) or _problem(archive, place, info, budget, sieve):
                sieve.leave(info.filename, reason)
    return sieve.found()


@contextmanager
def images(path: Path, max_pixels: int) -> Iterator[Callable[[int], np.ndarray]]:
    """Gives what reads the image at a place, (H, W, 3) uint8, that `read_archive` took."""
    with _opened(path) as archive:
        entries = archive.infolist()

        def read(place: int) -> np.ndarray:
            data = _unpacked(archive, entries[place])
            return read_photo(data, max_bytes=MAX_PICTURE_BYTES, max_pixels=max_pixels)[1]

        yield read


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except _UNREADABLE as error:
        raise DataError(
            Text("This zip can't be read"), expected=Text("a zip file"), received=Text("a damaged or other file")
        ) from error


def _is_litter(path: str) -> bool:
    """What systems put into zips by themselves; not worth a word."""
    parts = PurePosixPath(path).parts
    return "__MACOSX" in parts or not parts or parts[-1].startswith(".") or parts[-1] in LITTER


def _refused(info: zipfile.ZipInfo) -> Text | None:
    """Why an entry is not even opened, judged by what it declares; None when it may be."""
    path = info.orig_filename
    if re.match(r"[/\\]|[A-Za-z]:", path) or ".." in re.split(r"[/\\]", path) or "\0" in path:
        return Text("a path that leads out of the folder")
    if stat.S_ISLNK(info.external_attr >> 16):
        return Text("a link, not a file")
    if info.flag_bits & 1:
        return Text("encrypted")
    if not info.filename.lower().endswith(SUFFIXES):
        return Text("not a jpg, png or webp")
    if not class_name(PurePosixPath(info.filename).parent.name):
        return Text("in no class folder")
    if info.file_size > MAX_PICTURE_BYTES:
        return Text("larger than {size} MiB", size=MAX_PICTURE_BYTES // 2**20)
    if info.file_size > max(RATIO_FREE, MAX_RATIO * info.compress_size):
        return Text("unpacks to more than {times} times its size", times=MAX_RATIO)
    return None


def _problem(archive: zipfile.ZipFile, place: int, info: zipfile.ZipInfo, budget: Budget, sieve: Sieve) -> Words | None:
    """Gives the image to the sieve, or says why it can't."""
    if info.file_size > budget.bytes:
        return Text("the files before it unpack to all that is allowed")
    try:
        data = _unpacked(archive, info)
        budget.bytes -= len(data)
        size, pixels = read_photo(data, max_bytes=MAX_PICTURE_BYTES, max_pixels=min(budget.image_pixels, budget.pixels))
    except DataError as error:
        if not error.expected:
            return error.what
        return Text("{what} (expected {expected})", what=error.what, expected=error.expected)
    except _UNREADABLE:
        return Text("damaged in the zip")
    budget.pixels -= size[0] * size[1]
    label = class_name(PurePosixPath(info.filename).parent.name)
    # What is compared is the image as it was read, at most 512 px long; the size that is told is the file's own.
    sieve.take(place, label, size, repr(pixels.shape).encode() + pixels.tobytes(), colour=is_colour(pixels))
    return None


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as file:
        # zipfile stops at the declared size and compares the checksum: an entry that lies ends here, not in memory.
        return file.read(info.file_size + 1)
