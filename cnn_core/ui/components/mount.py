"""A folder with JavaScript, CSS and HTML as Streamlit takes a component."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from cnn_core.ui.components.bundle import bundled


def mounted(folder: Path, *, html: str = "", styles: Sequence[Path] = (), isolated: bool = True) -> Any:
    """The component in `folder`, named after it: `main.js` with all that it imports.

    Args:
        html: what its JavaScript finds in its element.
        styles: style sheets besides the folder's own, before them.
        isolated: whether it lives in a shadow root.
    """
    return _mounted((str(folder), html, tuple(map(str, styles)), isolated))


@st.cache_resource(show_spinner=False)
def _mounted(asked: tuple[str, str, tuple[str, ...], bool]) -> Any:
    """One argument, because Streamlit looks at a function anew for each of them, in every script run."""
    place, html, styles, isolated = asked
    folder = Path(place)
    sheets = [*map(Path, styles), *sorted(folder.glob("*.css"))]
    css = "".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
    return st.components.v2.component(
        folder.name, html=html, css=css, js=bundled(folder / "main.js"), isolate_styles=isolated
    )


def nothing() -> None:
    """For what a component tells without more to do: it tells only what has a callback."""
