"""How an error is told on a page: in its own words, whatever was typed by others in them."""

from collections.abc import Callable

import streamlit as st

from cnn_core.errors import StudioError
from cnn_core.ui.kit import services
from cnn_core.ui.kit.wording import literal

ERROR = ":material/error:"


def show_error(error: StudioError | str, icon: str = ERROR, tell: Callable = st.error) -> None:
    """Say what went wrong; what visitors typed, or a link carried, is shown letter by letter.

    Args:
        tell: where and how: `st.error`, `st.toast`, `container.info` and their like.
    """
    tell(literal(str(error)), icon=icon)


def show_fault() -> None:
    """Say what is wrong with the whole server, if something is."""
    if fault := services.fault():
        show_error(fault)
