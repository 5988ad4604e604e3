"""The choices before a training: network, data, recipe; and the one button."""

import streamlit as st

from cnn_core.data.datasets import Entry
from cnn_core.design.augmentation import Augmentation
from cnn_core.design.memory import readable, training_bytes
from cnn_core.design.network import Network
from cnn_core.design.presets import PRESETS
from cnn_core.design.recipe import Recipe
from cnn_core.design.repairs import repairs
from cnn_core.design.shapes import Problem, trace
from cnn_core.engine.work.prepare import Prepare
from cnn_core.errors import StudioError
from cnn_core.figures.network import describe_network, network_figure
from cnn_core.figures.template import STILL
from cnn_core.runs.request import images, request_problem
from cnn_core.runs.run import Run
from cnn_core.settings import settings
from cnn_core.ui import pages
from cnn_core.ui.build.editor import keep_design, refusal
from cnn_core.ui.kit import services, session
from cnn_core.ui.kit.data_choice import choose, choose_data, data_facts
from cnn_core.ui.kit.errors import show_error
from cnn_core.ui.kit.forms import form, refused
from cnn_core.ui.kit.links import FAULT, faults, follow_links, write_links
from cnn_core.ui.train.raw_pixels import other_sides, raw_pixels_words


def training_setup() -> None:
    """Show the choices, say what they amount to, and start the training. The address of the page carries them."""
    follow_links()
    faults()
    left, right = st.columns([2, 3], gap="medium")
    with left:
        _choose_network()
        entry = choose_data()
        data_facts(entry)
        _augmentation_line(session.recipe().augmentation)
        place = st.container()  # before the recipe: on a phone the button must not be below it
    with right:
        recipe = form(session.recipe(), "recipe", columns=2, skip=("augmentation", "pixel_order"))
        session.set_recipe(recipe)
    with place:
        _offer(session.network(), recipe, entry)
    _picture(session.network())
    write_links(session.network(), recipe, entry.name)


def train_again(run: Run) -> None:
    """Take over the choices that a run was made with: to change one, and to see what it does."""
    session.set_network(run.network)
    session.set_recipe(run.recipe)
    try:
        choose(run.dataset)
    except StudioError as error:
        session.put(FAULT, str(error))  # the set-up's page tells it


def _offer(network: Network, recipe: Recipe, entry: Entry) -> None:
    """What the choices amount to, or what is wrong with them; and the button."""
    problem = request_problem(network, recipe, entry, settings().training_memory_bytes)
    wrong, stuck = refused("recipe"), services.fault() is not None
    if wrong:
        show_error(f"Training waits for the recipe: {wrong}. Mend that field first.")
    elif wrong := refusal():
        _show_refusal(wrong)
    elif problem:
        _show_problem(problem, network, entry)
    else:
        _summary(network, recipe, entry)
        if not stuck:
            services.engine().begin(Prepare(network, recipe, images(recipe, entry)[0]))
    disabled = bool(wrong or stuck or problem)
    if st.button("Train", type="primary", icon=":material/play_arrow:", disabled=disabled, key="train"):
        st.switch_page(pages.RUN, query_params={"run": start(network, recipe, entry.name).id})
    if recipe.pixels == "raw":
        _raw_pixels(recipe)


def _raw_pixels(recipe: Recipe) -> None:
    """What they may do, and one click for each way out."""
    st.caption(raw_pixels_words())
    with st.container(horizontal=True):
        for name, other in other_sides(recipe).items():
            st.button(f"Use {name}", key=f"setup-other-{name}", on_click=session.set_recipe, args=(other,))


def start(network: Network, recipe: Recipe, dataset: str) -> Run:
    """Put a new run into the queue, under the name by which its network was chosen."""
    titles = {preset.network: preset.title for preset in PRESETS.values()}
    try:
        run = services.store().create(titles.get(network, network.name), network, recipe, dataset)
        services.engine().queue.put(run)
    except StudioError as error:
        show_error(error)
        st.stop()
    return run


def _choose_network() -> None:
    """The current design, or a preset with its own recipe."""
    own = session.network()
    names = {preset.network: preset.title for preset in PRESETS.values()}
    options = list(dict.fromkeys([own, *names]))
    chosen = st.selectbox(
        "Network",
        options,
        index=0,
        format_func=lambda network: names.get(network, f"Your design ({network.name})"),
        help="Your design from the designer, or one of the presets with its recipe.",
        key=f"setup-network-{own.to_token()}",
    )
    if chosen != own:
        session.set_network(chosen)
        session.set_recipe(next(preset.recipe for preset in PRESETS.values() if preset.network == chosen))
        st.rerun()
    totals = trace(own).totals
    st.caption(f"{len(own.layers)} layers, {totals.parameters:,} parameters")


def _picture(network: Network) -> None:
    """What will be trained. It also has the browser load Plotly before the first point is awaited."""
    traced = trace(network)
    st.plotly_chart(network_figure(traced), config=STILL, alt=describe_network(traced), key="setup-network")


def _augmentation_line(augmentation: Augmentation) -> None:
    """Whether training pictures are varied, how, and the way to change it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"Augmentation: {augmentation}", width="content")
        st.page_link(pages.AUGMENTATION, label="Change", icon=":material/auto_awesome_motion:")


def _show_refusal(words: str) -> None:
    """That the designer holds a value which this design has not, and the ways out."""
    show_error(f"Training waits for a field in the designer, {words}. Mend it there.")
    with st.container(horizontal=True):
        st.button("Keep the design as it is", on_click=keep_design, key="keep-design")
        st.page_link(pages.DESIGNER, label="Open in the designer", icon=":material/view_agenda:")


def _show_problem(problem: Problem, network: Network, entry: Entry) -> None:
    """What is wrong, and one click for each repair."""
    show_error(problem.message)
    with st.container(horizontal=True):
        if network.input_shape != entry.input_shape and entry.ready:
            fitted = network.changed(input_shape=entry.input_shape)
            sides = "×".join(map(str, entry.input_shape))
            st.button(f"Use an input of {sides}", on_click=session.set_network, args=(fitted,))
        elif entry.classes:
            for repair in repairs(network, entry.classes):
                st.button(
                    repair.title, on_click=session.set_network, args=(repair.network,), key=f"repair-{repair.title}"
                )
        st.page_link(pages.DESIGNER, label="Open in the designer", icon=":material/view_agenda:")


def _summary(network: Network, recipe: Recipe, entry: Entry) -> None:
    """The choices in numbers."""
    training, validation = images(recipe, entry)
    steps = -(-training // recipe.batch_size)
    memory = readable(training_bytes(network, recipe.batch_size, recipe.optimizer))
    st.caption(
        f"Trains on {training:,} pictures and checks on {validation:,} others; {steps:,} steps per epoch, "
        f"{steps * recipe.epochs:,} in all; about {memory} of memory for a batch."
    )
