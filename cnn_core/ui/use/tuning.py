"""The training of a network that begins with another one: in one phase or two, with kept features or augmentation."""

import streamlit as st

from cnn_core.design.augmentation import PRESETS, Augmentation
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.design.shapes import trace
from cnn_core.design.start import FineTuning, Start
from cnn_core.language import _
from cnn_core.runs.request import request_problem
from cnn_core.settings import settings
from cnn_core.ui import pages
from cnn_core.ui.kit import rules, session
from cnn_core.ui.kit.errors import show_error
from cnn_core.ui.kit.sharing import asked, carry
from cnn_core.ui.train.setup import start as begin_run
from cnn_core.ui.use.bases import Base
from cnn_core.ui.use.ways import RECIPE, Target

EPOCHS, RATES = range(1, 101), (0.00001, 0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01)
RATE, LATER_RATE = 0.003, 0.001
BATCH = 32
USUAL_EPOCHS, USUAL_AFTER = 10, 5


def training_board(base: Base, network: Network, target: Target, start: Start, frozen: int) -> None:
    """A run like any other: how long, in which steps, and whether a second phase follows.

    Args:
        start: whatever is frozen in it.
        frozen: how many of the layers that are taken over stay, at first.
    """
    st.subheader(_("Train it"), anchor=False)
    most = min(EPOCHS[-1], rules.limits().epochs or EPOCHS[-1])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first = asked("epochs", min(USUAL_EPOCHS, most), range(1, most + 1))
        epochs = st.number_input(_("Epochs"), 1, most, first, key="transfer-epochs", width=130) if most > 1 else 1
        rate = _rate(_("Size of a step (learning_rate)"), "rate", RATE)
        varied = st.toggle(_("Vary the images (augmentation)"), asked("vary", 0, (0, 1)) == 1, key="transfer-vary")
    carry(epochs=epochs, vary=1 if varied else None)
    then = _second_phase(frozen, epochs) if frozen and epochs > 1 else None
    chosen = start.model_copy(update={"frozen": frozen, "then": then})
    varies = session.RECIPE.get().augmentation if session.RECIPE.get().augmentation.active else PRESETS["photos"]
    recipe = Recipe(
        **RECIPE.model_dump(include={"optimizer"}),
        pixels=base.pixels,
        start=chosen,
        epochs=epochs,
        learning_rate=rate,
        batch_size=BATCH,
        augmentation=varies if varied else Augmentation(),
    )
    _kept_or_varied(network, frozen, varied=varied)
    problem = request_problem(network, recipe, target.entry, settings().training_memory_bytes)
    if problem and problem.blocking:
        show_error(problem.message)
    if too_much := rules.too_much(network, recipe):
        show_error(too_much)
    rules.say_limits()
    ready = not too_much and (problem is None or not problem.blocking)
    if st.button(_("Train"), type="primary", icon=":material/play_arrow:", key="transfer-train", disabled=not ready):
        run = begin_run(network, recipe, target.entry.name)
        st.switch_page(pages.RUN, query_params={"run": run.id})


def _rate(label: str, name: str, usual: float) -> float:
    place = RATES.index(asked(name, usual, RATES))
    rate = st.selectbox(label, RATES, place, key=f"transfer-{name}", width=230, format_func=lambda rate: f"{rate:g}")
    carry(**{name: rate})
    return rate


def _second_phase(frozen: int, epochs: int) -> FineTuning | None:
    """Once the new layers answer well, others can learn without being spoilt: in small steps."""
    wanted = asked("after", 0, range(epochs))
    second = st.toggle(_("Then let more layers learn, in smaller steps"), wanted > 0, key="transfer-second")
    if not second:
        return None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first = min(wanted or USUAL_AFTER, epochs - 1)
        after = (
            first
            if epochs == 2
            else st.slider(_("After so many epochs"), 1, epochs - 1, first, key=f"transfer-after-{epochs}", width=220)
        )
        key = f"transfer-later-{frozen}"
        usual = asked("later", frozen - 1, range(frozen), key)
        later = usual if frozen == 1 else st.slider(_("Still frozen then"), 0, frozen - 1, usual, key=key, width=220)
        rate = _rate(_("Size of a step then"), "then", LATER_RATE)
    carry(after=after, later=later)
    return FineTuning(after=after, frozen=later, learning_rate=rate)


def _kept_or_varied(network: Network, frozen: int, *, varied: bool) -> None:
    """Frozen layers make the same of an image in every epoch, unless the image is never the same."""
    if not frozen:
        return
    reports = trace(network.opened()).reports
    whole, behind = (sum(report.macs for report in part) for part in (reports, reports[frozen:]))
    times = (whole + 2 * behind) / max(3 * behind, 1)  # a step forwards and one back cost three times the way forwards
    if varied:
        told = _(
            "With augmentation no image is the same twice, and what the frozen layers see cannot be kept: each epoch "
            "takes {times:,.0f} times as many sums.",
            times=times,
        )
    else:
        told = _(
            "The frozen layers look at each image once. What they see is kept: an epoch then takes only one in "
            "{times:,.0f} of the sums.",
            times=times,
        )
    st.caption(told)
