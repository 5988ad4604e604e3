"""How an error is told on a page: in its own words, whatever was typed by others in them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from cnn_core.errors import StudioError, Words
from cnn_core.ui.kit import services
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.wording import literal

ERROR, BROKEN = ":material/error:", ":material/broken_image:"
_LATER: Slot[StudioError | Words] = Slot("fault", "")


@contextmanager
def errors_told(
    icon: str = ERROR, tell: Callable = st.error, *, about: str = "", kind: type[StudioError] = StudioError
) -> Iterator[None]:
    """Tell on the page what goes wrong inside `with`; the script goes on behind it.

    Args:
        tell: where and how: `st.error`, `st.toast`, `container.info` and their like, or `later`.
        about: what it concerns, such as the name of a file.
        kind: only errors of this kind.
    """
    try:
        yield
    except kind as error:
        show_error(f"{about}: {error}" if about else error, icon, tell)


def show_error(error: StudioError | Words, icon: str = ERROR, tell: Callable = st.error) -> None:
    """Say what went wrong; what visitors typed, or a link carried, is shown letter by letter."""
    if tell is later:
        later(error)
    else:
        tell(literal(str(error)), icon=icon)


def later(error: StudioError | Words) -> None:
    """Keep it for `faults`: in a callback, or on the way to another page, there is no place for it yet."""
    _LATER.put(error)


def faults() -> None:
    """Say once what went wrong with a link, a file or a change."""
    if fault := _LATER.take():
        show_error(fault)


def show_fault() -> None:
    """Say what is wrong with the whole server, if something is."""
    if fault := services.fault():
        show_error(fault)
