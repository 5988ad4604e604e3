"""The pieces of the home page."""

from collections.abc import Sequence

import streamlit as st

from cnn_core.data.datasets import BUNDLED
from cnn_core.design.augmentation import DIGIT_NAMES
from cnn_core.design.presets import PRESETS, Preset
from cnn_core.engine.work.prepare import Prepare
from cnn_core.language import _, _n
from cnn_core.runs.request import images
from cnn_core.runs.state import RunState
from cnn_core.runs.summary import Summary
from cnn_core.ui import pages
from cnn_core.ui.components.network.component import living_network
from cnn_core.ui.kit import pace, rules, services, session, startup, wording
from cnn_core.ui.kit.living import keep_drawing, ready_weights, visitors_pad
from cnn_core.ui.kit.sharing import asked, carry
from cnn_core.ui.learn.by_hand import follow_window, windows
from cnn_core.ui.train.setup import start

SHOWN = 5  # runs under way
REFRESH = 2.0  # seconds between two looks at them
READY_MODEL = "keras-log"


def quick_start() -> Preset:
    """What to do next, in one button: train a network of one's own on the bundled digits. Gives the chosen one."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        preset = _pick()
        stuck = services.fault() is not None
        train = _("Train your own")
        if st.button(train, type="primary", icon=":material/play_arrow:", disabled=stuck, key="home-train"):
            session.set_network(preset.network)
            recipe = rules.within(preset.recipe)
            session.RECIPE.put(recipe)
            run = start(preset.network, recipe, BUNDLED)
            st.switch_page(pages.RUN, query_params={"run": run.id})
    return preset


def _pick() -> Preset:
    names = list(PRESETS)
    name = st.selectbox(
        _("A network"),
        names,
        index=names.index(asked("preset", names[0], names)),
        format_func=lambda name: _(PRESETS[name].title),
        key="home-preset",
        label_visibility="collapsed",
        width=230,
    )
    carry(preset=name)
    return PRESETS[name]


def reading_network() -> None:
    """A trained network that reads what is drawn, at once: the browser alone is at work."""
    startup.everything()  # components are imported with all the rest
    network = PRESETS[READY_MODEL].network
    keep_drawing(
        living_network(
            network,
            key="home-network",
            weights=ready_weights(READY_MODEL),
            class_names=DIGIT_NAMES,
            pad=visitors_pad(network),
            windows=windows(network),
        )
    )
    follow_window(network, READY_MODEL, "home-network")


def get_ready(preset: Preset) -> None:
    """Let idle workers prepare for the network that the button would train."""
    if not services.fault() and (entry := services.entry(BUNDLED)):
        recipe = rules.within(preset.recipe)
        services.engine().begin(Prepare(preset.network, recipe, images(recipe, entry)[0]))


def running() -> None:
    """The runs under way, or nothing."""
    lists = services.store().lists
    alone, trainings = lists.active(SHOWN), lists.of_duels(active=True)
    if not alone and not trainings:
        return
    st.subheader(_("Running now"), anchor=False)
    with st.container():
        st.fragment(_running, run_every=pace.every(REFRESH))(alone)
    if trainings:
        label = _n("Duels: {n} run to go", "Duels: {n} runs to go", trainings)
        st.page_link(pages.DUEL, label=label, icon=":material/swords:")


def _running(runs: Sequence[Summary]) -> None:
    states = services.store().states(run.id for run in runs)
    for run in runs:
        _one_running(run, states.get(run.id, RunState()))


def _one_running(run: Summary, now: RunState) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if now.active:
            place = wording.progress_text(now, services.ahead(run.id, now))
            st.progress(now.progress, f"**{wording.literal(run.name)}** · {place}")
        else:
            word, icon, colour = wording.status_badge(now.status)
            st.markdown(f"**{wording.literal(run.name)}**", width="content")
            st.badge(word, icon=icon, color=colour)
        if st.button(_("Watch"), key=f"watch-{run.id}"):
            st.switch_page(pages.RUN, query_params={"run": run.id})


def path() -> None:
    """The way through the app, one card a step."""
    with st.grid(3, min_column_width=230):
        for name, page, icon, text in _steps():
            with st.container(border=True, height="stretch"):
                st.page_link(page, label=f"**{name}**", icon=icon)
                st.caption(text)


def _steps() -> list[tuple[str, str, str, str]]:
    """Name, page, icon and what to do there."""
    return [
        (_("Learn"), pages.CONVOLUTION, ":material/grid_on:", _("Slide the window of a convolution by hand.")),
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
