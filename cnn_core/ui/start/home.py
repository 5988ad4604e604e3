"""The pieces of the home page."""

import time

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnn_core.data.datasets import BUNDLED
from cnn_core.design.presets import PRESETS, Preset
from cnn_core.design.shapes import trace
from cnn_core.engine.work.prepare import Prepare
from cnn_core.figures.network import describe_network, network_figure
from cnn_core.figures.template import STILL
from cnn_core.language import _, _n
from cnn_core.runs.request import images
from cnn_core.runs.summary import Summary
from cnn_core.ui import pages
from cnn_core.ui.kit import services, session, startup, wording
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.train.setup import start

SHOWN = 5  # runs under way
BUTTON_FIRST = 0.4  # seconds
DIAGRAM_HEIGHT = 320  # pixels; the tallest of the presets has 301
SEEN: Slot[bool] = Slot("home.seen", False)
"""Whether the visitor has been on the home page."""


def quick_start() -> tuple[Preset, DeltaGenerator]:
    """Pick a preset, train it on the bundled digits; the preset, and the place for its diagram."""
    with st.container(border=True):
        left, right = st.columns([2, 3], vertical_alignment="center", gap="large")
        with left:
            preset = _pick()
            train = _("Train it on 5,000 digits")
            stuck = services.fault() is not None
            if st.button(
                train, type="primary", icon=":material/play_arrow:", width="stretch", disabled=stuck, key="home-train"
            ):
                session.set_network(preset.network)
                session.RECIPE.put(preset.recipe)
                run = start(preset.network, preset.recipe, BUNDLED)
                st.switch_page(pages.RUN, query_params={"run": run.id})
        return preset, right.container(height=DIAGRAM_HEIGHT, border=False, vertical_alignment="center")


def _pick() -> Preset:
    name = st.selectbox(
        _("Pick a network"), list(PRESETS), format_func=lambda name: _(PRESETS[name].title), key="home-preset"
    )
    preset = PRESETS[name]
    parameters = _("{count:,} parameters.", count=trace(preset.network).totals.parameters)
    st.caption(f"{_(preset.summary)} {parameters}")
    return preset


def diagram(preset: Preset, place: DeltaGenerator) -> None:
    """The network's diagram. The last thing on the page: a browser is busy for a second when it first loads Plotly.

    On a visitor's first page the button gets a moment to be painted before that.
    """
    if not SEEN.get():
        time.sleep(BUTTON_FIRST)
        SEEN.put(True)
    startup.everything()  # plotly must not come upon half of pandas
    traced = trace(preset.network)
    place.plotly_chart(network_figure(traced), config=STILL, alt=describe_network(traced), key="home-network")
    if not services.fault():
        train_images, _ = images(preset.recipe, services.entry(BUNDLED))
        services.engine().begin(Prepare(preset.network, preset.recipe, train_images))


def running() -> None:
    """The runs under way, or nothing."""
    lists = services.store().lists
    alone, trainings = lists.active(SHOWN), lists.of_duels(active=True)
    if not alone and not trainings:
        return
    st.subheader(_("Running now"), anchor=False)
    for run in alone:
        with st.container():
            st.fragment(_one_running, run_every=1.0)(run)
    if trainings:
        label = _n("Duels: {n} run to go", "Duels: {n} runs to go", trainings)
        st.page_link(pages.DUEL, label=label, icon=":material/swords:")


def _one_running(run: Summary) -> None:
    now = services.store().state(run.id)
    with st.container(horizontal=True, vertical_alignment="center"):
        if now.active:
            st.progress(now.progress, f"**{wording.literal(run.name)}** · {wording.progress_text(now)}")
        else:
            word, icon, colour = wording.status_badge(now.status)
            st.markdown(f"**{wording.literal(run.name)}**", width="content")
            st.badge(word, icon=icon, color=colour)
        if st.button(_("Watch"), key=f"watch-{run.id}"):
            st.switch_page(pages.RUN, query_params={"run": run.id})


def path() -> None:
    """The way through the app, one card a step."""
    steps = _steps()
    for column, (name, page, icon, text) in zip(st.columns(len(steps)), steps, strict=True):
        with column.container(border=True, height="stretch"):
            st.page_link(page, label=f"**{name}**", icon=icon)
            st.caption(text)


def _steps() -> list[tuple[str, str, str, str]]:
    """Name, page, icon and what to do there."""
    return [
        (_("Data"), pages.BROWSE, ":material/photo_library:", _("Look at images, vary them, bring your own.")),
        (
            _("Build"),
            pages.DESIGNER,
            ":material/view_agenda:",
            _("Stack layers. Every shape and every parameter is explained."),
        ),
        (
            _("Train"),
            pages.LIVE,
            ":material/monitoring:",
            _("Watch loss and accuracy change while the network learns."),
        ),
        (_("Use"), pages.DRAW, ":material/draw:", _("Draw a digit and see what the network makes of it.")),
        (
            _("Compare"),
            pages.DUEL,
            ":material/swords:",
            _("Two networks in a fair duel: which one wins, by how much, and why."),
        ),
    ]
