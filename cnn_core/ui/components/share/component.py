"""The typed face of the link to be copied."""

from pathlib import Path
from typing import Any

import streamlit as st

from cnn_core.language import _

FOLDER = Path(__file__).parent


def copy_box(link: str) -> None:
    """Show the link with a button that copies it; it also works where a browser gives no page its clipboard."""
    words = {"link": _("The link"), "copy": _("Copy link"), "copied": _("Copied"), "by_hand": _("Press Ctrl+C")}
    _component()(key="share-link", data={"link": link, "words": words})


@st.cache_resource(show_spinner=False)
def _component() -> Any:
    html, css, js = ((FOLDER / name).read_text(encoding="utf-8") for name in ("share.html", "share.css", "main.js"))
    # Not isolated: Tab in a dialog goes from one focusable thing to the next, and does not look into a shadow root.
    return st.components.v2.component("share", html=html, css=css, js=js, isolate_styles=False)
