"""A zip of class folders with pictures. Nothing of it is ever unpacked to a disk, and nothing in it is believed."""

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
from cnn_core.errors import DataError

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
LITTER = ("Thumbs.db", "desktop.ini")
MAX_ENTRIES = 50_000
MAX_RATIO = 200  # a picture is compressed already: what a zip still shrinks this much is no photo
RATIO_FREE = 2**20  # bytes below which the ratio does not matter
MAX_PICTURE_BYTES = 30 * 2**20
MAX_PIXELS = 2 * 10**9  # of all pictures of a file: about a minute of decoding
REPORT = 20  # pictures between two reports of progress
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


@dataclass
class Budget:
    """What a file may still unpack to in all: bytes, and pixels; and the most pixels of one picture."""

    bytes: int
    picture_pixels: int
    pixels: int = MAX_PIXELS


def read_archive(path: Path, budget: Budget, progress: Callable[[float], None]) -> tuple[Found, Index]:
    """The pictures of a zip; the folder a picture lies in is its class.

    Raises:
        DataError: no zip, too many entries, or fewer than two classes with two pictures each.
    """
    with _opened(path) as archive:
        entries = archive.infolist()
        if len(entries) > MAX_ENTRIES:
            expected, received = f"at most {MAX_ENTRIES:,} files", f"{len(entries):,}"
            raise DataError("This zip is too large.", expected=expected, received=received)
        sieve = Sieve(lambda place: entries[place].filename)
        for place, info in enumerate(entries):
            if place % REPORT == 0:
                progress(place / len(entries))
            if info.is_dir() or _is_litter(info.filename):
                continue
            if reason := _refused(info) or _taken(archive, place, info, budget, sieve):
                sieve.leave(info.filename, reason)
    return sieve.found()


@contextmanager
def pictures(path: Path, max_pixels: int) -> Iterator[Callable[[int], np.ndarray]]:
    """Gives what reads the picture at a place, (H, W, 3) uint8, that `read_archive` took."""
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
        raise DataError("This zip can't be read.", expected="a zip file", received="a damaged or other file") from error


def _is_litter(path: str) -> bool:
    """What systems put into zips by themselves; not worth a word."""
    parts = PurePosixPath(path).parts
    return "__MACOSX" in parts or not parts or parts[-1].startswith(".") or parts[-1] in LITTER


def _refused(info: zipfile.ZipInfo) -> str:
    """Why an entry is not even opened, judged by what it declares; empty when it may be."""
    path = info.orig_filename
    if re.match(r"[/\\]|[A-Za-z]:", path) or ".." in re.split(r"[/\\]", path) or "\0" in path:
        return "a path that leads out of the folder"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "a link, not a file"
    if info.flag_bits & 1:
        return "encrypted"
    if not info.filename.lower().endswith(SUFFIXES):
        return "not a jpg, png or webp"
    if not class_name(PurePosixPath(info.filename).parent.name):
        return "in no class folder"
    if info.file_size > MAX_PICTURE_BYTES:
        return f"larger than {MAX_PICTURE_BYTES // 2**20} MiB"
    if info.file_size > max(RATIO_FREE, MAX_RATIO * info.compress_size):
        return f"unpacks to more than {MAX_RATIO} times its size"
    return ""


def _taken(archive: zipfile.ZipFile, place: int, info: zipfile.ZipInfo, budget: Budget, sieve: Sieve) -> str:
    """Gives the picture to the sieve, or says why it can't."""
    if info.file_size > budget.bytes:
        return "the files before it unpack to all that is allowed"
    try:
        data = _unpacked(archive, info)
        budget.bytes -= len(data)
        size, pixels = read_photo(
            data, max_bytes=MAX_PICTURE_BYTES, max_pixels=min(budget.picture_pixels, budget.pixels)
        )
    except DataError as error:
        return error.what.rstrip(".") + (f" (expected {error.expected})" if error.expected else "")
    except _UNREADABLE:
        return "damaged in the zip"
    budget.pixels -= size[0] * size[1]
    label = class_name(PurePosixPath(info.filename).parent.name)
    # What is compared is the picture as it was read, at most 512 px long; the size that is told is the file's own.
    sieve.take(place, label, size, repr(pixels.shape).encode() + pixels.tobytes(), colour=is_colour(pixels))
    return ""


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as file:
        # zipfile stops at the declared size and compares the checksum: an entry that lies ends here, not in memory.
        return file.read(info.file_size + 1)
