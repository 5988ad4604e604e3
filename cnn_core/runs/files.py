"""Files that belong to a run or a duel, in a folder for each."""

import fsspec

from cnn_core.runs.database import said


class Files:
    """Under an fsspec URL; every method raises StorageError when the disk (or the store behind it) does not let it."""

    def __init__(self, url: str):
        self._fs, self._root = fsspec.url_to_fs(url)

    def save(self, owner_id: str, name: str, content: bytes) -> None:
        """Write a file; a reader sees the old one or the new one, never half of it."""
        folder = f"{self._root}/{owner_id}"
        with said(f"The file {name} cannot be stored"):
            self._fs.makedirs(folder, exist_ok=True)
            self._fs.pipe_file(f"{folder}/{name}.part", content)
            self._fs.mv(f"{folder}/{name}.part", f"{folder}/{name}")

    def load(self, owner_id: str, name: str) -> bytes | None:
        """The content of a file, or None when there is none of that name."""
        path = f"{self._root}/{owner_id}/{name}"
        with said(f"The file {name} cannot be read"):
            return self._fs.cat_file(path) if self._fs.exists(path) else None

    def delete(self, owner_id: str) -> None:
        """Remove the folder of `owner_id`, if it has one."""
        folder = f"{self._root}/{owner_id}"
        with said("The files cannot be deleted"):
            if self._fs.exists(folder):
                self._fs.rm(folder, recursive=True)
