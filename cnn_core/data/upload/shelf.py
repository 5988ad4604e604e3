"""Where uploads lie while somebody works with them: once on disk, however many visitors send the same file."""

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from cnn_core.data.upload.found import Found
from cnn_core.data.upload.make import Choice
from cnn_core.data.upload.pixels import check_room
from cnn_core.data.upload.watch import read_apart
from cnn_core.data.whole import written_whole
from cnn_core.errors import DataError
from cnn_core.language import Text
from cnn_core.settings import MB, Settings

KINDS = ("zip", "csv", "npz")
HELD = 2 * 3600  # seconds after which a visitor who has done nothing with a file has left
FILE, LOOKED, FOUND = "file", "looked", "found.json"
_HOLDER = "holder-"
_one_at_a_time = threading.Lock()  # whoever takes hold of a folder or removes it


@dataclass(frozen=True)
class Upload:
    """A file on the shelf: all that a session keeps of it."""

    id: str
    name: str
    size: int

    @property
    def kind(self) -> str:
        """zip, csv or npz."""
        return kind_of(self.name)


class Shelf:
    """The uploads of all visitors, each in a folder that is named by its content.

    A holder is a visitor. A folder stays as long as somebody holds it, and not longer.
    """

    def __init__(self, folder: Path, limits: Settings):
        self.folder, self._limits = folder.resolve(), limits

    def keep(self, name: str, data: bytes, holder: str) -> Upload:
        """Puts a file on the shelf; DataError when it is too large or of another kind."""
        self.tidy()
        upload = Upload(sha256(kind_of(name).encode() + data).hexdigest()[:32], name, len(data))
        _check(upload, self._limits)
        home = self.folder / upload.id
        with _one_at_a_time:
            home.mkdir(parents=True, exist_ok=True)
            self._hold(upload, holder)
        try:
            check_room(home, len(data))
            if not (home / FILE).exists():
                with written_whole(home / FILE) as file:
                    file.write(data)
        except DataError:
            self.release(upload, holder)
            raise
        except OSError as error:
            self.release(upload, holder)
            raise DataError(Text("This file could not be kept"), received=str(error.strerror or error)) from error
        return upload

    def look(self, upload: Upload, holder: str, progress: Callable[[float], None]) -> Found:
        """What is in the file: read once in a process of its own, however often it is asked for.

        Raises:
            DataError: it is no data set, needs too much memory or time, or is no longer here.
        """
        if not (found := self.looked(upload, holder)):
            home = self.folder / upload.id
            with tempfile.TemporaryDirectory(dir=home, ignore_cleanup_errors=True) as folder:
                request = {"do": "look", "file": str(home / FILE), "kind": upload.kind, "folder": folder}
                read_apart(request, self._limits, progress)
                with suppress(OSError):  # somebody else sent the same file and was faster
                    os.rename(folder, home / LOOKED)
            found = Found.load(home / LOOKED / FOUND)
        return found

    def looked(self, upload: Upload, holder: str) -> Found | None:
        """What `look` has found in the file already; None before. DataError when the file is no longer here."""
        self._hold(upload, holder)
        home = self.folder / upload.id / LOOKED
        return Found.load(home / FOUND) if home.exists() else None

    def make(self, upload: Upload, holder: str, choice: Choice, progress: Callable[[float], None]) -> Path:
        """The data set as a file beside the upload, for `Catalogue.adopt`; DataError as `look`."""
        self._hold(upload, holder)
        home = self.folder / upload.id
        made = home / f"made-{holder}.npz"
        request = {"do": "make", "file": str(home / FILE), "folder": str(home / LOOKED), "made": str(made)}
        read_apart(request | {"choice": asdict(choice)}, self._limits, progress)
        return made

    def release(self, upload: Upload, holder: str) -> None:
        """This visitor no longer needs the file."""
        home = self.folder / upload.id
        with _one_at_a_time, suppress(OSError):
            (home / f"made-{holder}.npz").unlink(missing_ok=True)
            (home / (_HOLDER + holder)).unlink(missing_ok=True)
            self._remove_if_free(home)

    def tidy(self) -> None:
        """Removes what belongs to nobody any more."""
        with _one_at_a_time:
            for home in self.folder.glob("*"):
                self._remove_if_free(home)

    def _hold(self, upload: Upload, holder: str) -> None:
        try:
            (self.folder / upload.id / (_HOLDER + holder)).touch()
        except OSError as error:
            raise DataError(Text("This file is no longer on the server"), todo=Text("Send it again")) from error

    def _remove_if_free(self, home: Path) -> None:
        with suppress(OSError):
            youngest = max((holder.stat().st_mtime for holder in home.glob(_HOLDER + "*")), default=0)
            if time.time() - youngest > HELD:
                shutil.rmtree(home, ignore_errors=True)


def kind_of(name: str) -> str:
    """The ending of a file's name, in small letters."""
    return name.lower().rpartition(".")[2]


def _check(upload: Upload, limits: Settings) -> None:
    if upload.kind not in KINDS:
        raise DataError(
            Text("This file is of another kind"),
            expected=Text("a .zip, .csv or .npz file"),
            received=upload.name[-40:],
            todo=Text("Put your images into a zip with one folder for each class"),
        )
    if upload.size > limits.max_dataset_bytes:
        raise DataError(
            Text("This file is too large"),
            expected=Text("at most {size:.0f} MB", size=limits.max_dataset_bytes / MB),
            received=Text("{size:.1f} MB", size=upload.size / MB),
            todo=Text("Send fewer or smaller images"),
        )
