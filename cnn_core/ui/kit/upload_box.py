"""The box that takes a file, with its limit in words: what a browser refuses shows only a red icon.

A server that takes no files says so in its place.
"""

from collections.abc import Callable, Sequence

import streamlit as st
from streamlit import config
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from cnn_core.errors import RightsError
from cnn_core.language import Text, _
from cnn_core.settings import MB, MIB, Settings, settings

IMAGES = ("png", "jpg", "jpeg", "webp")


def files_taken() -> bool:
    """Whether visitors may send files and pictures to this server."""
    return settings().uploads


def no_files(tell: Callable[[str], object] = st.caption) -> None:
    """Says that they may not, in the place of a box; `tell`: `st.info` where all of a page is about files."""
    tell(_("This server takes no files and no pictures."))


def check_files() -> None:
    """Raises RightsError where they may not: what takes a file asks, not only its box."""
    if not files_taken():
        raise RightsError(Text("This server takes no files and no pictures"))


def upload_box(
    label: str,
    most_bytes: int,
    advice: str,
    *,
    key: str,
    kinds: Sequence[str] | None = None,
    on_change: Callable[..., None] | None = None,
    args: tuple = (),
    help: str | None = None,
) -> UploadedFile | None:
    """A file that the visitor gives; None while there is none.

    Args:
        most_bytes: the largest file that is taken.
        advice: what to do with a file that is too large, or of another kind; a sentence.
        kinds: endings of file names; other files turn red. None: all come through, to be refused in words.
    """
    if not files_taken():
        no_files()
        return None
    file = st.file_uploader(
        label, kinds, key=key, max_upload_size=megabytes(most_bytes), on_change=on_change, args=args, help=help
    )
    st.caption(f"{_limit(most_bytes, kinds)} {advice}")
    return file


def files_box(
    label: str, most_bytes: int, advice: str, *, key: str, kinds: Sequence[str], on_change: Callable[[], None]
) -> list[UploadedFile]:
    """The same for several files, in the order in which they came."""
    if not files_taken():
        no_files()
        return []
    size = megabytes(most_bytes)
    files = st.file_uploader(
        label, kinds, key=key, max_upload_size=size, accept_multiple_files=True, on_change=on_change
    )
    st.caption(f"{_limit(most_bytes, kinds)} {advice}")
    return files


def _limit(most_bytes: int, kinds: Sequence[str] | None) -> str:
    """The largest file, and which ones, in words."""
    size = megabytes(most_bytes)
    if kinds:
        names = ", ".join(kind.upper() for kind in kinds if kind != "jpeg")
        limit = _("{kinds}, at most {size} MB.", kinds=names, size=size)
        return f"{limit} {_('A file that turns red is larger or of another kind and was not sent.')}"
    limit = _("At most {size} MB.", size=size)
    return f"{limit} {_('A file that turns red is larger and was not sent.')}"


def image_box(label: str, most_bytes: int, *, key: str, help: str | None = None) -> UploadedFile | None:
    """The same for one image."""
    # The kinds are named to the browser: a phone then turns its own format into JPEG.
    advice = _("Make it smaller, or save it as JPEG.")
    return upload_box(label, most_bytes, advice, key=key, kinds=IMAGES, help=help)


def let_go(file: UploadedFile) -> None:
    """Takes a file out of the memory in which Streamlit keeps it until its visitor has left."""
    context = get_script_run_ctx()
    if context and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)


def limit_uploads(limits: Settings) -> None:
    """Makes the server take files as large as the boxes do; without it Streamlit has a limit of its own.

    Where no files are taken it refuses all: whoever knows Streamlit's own address for them needs no box.
    """
    largest = max(limits.max_upload_bytes, limits.max_dataset_bytes, limits.max_model_bytes)
    most = largest if limits.uploads else 0
    config.set_option("server.maxUploadSize", -(-most // MIB))  # the server counts in MiB, the browser in MB


def megabytes(number: int) -> int:
    """Bytes as the browser counts them in a box's limit: whole MB, at least one."""
    return max(1, number // MB)
