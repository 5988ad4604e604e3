"""A page of one's own: a run's network as one HTML file, to draw on at home and to send to friends."""

import math
from collections.abc import Sequence
from datetime import datetime
from functools import partial

import numpy as np
import streamlit as st

from cnn_core.design.arithmetic import number
from cnn_core.design.formats.code.cells import KERAS_DATA
from cnn_core.design.shapes import trace
from cnn_core.engine.work.base import data_key
from cnn_core.engine.work.rounded import Rounded, Rounding
from cnn_core.errors import DataError, StudioError
from cnn_core.exchange.weights import least_dtype
from cnn_core.figures.template import percent
from cnn_core.language import _, _n, speaking, spoken
from cnn_core.runs.events import Tested
from cnn_core.runs.run import Run
from cnn_core.runs.state import RunState
from cnn_core.ui.build.table import rows
from cnn_core.ui.components.network.component import DRAWABLE, MOST_MACS, in_browser
from cnn_core.ui.kit import services, who
from cnn_core.ui.kit.living import model_weights
from cnn_core.ui.use.models import WITH_DIGITS, class_names

MOST_PARAMETERS = 3_000_000
"""They make a file of 8 MB: larger ones do not get through by mail."""


def own_page(run: Run, state: RunState, name: str) -> None:
    """Offer the page of a run that has ended as `name`.html, or say why there is none."""
    if not state.saved:
        return
    if problem := obstacle(run):
        st.caption(problem)
        return
    owner = who.owners("run", [run.id]).get(run.id)
    st.download_button(
        _("Page of your own (.html)"),
        partial(page, run, state, owner.name if owner else "", spoken()),
        f"{name}.html",
        "text/html",
        icon=":material/phone_iphone:",
        key="run-take-page",
        width="stretch",
    )
    st.caption(_("One file to send home: on any phone or computer your network reads there, without the internet."))


def obstacle(run: Run) -> str:
    """Why this run can have no page, and what would help; empty when it can have one."""
    network, totals = run.network, trace(run.network).totals
    if run.recipe.pixel_order is not None:
        return _("There is no page of your own for a network that learned from shuffled pixels: nobody can draw these.")
    if network.backbone:
        return _(
            "There is no page of your own for a network that begins with one trained by others: a phone would compute "
            "too long. Take the trained model instead."
        )
    if not in_browser(network):
        return _(
            "A page of your own computes up to {most} products for an image, so that a phone keeps pace with the pen; "
            "this network needs {macs}. Pooling earlier, or fewer filters, would make it possible.",
            most=number(MOST_MACS),
            macs=number(totals.macs),
        )
    if totals.parameters > MOST_PARAMETERS:
        return _(
            "A page of your own holds up to {most} parameters, so that it can be sent; this network has {parameters}. "
            "Smaller dense layers, or pooling before them, would make it possible.",
            most=number(MOST_PARAMETERS),
            parameters=number(totals.parameters),
        )
    return ""


def page(run: Run, state: RunState, maker: str, language: str) -> bytes:
    """The file. It is made when it is asked for, in a thread without a session."""
    from cnn_core.ui.components.own_page.document import OwnPage, to_html  # only who takes the page needs it

    with speaking(language):
        weights, names = model_weights(run.id), class_names(services.library().model(run.id))
        exact = least_dtype(weights.arrays) == "float32"
        draws = run.dataset in WITH_DIGITS and run.network.input_shape == DRAWABLE
        made = OwnPage(
            title=run.name,
            how=_how(draws, names),
            network=run.network,
            weights=weights,
            class_names=names,
            draws=draws,
            facts=_facts(run, state, maker, names),
            rows=rows(run.network, trace(run.network)),
            rounding=rounding_words(None if exact else _rounding(run), exact=exact),
            examples=() if draws or state.brought_in else _examples(run, names),
        )
        return to_html(made).encode()


