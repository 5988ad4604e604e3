"""The processes that read uploads: little memory, some time, and none is left over."""

import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import psutil
import pytest

from cnn_core.data.datasets import Catalogue
from cnn_core.data.upload.make import Choice
from cnn_core.data.upload.shelf import HELD, Shelf
from cnn_core.errors import DataError
from cnn_core.language import Text
from cnn_core.settings import MIB, Settings
from tests.data.test_own import npz, pets, row, zipped
from tests.support.waiting import until

ROOT = Path(__file__).parents[2]
linux = pytest.mark.skipif(sys.platform != "linux", reason="the limit of the system itself")


def still(share):
    """Nobody looks."""


def shelf(tmp_path, **limits):
    return Shelf(tmp_path / "uploads", Settings(**limits))


def readers():
    """The processes that this one has started to read uploads."""
    return [child for child in psutil.Process().children() if "cnn_core.data.upload.reader" in child.cmdline()]


def wide_numbers():
    """100,000 pictures in whole numbers of 8 bytes: 80 MB, of which 10 MB are pixels; 0.4 MB in the file."""
    x = np.zeros((100_000, 10, 10), np.int64)
    x[:, 0, :5] = np.arange(100_000)[:, np.newaxis] // 10 ** np.arange(5) % 10
    return npz(x_train=x, y_train=np.arange(100_000) % 2, x_test=x[:4, ::-1], y_test=np.arange(4) % 2)


def all_zero():
    """200 MB of black pictures in a file of 0.2 MB."""
    x = np.zeros((20_000, 100, 100), np.uint8)
    x[:8, 0, 0] = np.arange(8)
    return npz(x_train=x, y_train=np.arange(20_000) % 2, x_test=x[:4] + np.uint8(9), y_test=np.arange(4) % 2)


def short_rows():
    """60,000 rows of four pixels."""
    return "".join(f"{n % 2},{n % 7},{n % 251},{n % 11},{n % 13}\n" for n in range(60_000)).encode()


MUCH_FROM_LITTLE = {"a.npz": wide_numbers, "b.npz": all_zero, "c.csv": short_rows}


@linux
@pytest.mark.parametrize("name", MUCH_FROM_LITTLE)
def test_a_file_is_read_and_made_in_little_memory_whatever_it_unpacks_to(tmp_path, name):
    files = shelf(tmp_path, max_reading_bytes=48 * MIB)
    upload = files.keep(name, MUCH_FROM_LITTLE[name](), "me")
    found = files.look(upload, "me", still)
    assert len(found.class_names) == 2
    made = files.make(upload, "me", Choice((10, 10), False, 0.2), still)
    catalogue = Catalogue(tmp_path)
    catalogue.adopt("own-much", made)
    data = catalogue.load("own-much")
    assert len(data.x_train) + len(data.x_test) == found.pictures
    with pytest.raises(DataError, match="already"):
        catalogue.adopt("own-much", made)
    assert not readers()


@linux
def test_what_needs_too_much_memory_ends_in_words(tmp_path):
    entries = tmp_path / "many.zip"
    with zipfile.ZipFile(entries, "w") as archive:
        for number in range(60_000):
            archive.writestr(f"cats/{'x' * 500}{number}.png", b"")
    files = shelf(tmp_path, max_reading_bytes=32 * MIB)
    upload = files.keep("many.zip", entries.read_bytes(), "me")
    with pytest.raises(DataError, match=r"too much memory. Expected at most 32 MiB"):
        files.look(upload, "me", still)
    assert not readers()


def test_where_the_system_sets_no_limit_the_memory_is_watched(tmp_path, monkeypatch):
    growing = iter(range(0, 10**12, 10**9))
    monkeypatch.setattr("cnn_core.data.upload.watch._memory", lambda process: next(growing))
    files = shelf(tmp_path)
    with pytest.raises(DataError, match="too much memory"):
        files.look(files.keep("b.npz", all_zero(), "me"), "me", still)
    assert not readers()


