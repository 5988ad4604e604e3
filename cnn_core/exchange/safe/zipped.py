"""What is in a `.keras` file, which is a zip: two members, never more of them than was agreed on."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from cnn_core.errors import DataError
from cnn_core.language import Text

START = b"PK\3\4"
MOST_MEMBERS = 1000
_END, _LARGE_END = 22, 20
"""Bytes of the record at a zip's end, and of the one before it in archives above 4 GB (PKWARE's APPNOTE, 4.3)."""
_LONGEST_COMMENT = 2**16
_MOST_OF_DIRECTORY = 2**20
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_KERAS = Text("a .keras file as Keras's model.save() writes it")


@contextmanager
def members(content: bytes) -> Iterator[zipfile.ZipFile]:
    """The zip, opened in memory; nothing of it is ever written anywhere. Raises DataError in words."""
    try:
        _check_directory(content)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if len(archive.infolist()) > MOST_MEMBERS:
                raise refusal(Text("more than {most:,} files in it", most=MOST_MEMBERS))
            yield archive
    except zlib.error as error:
        if "Error -4" in str(error):  # Z_MEM_ERROR
            raise MemoryError from error
        raise refusal(str(error)[:200]) from error
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise refusal(str(error)[:200]) from error


def member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """One member, of at most so many bytes, whatever its header says.

    Raises DataError: it is missing, there twice, locked, packed in another way than Keras's, or larger.
    """
    found = [info for info in archive.infolist() if info.filename == name]
    if len(found) != 1:
        count = Text.plural("{n} file called {name}", "{n} files called {name}", len(found), name=name)
        raise refusal(count)
    (info,) = found
    if info.flag_bits & 1:
        raise refusal(Text("{name} with a password", name=name))
    if info.compress_type not in _PACKED:
        raise refusal(Text("{name}, packed in an unusual way", name=name))
    if info.file_size > most:
        raise _too_large(name, most)
    with archive.open(info) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise _too_large(name, most)
    return content


def _check_directory(content: bytes) -> None:
    """That the list of the members is short, before Python reads all of it. Raises DataError."""
    tail = content[-_END - _LONGEST_COMMENT :]
    place = tail.rfind(b"PK\5\6")
    if place < 0 or len(tail) < place + _END:
        raise refusal(Text("a zip without an end"))
    size = int.from_bytes(tail[place + 12 : place + 16], "little")
    # The other form is for archives above 4 GB, and says its sizes elsewhere.
    if size > _MOST_OF_DIRECTORY or b"PK\6\7" in tail[max(0, place - _LARGE_END) : place]:
        raise refusal(Text("a list of files that is far too long"))


def refusal(received: Text | str) -> DataError:
    """What is said of a zip that is no model."""
    return DataError(Text("This .keras file cannot be read"), expected=_KERAS, received=received)


def _too_large(name: str, most: int) -> DataError:
    return DataError(
        Text("{name} in this file is too large", name=name),
        expected=Text("at most {most:,} bytes when it is unpacked", most=most),
        received=Text("more"),
    )
