"""The typed face of the watch on Streamlit's sliders, which tell the server nothing before they are let go."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st

FOLDER = Path(__file__).parent


class Watched(NamedTuple):
    """What a browser tells besides what its widgets do.

    Attributes:
        moving: by its label, the number that each slider shows, in the script run while one of them moves; else empty.
        still: whether its visitor wants nothing to move by itself.
    """

    moving: Mapping[str, float]
    still: bool


def watched_sliders(labels: Sequence[str], *, key: str) -> Watched:
    """Have the script, or the fragment, run up to five times a second while one of these sliders of the page moves."""
    told = _component()(key=key, data={"labels": list(labels)}, on_moving_change=_nothing, on_still_change=_nothing)
    return Watched(told.moving or {}, bool(told.still))


def _nothing() -> None:
    """A component tells only what has a callback."""


@st.cache_resource(show_spinner=False)
def _component() -> Any:
    return st.components.v2.component("sliders", js=(FOLDER / "main.js").read_text(encoding="utf-8"))