def test_what_the_reader_says_is_put_into_words_here(tmp_path):
    """It does not know who reads it: texts come from its process as messages and values."""
    files = shelf(tmp_path)
    with pytest.raises(DataError) as caught:
        files.look(files.keep("notes.zip", zipped({"cats/notes.txt": b"x"}), "me"), "me", still)
    error = caught.value
    assert (error.what, error.received) == (Text("There is nothing to tell apart"), Text("no image at all"))
    assert error.todo.values["reasons"].values["part0"].values["why"] == Text("not a jpg, png or webp")
    assert str(error.todo) == "Left out: cats/notes.txt: not a jpg, png or webp"


def test_what_takes_too_long_ends_in_words(tmp_path):
    files = shelf(tmp_path, max_reading_seconds=0)
    with pytest.raises(DataError, match="takes too long"):
        files.look(files.keep("b.npz", all_zero(), "me"), "me", still)
    assert not readers()


def test_a_visitor_who_leaves_takes_the_reader_along(tmp_path):
    class LeftError(Exception):
        pass

    def leave(share):
        assert readers()
        raise LeftError

    files = shelf(tmp_path)
    upload = files.keep("b.npz", all_zero(), "me")
    with pytest.raises(LeftError):
        files.look(upload, "me", leave)
    assert not readers()
    assert sorted(path.name for path in (files.folder / upload.id).iterdir()) == ["file", "holder-me"]


def test_a_server_that_dies_leaves_no_reader_behind(tmp_path):
    code = f"""
import os, signal
from pathlib import Path
from tests.data.test_reading import all_zero, readers, shelf

def die(share):
    if readers():
        print(readers()[0].pid, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

files = shelf(Path({str(tmp_path)!r}))
files.look(files.keep("b.npz", all_zero(), "me"), "me", die)
"""
    server = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    reader = int(server.stdout)
    until(lambda: not psutil.pid_exists(reader))


@pytest.mark.parametrize(
    ("name", "content"), [("a.zip", b"x"), ("a.csv", b"x,y\n1,2"), ("a.npz", b"PK"), ("b.zip", b"")]
)
def test_what_the_reader_says_arrives_in_words(tmp_path, name, content):
    files = shelf(tmp_path)
    upload = files.keep(name, content, "me")
    with pytest.raises(DataError) as caught:
        files.look(upload, "me", still)
    assert caught.value.expected


def test_a_file_that_two_visitors_send_is_kept_once_and_read_once(tmp_path):
    files, shares = shelf(tmp_path), []
    content = zipped(pets())  # once: a zip knows when it was made
    mine, yours = (files.keep(name, content, name) for name in ("mine.zip", "yours.zip"))
    assert mine.id == yours.id
    found = files.look(mine, "mine.zip", still)
    assert files.look(yours, "yours.zip", shares.append) == found
    assert not shares, "nobody read it again"
    files.release(mine, "mine.zip")
    assert files.look(yours, "yours.zip", still) == found
    files.release(yours, "yours.zip")
    assert list(files.folder.iterdir()) == []
    with pytest.raises(DataError, match="no longer on the server"):
        files.look(yours, "yours.zip", still)


def test_what_visitors_have_left_behind_is_removed(tmp_path, monkeypatch):
    files = shelf(tmp_path)
    old = files.keep("old.csv", row(1, 1).encode(), "gone")
    now = time.time()
    monkeypatch.setattr("cnn_core.data.upload.shelf.time.time", lambda: now + HELD / 2)
    files.tidy()
    assert (files.folder / old.id).exists()
    monkeypatch.setattr("cnn_core.data.upload.shelf.time.time", lambda: now + HELD + 60)
    files.tidy()
    assert list(files.folder.iterdir()) == []


def test_a_full_disk_takes_no_file(tmp_path, monkeypatch):
    nearly = type("Usage", (), {"free": 2**29})
    monkeypatch.setattr("cnn_core.data.upload.pixels.shutil.disk_usage", lambda path: nearly)
    files = shelf(tmp_path)
    with pytest.raises(DataError, match="disk is nearly full"):
        files.keep("a.zip", zipped(pets()), "me")
    assert list(files.folder.iterdir()) == []
