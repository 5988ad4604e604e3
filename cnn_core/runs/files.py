"""Files that belong to a run or a duel, in a folder for each."""

import secrets
from contextlib import suppress

import fsspec

from cnn_core.errors import RunError
from cnn_core.language import Text
from cnn_core.runs.database import may_be_id, said

TRIES = 5  # to remove a folder: a worker writes into it once an epoch


class Files:
    """Under an fsspec URL; every method raises StorageError when the disk (or the store behind it) does not let it."""

    def __init__(self, url: str):
        self._fs, self._root = fsspec.url_to_fs(url)

    def save(self, owner_id: str, name: str, content: bytes) -> None:
        """Write a file; a reader sees the old one or the new one, never half of it.

        Not by fsspec's transactions: all threads share one per file system.
        """
        folder = self._folder(owner_id)
        part = f"{folder}/{name}.{secrets.token_hex(4)}.part"  # nobody else's, however many write this file now
        with said(Text("The file {name} cannot be stored", name=name)):
            self._fs.makedirs(folder, exist_ok=True)
            try:
                self._fs.pipe_file(part, content)
                self._fs.mv(part, f"{folder}/{name}")
            except BaseException:
                with suppress(OSError):  # a full disk shall not be filled with beginnings
                    self._fs.rm_file(part)
                raise

    def load(self, owner_id: str, name: str) -> bytes | None:
        """The content of a file, or None when there is none of that name."""
        with said(Text("The file {name} cannot be read", name=name)), suppress(FileNotFoundError):
            return self._fs.cat_file(f"{self._folder(owner_id)}/{name}")
        return None

    def sizes(self, owner_id: str) -> dict[str, int]:
        """The bytes of each of its files, by name."""
        folder = self._folder(owner_id)
        with said(Text("The files cannot be listed")), suppress(FileNotFoundError):
            found = self._fs.ls(folder, detail=True, refresh=True)
            return {file["name"].rpartition("/")[2]: file["size"] for file in found if file["type"] == "file"}
        return {}

    def remove(self, owner_id: str, name: str) -> None:
        """Remove a file, if it is there."""
        with said(Text("The file {name} cannot be deleted", name=name)), suppress(FileNotFoundError):
            self._fs.rm_file(f"{self._folder(owner_id)}/{name}")

    def delete(self, owner_id: str) -> None:
        """Remove the folder of `owner_id`, if it has one, also while somebody still writes there."""
        folder = self._folder(owner_id)
        with said(Text("The files cannot be deleted")):
            for left in reversed(range(TRIES)):
                try:
                    if self._fs.exists(folder):
                        self._fs.rm(folder, recursive=True)
                    return
                except OSError:  # a file has come, or has got its name, since they were listed
                    if not left:
                        raise

    def _folder(self, owner_id: str) -> str:
        if not may_be_id(owner_id):
            raise RunError(Text("This is no id of a run or a duel"), received=f"{owner_id[:40]!r}")
        return f"{self._root}/{owner_id}"
