"""Pictures beside each other, with room between them: Streamlit leaves none."""

from collections.abc import Sequence

import streamlit as st
from PIL import Image

from cnn_core.figures.images import data_url, spaced

GAP = 6  # px


def sheet(pictures: Sequence[Image.Image], captions: Sequence[str], alts: Sequence[str], side: int) -> None:
    """They in rows, each `side` px wide, with its caption (none: as many as are given) and its text alternative."""
    shown = [data_url(spaced(picture, GAP / side)) for picture in pictures]
    st.image(shown, list(captions) or None, width=side + GAP, alt=list(alts))
