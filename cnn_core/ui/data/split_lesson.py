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
from cnn_core.language import _
from cnn_core.lessons.facts import Split
from cnn_core.ui.kit import jobs, rules, services, session
from cnn_core.ui.kit.goals import record
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.sharing import leave_out
from cnn_core.ui.train.estimate import job_waiting_text

DIGITS, COPIES, EPOCHS = 200, 5, 30  # fewer epochs: neither way has learned its copies yet
NEAR = Augmentation(rotation=5, horizontal_shift=4, vertical_shift=4, zoom=4)  # copies much like their original
RESULT: Slot[tuple[dict[str, Any], ...] | None] = Slot("augment.ways", None)
"""What the two ways came to."""


def split_lesson() -> None:
    """The button, its progress, and what came of it."""
    st.subheader(_("Split first, then augment"), anchor=False)
    st.markdown(
        _(
            "{digits} digits, {copies} varied copies of each. **Wrong:** copy all of them, then set some of the copies "
            "aside for the test. **Right:** set digits aside, then copy the others only. Each way trains the classic "
            "CNN. Then both predict 1,000 digits that neither has ever seen.",
            digits=DIGITS,
            copies=COPIES,
        )
    )
    ways = jobs.offer(
        "split-lesson",
        _("Try both ways"),
        _experiment,
        _words,
        partial=_result,
        waiting=job_waiting_text,
        icon=":material/science:",
    )
    if ways:
        RESULT.put(ways)
    if ways := RESULT.get():
        leave_out(_("the result of your experiment"))
        _result(ways)
        if len(ways) == 2:
            wrong, right = (way["score"] - way["true"] for way in ways)
            record(Split(wrong, right))
        st.caption(_("Copies made by {changes}. Digits and draws by the seed of your recipe.", changes=str(NEAR)))


def sentence(way: dict[str, Any]) -> str:
    """What one way's score was worth, in numbers."""
    gap = 100 * (way["score"] - way["true"])
    told = _(
        "reports {score}, and its true accuracy is {true}: {gap:.1f} points too {direction}. Luck alone makes about "
        "±{luck:.1f}. {copies:,} of its {tested:,} test images are copies of digits that it trained on.",
        score=percent(way["score"]),
        true=percent(way["true"]),
        gap=abs(gap),
        direction=_("high") if gap > 0 else _("low"),
        luck=100 * math.sqrt(way["true"] * (1 - way["true"]) / way["tested"]),  # standard error of a fraction
        copies=way["sisters"],
        tested=way["tested"],
    )
    return told


def _experiment() -> Job:
    RESULT.put(None)
    data = data_key(services.catalogue(), BUNDLED)
    return rules.begin(SplitLesson(data, DIGITS, NEAR, COPIES, EPOCHS, session.RECIPE.get().seed))


def _ways() -> tuple[str, str]:
    return _("Augment, then split"), _("Split, then augment")


def _words(fraction: float) -> str:
    return _("{way}: {fraction:.0%} of both", way=_ways()[fraction >= 0.5], fraction=fraction)


def _result(ways: tuple[dict[str, Any], ...]) -> None:
    """The ways that have ended: both, or the first one alone."""
    rows = [
        [f"{way['trained']:,}", f"{way['tested']:,}", percent(way["score"]), f"**{percent(way['true'])}**"]
        for way in ways
    ]
    head = [_("images to train on"), _("its own test images"), _("score it reports"), _("true accuracy")]
    st.table(pd.DataFrame(rows, index=list(_ways()[: len(ways)]), columns=head))
    for name, way in zip(_ways(), ways, strict=False):
        st.markdown(f"**{name}** {sentence(way)}")
