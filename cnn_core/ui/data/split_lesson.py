"""The experiment "split first, then augment": both ways, and the score that each reports beside the true one."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from cnn_core.data.datasets import BUNDLED
from cnn_core.design.augmentation import Augmentation
from cnn_core.errors import StudioError
from cnn_core.figures.template import percent
from cnn_core.ui.kit import services, session
from cnn_core.ui.kit.errors import show_error

DIGITS, COPIES, EPOCHS = 200, 5, 30  # fewer epochs: neither way has learned its copies yet
NEAR = Augmentation(rotation=5, horizontal_shift=4, vertical_shift=4, zoom=4)  # copies much like their original
WAYS = ("Augment, then split", "Split, then augment")
WHAT = (
    f"{DIGITS} digits, {COPIES} varied copies of each. **Wrong:** copy all of them, then set a part of the copies "
    "aside for the test. **Right:** set digits aside, then copy the others only. Each way trains the classic CNN; "
    "then both read 1,000 digits that neither ever had."
)


def split_lesson() -> None:
    """The button, its progress, and what came of it. No fragment: those cannot be interrupted by Stop."""
    st.subheader("Split first, then augment", anchor=False)
    st.markdown(WHAT)
    asked = st.button("Try both ways", icon=":material/science:", key="split-lesson")
    place = st.empty()
    if asked:
        with place.container():
            done = _experiment()
        if done:
            place.empty()
    if ways := session.get("augment.ways"):
        _result(ways)


def sentence(way: dict[str, Any]) -> str:
    """What one way's score was worth, in numbers."""
    gap = 100 * (way["score"] - way["true"])
    luck = 100 * math.sqrt(way["true"] * (1 - way["true"]) / way["tested"])  # standard error of a share
    sisters = f"{way['sisters']:,} of its {way['tested']:,} test pictures are copies of digits that it trained on"
    return (
        f"reports {percent(way['score'])}, and truly reads {percent(way['true'])}: {abs(gap):.1f} points too "
        f"{'good' if gap > 0 else 'low'}; luck alone makes about ±{luck:.1f}. {sisters}."
    )


def _experiment() -> bool:
    """Whether it came to its end."""
    data = services.dataset(BUNDLED)
    seed = session.RECIPE.get().seed
    drawn = np.random.default_rng(seed).permutation(len(data.x_train))[:DIGITS]
    few = replace(data, x_train=data.x_train[drawn], y_train=data.y_train[drawn])
    bar = st.progress(0.0, _words(0))
    st.button("Stop", icon=":material/stop:", key="split-lesson-stop")  # the click ends this run, and that the task
    try:
        ways = services.engine().split_lesson(
            lambda share: bar.progress(share, _words(share)),
            few,
            NEAR,
            COPIES,
            EPOCHS,
            seed,
        )
    except StudioError as error:
        show_error(error)
        return False
    session.put("augment.ways", ways)
    return True


def _words(share: float) -> str:
    return f"{WAYS[share >= 0.5]}: {share:.0%} of both" if share else "Waiting for a free trainer…"


def _result(ways: tuple[dict[str, Any], ...]) -> None:
    rows = [
        [f"{way['trained']:,}", f"{way['tested']:,}", percent(way["score"]), f"**{percent(way['true'])}**"]
        for way in ways
    ]
    head = ["pictures to train on", "its own test pictures", "score it reports", "true score"]
    st.table(pd.DataFrame(rows, index=list(WAYS), columns=head))
    for name, way in zip(WAYS, ways, strict=True):
        st.markdown(f"**{name}** {sentence(way)}")
    st.caption(f"Copies made by {NEAR}; digits and draws by the seed of your recipe.")
