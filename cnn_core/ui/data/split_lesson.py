"""The experiment "split first, then augment": both ways, and the score that each reports beside the true one."""

import math
from typing import Any

import pandas as pd
import streamlit as st

from cnn_core.data.datasets import BUNDLED
from cnn_core.design.augmentation import Augmentation
from cnn_core.engine.job import Job
from cnn_core.engine.work.base import data_key
from cnn_core.engine.work.split_lesson import SplitLesson
from cnn_core.figures.template import percent
from cnn_core.ui.kit import jobs, services, session

DIGITS, COPIES, EPOCHS = 200, 5, 30  # fewer epochs: neither way has learned its copies yet
NEAR = Augmentation(rotation=5, horizontal_shift=4, vertical_shift=4, zoom=4)  # copies much like their original
WAYS = ("Augment, then split", "Split, then augment")
WHAT = (
    f"{DIGITS} digits, {COPIES} varied copies of each. **Wrong:** copy all of them, then set a part of the copies "
    "aside for the test. **Right:** set digits aside, then copy the others only. Each way trains the classic CNN; "
    "then both read 1,000 digits that neither ever had."
)


def split_lesson() -> None:
    """The button, its progress, and what came of it."""
    st.subheader("Split first, then augment", anchor=False)
    st.markdown(WHAT)
    ways = jobs.offer("split-lesson", "Try both ways", _experiment, _words, partial=_result, icon=":material/science:")
    if ways:
        session.put("augment.ways", ways)
    if ways := session.get("augment.ways"):
        _result(ways)
        st.caption(f"Copies made by {NEAR}; digits and draws by the seed of your recipe.")


def sentence(way: dict[str, Any]) -> str:
    """What one way's score was worth, in numbers."""
    gap = 100 * (way["score"] - way["true"])
    luck = 100 * math.sqrt(way["true"] * (1 - way["true"]) / way["tested"])  # standard error of a share
    sisters = f"{way['sisters']:,} of its {way['tested']:,} test pictures are copies of digits that it trained on"
    return (
        f"reports {percent(way['score'])}, and truly reads {percent(way['true'])}: {abs(gap):.1f} points too "
        f"{'good' if gap > 0 else 'low'}; luck alone makes about ±{luck:.1f}. {sisters}."
    )


def _experiment() -> Job:
    session.put("augment.ways", None)
    data = data_key(services.catalogue(), BUNDLED)
    return services.engine().begin(SplitLesson(data, DIGITS, NEAR, COPIES, EPOCHS, session.recipe().seed))


def _words(fraction: float) -> str:
    return f"{WAYS[fraction >= 0.5]}: {fraction:.0%} of both" if fraction else "Waiting for a free trainer…"


def _result(ways: tuple[dict[str, Any], ...]) -> None:
    """The ways that have ended: both, or the first one alone."""
    rows = [
        [f"{way['trained']:,}", f"{way['tested']:,}", percent(way["score"]), f"**{percent(way['true'])}**"]
        for way in ways
    ]
    head = ["pictures to train on", "its own test pictures", "score it reports", "true score"]
    st.table(pd.DataFrame(rows, index=list(WAYS[: len(ways)]), columns=head))
    for name, way in zip(WAYS, ways, strict=False):
        st.markdown(f"**{name}** {sentence(way)}")
