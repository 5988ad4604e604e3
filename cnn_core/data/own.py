"""Own data: an uploaded file of whichever kind -> what was found in it."""

from collections.abc import Callable

from cnn_core.data.archives import read_archive
from cnn_core.data.found import Budget, Found
from cnn_core.data.tables import read_npz, read_table
from cnn_core.errors import DataError
from cnn_core.settings import Settings

KINDS = ("zip", "csv", "npz")


def read_upload(
    filename: str, data: bytes, limits: Settings, progress: Callable[[float], None] = lambda share: None
) -> Found:
    """The pictures of a zip of class folders, a CSV or an .npz, judged by the ending of its name.

    Args:
        progress: gets the share (0 to 1) that is read.

    Raises:
        DataError: the file is too large, not what its name says, or no data set.
    """
    if len(data) > limits.max_dataset_bytes:
        expected, received = f"at most {limits.max_dataset_bytes / 2**20:.0f} MiB", f"{len(data) / 2**20:.1f} MiB"
        raise DataError("This file is too large.", expected=expected, received=received, todo="Send smaller pictures.")
    kind = filename.lower().rpartition(".")[2]
    if kind == "zip":
        return read_archive(data, Budget(limits.max_unpacked_bytes, limits.max_image_pixels), progress)
    if kind == "npz":
        return read_npz(data, limits.max_unpacked_bytes, progress)
    if kind == "csv":
        return read_table(data, progress)
    raise DataError("This file is of another kind.", expected="a .zip, .csv or .npz file", received=filename[-40:])