def _how(draws: bool, names: Sequence[str]) -> str:
    if draws:
        return _(
            "Draw a digit. The network reads it while you draw, and every layer shows what it makes of it. Touch a "
            "value to see where it comes from."
        )
    return _(
        "Show the network a picture of one of these: {names}. Every layer shows what it makes of it. Touch a value to "
        "see where it comes from.",
        names=", ".join(names),
    )


def _facts(run: Run, state: RunState, maker: str, names: Sequence[str]) -> list[tuple[str, str]]:
    facts = [(_("Knows"), _("{names}. It predicts one of them, whatever it is shown.", names=", ".join(names)))]
    if started := state.started_now:
        told = _n(
            "{images:,} images of “{data}”, each looked at once.",
            "{images:,} images of “{data}”, each looked at {n} times.",
            len(state.epochs_done),
            images=started.train_images,
            data=services.dataset_title(run.dataset),
        )
        facts.append((_("Learned from"), told))
    if state.brought_in:
        facts.append((_("Learned from"), _("It was trained elsewhere: on what is not known here.")))
    if state.tested:
        facts.append((_("Predicts right"), _score(state.tested, brought_in=state.brought_in is not None)))
    ended = datetime.fromtimestamp(state.ended or run.created)
    day = _("{day} {month:%B %Y}", day=ended.day, month=ended)
    facts.append((_("Made"), _("by {name}, {day}", name=maker, day=day) if maker else day))
    return facts


def _score(tested: Tested, *, brought_in: bool) -> str:
    """What a network that was trained elsewhere has seen there, nobody knows here."""
    count, accuracy = sum(map(sum, tested.confusion)), percent(tested.accuracy)
    if brought_in:
        return _n("{accuracy} of {n} test image.", "{accuracy} of {n:,} test images.", count, accuracy=accuracy)
    return _n(
        "{accuracy} of {n} test image, which it never saw in training.",
        "{accuracy} of {n:,} test images, which it never saw in training.",
        count,
        accuracy=accuracy,
    )


def _rounding(run: Run) -> Rounding | None:
    """None when nobody can measure it now: the page must not fail for it."""
    try:
        return services.engine().ask(Rounded(run.id, data_key(services.catalogue(), run.dataset)))
    except StudioError:
        return None


def rounding_words(measured: Rounding | None, *, exact: bool) -> str:
    """Where the page's numbers come from, and how much they differ from those of the training.

    Args:
        measured: None when it could not be.
        exact: whether the weights are not rounded at all.
    """
    if exact:
        return _("Your browser computes all numbers of the picture, from the weights as they were learned.")
    if measured is None:
        return _("Your browser computes all numbers of the picture, from weights that are rounded to three digits.")
    values = {"count": measured.images, "difference": math.ceil(10_000 * measured.difference) / 100}
    if not measured.changed:
        return _(
            "Your browser computes all numbers of the picture, from weights that are rounded to three digits. Measured "
            "on {count:,} test images, this changes no prediction, and no probability by more than {difference:g} "
            "percentage points.",
            **values,
        )
    return _n(
        "Your browser computes all numbers of the picture, from weights that are rounded to three digits. Measured on "
        "{count:,} test images, this changes {n} prediction, and no probability by more than {difference:g} percentage "
        "points.",
        "Your browser computes all numbers of the picture, from weights that are rounded to three digits. Measured on "
        "{count:,} test images, this changes {n} predictions, and no probability by more than {difference:g} "
        "percentage points.",
        measured.changed,
        **values,
    )


def _examples(run: Run, names: Sequence[str]) -> list[tuple[str, np.ndarray]]:
    """The first test image of each class, of public data sets alone: other images are somebody's own."""
    if run.dataset not in KERAS_DATA:
        return []
    try:
        data = services.dataset(run.dataset)
    except DataError:
        return []
    if data.input_shape != run.network.input_shape or data.classes != len(names):
        return []
    firsts = [np.flatnonzero(data.y_test == label)[:1] for label in range(data.classes)]
    return [(names[label], data.x_test[place]) for label, first in enumerate(firsts) for place in first]
