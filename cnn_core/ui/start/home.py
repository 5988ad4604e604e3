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
from cnn_core.runs.request import images
from cnn_core.ui import pages
from cnn_core.ui.kit import services, session, startup, wording
from cnn_core.ui.train.setup import start

SHOWN = 5  # runs under way
BUTTON_FIRST = 0.4  # seconds
PICTURE_HEIGHT = 320  # pixels; the tallest of the presets has 301
STEPS = (
    (
        "Data",
        pages.BROWSE,
        ":material/photo_library:",
        "Look at the pictures, vary them, bring your own.",
    ),
    (
        "Build",
        pages.DESIGNER,
        ":material/view_agenda:",
        "Stack layers; every shape and parameter explains itself.",
    ),
    ("Train", pages.LIVE, ":material/monitoring:", "Watch loss and accuracy move while the network learns."),
    ("Use", pages.DRAW, ":material/draw:", "Draw a digit and see what the network sees of it."),
    (
        "Compare",
        pages.DUEL,
        ":material/swords:",
        "Two networks in a fair duel: who wins, by how much, and why.",
    ),
)


def quick_start() -> tuple[Preset, DeltaGenerator]:
    """Pick a preset, train it on the bundled digits; the preset, and the place for its picture."""
    with st.container(border=True):
        left, right = st.columns([2, 3], vertical_alignment="center", gap="large")
        with left:
            preset = st.selectbox("Pick a network", PRESETS.values(), format_func=lambda preset: preset.title)
            totals = trace(preset.network).totals
            st.caption(f"{preset.summary} {totals.parameters:,} parameters.")
            stuck = services.fault() is not None
            if st.button(
                "Train it on 5,000 digits",
                type="primary",
                icon=":material/play_arrow:",
                width="stretch",
                disabled=stuck,
            ):
                session.set_network(preset.network)
                session.set_recipe(preset.recipe)
                run = start(preset.network, preset.recipe, BUNDLED)
                st.switch_page(pages.RUN, query_params={"run": run.id})
        return preset, right.container(height=PICTURE_HEIGHT, border=False, vertical_alignment="center")


def picture(preset: Preset, place: DeltaGenerator) -> None:
    """The network's picture. The last thing on the page: a browser is busy for a second when it first loads Plotly.

    On a visitor's first page the button gets a moment to be painted before that.
    """
    if not session.get("home.seen"):
        time.sleep(BUTTON_FIRST)
        session.put("home.seen", True)
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
    st.subheader("Running now", anchor=False)
    for run in alone:
        with st.container():
            st.fragment(_one_running, run_every=1.0)(run)
    if trainings:
        st.page_link(pages.DUEL, label=f"Duels: {trainings} trainings to go", icon=":material/swords:")


def _one_running(run) -> None:
    now = services.store().state(run.id)
    with st.container(horizontal=True, vertical_alignment="center"):
        if now.active:
            st.progress(now.progress, f"**{wording.literal(run.name)}** · {wording.progress_text(now)}")
        else:
            word, icon, colour = wording.STATUS[now.status]
            st.markdown(f"**{wording.literal(run.name)}**", width="content")
            st.badge(word, icon=icon, color=colour)
        if st.button("Watch", key=f"watch-{run.id}"):
            st.switch_page(pages.RUN, query_params={"run": run.id})


def path() -> None:
    """The way through the app, one card a step."""
    for column, (name, page, icon, text) in zip(st.columns(len(STEPS)), STEPS, strict=True):
        with column.container(border=True, height="stretch"):
            st.page_link(page, label=f"**{name}**", icon=icon)
            st.caption(text)
