"""The choices before a training: network, data, recipe; and the one button."""

import streamlit as st

from cnn_core.data.datasets import Entry
from cnn_core.design.arithmetic import sides
from cnn_core.design.augmentation import Augmentation
from cnn_core.design.fields import MAX_NAME
from cnn_core.design.memory import readable, training_bytes
from cnn_core.design.naming import network_title, run_title
from cnn_core.design.network import Network
from cnn_core.design.presets import PRESETS, Preset
from cnn_core.design.recipe import Recipe
from cnn_core.design.repairs import repairs
from cnn_core.design.shapes import Problem, trace
from cnn_core.engine.work.maps import Random
from cnn_core.engine.work.prepare import Prepare
from cnn_core.language import _, _n
from cnn_core.runs.request import images, request_problem
from cnn_core.runs.run import Run
from cnn_core.settings import settings
from cnn_core.ui import pages
from cnn_core.ui.build.editor import keep_design, refusal
from cnn_core.ui.components.ahead.component import charts_ahead
from cnn_core.ui.kit import rules, services, session, who
from cnn_core.ui.kit.at_work import network_at_work
from cnn_core.ui.kit.data_choice import choose, choose_data, data_facts
from cnn_core.ui.kit.errors import errors_told, faults, later, show_error
from cnn_core.ui.kit.forms import form, refused
from cnn_core.ui.kit.frame import RUN as OWN_RUN
from cnn_core.ui.kit.goals import shows
from cnn_core.ui.kit.links import follow_links, write_links
from cnn_core.ui.kit.living import example_image
from cnn_core.ui.kit.sharing import asked_text, carry
from cnn_core.ui.train.code import code_ahead
from cnn_core.ui.train.estimate import estimate
from cnn_core.ui.train.raw_pixels import other_sides, raw_pixels_words
from cnn_core.ui.use.bases import start_problem

FIRST = ("train_images", "epochs", "learning_rate")
"""What is asked first: how many images, how long, how fast."""
FORMS = ("recipe", "recipe-more")
OWN = "own"
"""The visitor's own design among the presets' names."""


def training_setup() -> None:
    """Show the choices, say what they amount to, and start the training. The address of the page carries them."""
    follow_links()
    faults()
    left, right = st.columns([2, 3], gap="medium")
    with left:
        if shows("network", _("Network")):
            _choose_network()
        entry = choose_data()
        data_facts(entry)
        _augmentation_line(session.RECIPE.get().augmentation)
        _start_line(session.RECIPE.get())
    with right:
        recipe = _choose_recipe(session.RECIPE.get())
        session.RECIPE.put(recipe)
        _offer(session.network(), recipe, entry)
    _picture(session.network(), session.RECIPE.get(), entry)
    charts_ahead()
    write_links(session.network(), recipe, entry.name)


def _choose_recipe(recipe: Recipe) -> Recipe:
    """Three plain questions first; all the rest for those who want to know."""
    recipe = form(recipe, FORMS[0], columns=3, only=FIRST)
    if not shows("recipe", _("More settings of the training")):
        return recipe
    with st.expander(_("More"), icon=":material/tune:", key="recipe-all"):
        return form(recipe, FORMS[1], columns=2, skip=(*FIRST, "augmentation", "pixel_order", "start"))


def train_again(run: Run) -> None:
    """Take over the choices that a run was made with: to change one, and to see what it does."""
    session.set_network(run.network)
    session.RECIPE.put(run.recipe)
    if run.dataset:
        with errors_told(tell=later):  # the set-up's page tells it
            choose(run.dataset)


def _offer(network: Network, recipe: Recipe, entry: Entry) -> None:
    """What the choices amount to, or what is wrong with them; and the button."""
    with st.container():  # however much there is to say: the button keeps its place on the page
        disabled = not _is_possible(network, recipe, entry)
        rules.say_limits()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        trains = st.button(_("Train"), type="primary", icon=":material/play_arrow:", disabled=disabled, key="train")
        called = run_title(network, recipe)
        first = asked_text("name", MAX_NAME)
        name = st.text_input(_("Name of the run"), first, placeholder=called, max_chars=MAX_NAME, key="run-name")
        carry(name=name or None)
        with st.popover(_("Code"), icon=":material/code:", key="setup-code"):
            about = _("The training that these choices make, in plain Keras: to read, to change, to run elsewhere.")
            code_ahead(network, recipe, entry, "setup-code", about)
    if trains:
        st.switch_page(pages.RUN, query_params={"run": start(network, recipe, entry.name, name).id})
    if recipe.pixels == "raw" and network.backbone is None:  # a backbone prepares them itself
        _raw_pixels(recipe)


def _is_possible(network: Network, recipe: Recipe, entry: Entry) -> bool:
    """Say what the choices amount to, or what is wrong with them; and whether they can be trained."""
    problem = request_problem(network, recipe, entry, settings().training_memory_bytes)
    if wrong := next(filter(None, map(refused, FORMS)), None):
        show_error(_("Training waits for the recipe: {problem}. Correct that field first.", problem=wrong))
    elif why := refusal():
        _show_refusal(why)
    elif problem:
        _show_problem(problem, network, entry)
    elif misfit := start_problem(network, recipe) or rules.too_much(network, recipe):
        show_error(misfit)
        rules.offer_fewer_epochs(recipe, session.RECIPE.put, "setup-fewer")
    else:
        _summary(network, recipe, entry)
        if services.fault() is None:
            estimate(network, recipe, entry)
            services.engine().begin(Prepare(network, recipe, images(recipe, entry)[0]))
            return True
    return False


def _raw_pixels(recipe: Recipe) -> None:
    """What they may do, and one click for each way out."""
    st.caption(raw_pixels_words())
    with st.container(horizontal=True):
        for key, (change, other) in other_sides(recipe).items():
            label = _("Use {change}", change=change)
            st.button(label, key=f"setup-other-{key}", on_click=session.RECIPE.put, args=(other,))


def start(network: Network, recipe: Recipe, dataset: str, name: str = "") -> Run:
    """Put a new run into the queue; without a name of its own it is called by what was changed."""
    with errors_told():
        who.check_known()
        rules.check_runs([(network, recipe)])
        run = services.store().create(name.strip() or run_title(network, recipe), network, recipe, dataset)
        who.own("run", [run.id])
        services.engine().queue.put(run, rules.limits().minutes)
        rules.begun([run.id])
        OWN_RUN.put(run.id)
        return run
    st.stop()


def _preset(network: Network) -> Preset | None:
    return next((preset for preset in PRESETS.values() if preset.network == network), None)


def _choose_network() -> None:
    """The current design, or a preset with its own recipe."""
    network = session.network()
    preset = _preset(network)
    current = preset.name if preset else OWN
    chosen = st.selectbox(
        _("Network"),
        list(dict.fromkeys([current, *PRESETS])),
        index=0,
        format_func=lambda name: _network_name(name, network),
        help=_("Your design from the designer, or one of the presets with its recipe."),
        key=f"setup-network-{network.to_token()}",
    )
    if chosen != current:
        session.set_network(PRESETS[chosen].network)
        session.RECIPE.put(PRESETS[chosen].recipe)
        st.rerun()
    parameters = trace(network).totals.parameters
    st.caption(
        _n(
            "{n} layer, {parameters:,} parameters",
            "{n} layers, {parameters:,} parameters",
            len(network.layers),
            parameters=parameters,
        )
    )


def _network_name(name: str, network: Network) -> str:
    return _("Your design ({name})", name=network_title(network)) if name == OWN else _(PRESETS[name].title)


def _picture(network: Network, recipe: Recipe, entry: Entry) -> None:
    """What will be trained, at work on an image of the data set: with random weights, as its training begins."""
    with errors_told():
        network_at_work(
            network,
            Random(recipe.seed, recipe.pixels),
            key="setup-network",
            place="setup",
            class_names=entry.class_names,
            image=example_image(network, entry.name),
            small=True,
        )


def _augmentation_line(augmentation: Augmentation) -> None:
    """Whether training images are varied, how, and the way to change it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_("Augmentation: {augmentation}", augmentation=augmentation), width="content")
        st.page_link(pages.AUGMENTATION, label=_("Change"), icon=":material/auto_awesome_motion:")


def _start_line(recipe: Recipe) -> None:
    """What the network begins with, if not with random weights, and the way to change that."""
    if recipe.start is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_("Begins with {start}.", start=recipe.start), width="content")
        plain = recipe.model_copy(update={"start": None})
        st.button(_("Begin with random weights"), on_click=session.RECIPE.put, args=(plain,), key="setup-random")


def _show_refusal(problem: str) -> None:
    """That the designer holds a value which this design has not, and the ways out."""
    show_error(_("Training waits for a field in the designer, {problem}. Correct it there.", problem=problem))
    with st.container(horizontal=True):
        st.button(_("Keep the design as it is"), on_click=keep_design, key="keep-design")
        st.page_link(pages.DESIGNER, label=_("Open in the designer"), icon=":material/view_agenda:")


def _show_problem(problem: Problem, network: Network, entry: Entry) -> None:
    """What is wrong, and one click for each repair."""
    show_error(problem.message)
    with st.container(horizontal=True):
        if network.input_shape != entry.input_shape and entry.ready:
            fitted = network.changed(input_shape=entry.input_shape)
            label = _("Use an input of {sides}", sides=sides(entry.input_shape))
            st.button(label, on_click=session.set_network, args=(fitted,), key="setup-fit")
        elif entry.classes:
            for number, repair in enumerate(repairs(network, entry.classes)):
                st.button(
                    repair.title, on_click=session.set_network, args=(repair.network,), key=f"setup-repair-{number}"
                )
        st.page_link(pages.DESIGNER, label=_("Open in the designer"), icon=":material/view_agenda:")


def _summary(network: Network, recipe: Recipe, entry: Entry) -> None:
    """The choices in numbers."""
    training, validation = images(recipe, entry)
    steps = -(-training // recipe.batch_size)
    memory = readable(training_bytes(network, recipe.batch_size, recipe.optimizer, recipe.least_frozen))
    st.caption(
        _(
            "Trains on {training:,} images and validates on {validation:,} others; {steps:,} steps per epoch, "
            "{all:,} in all; about {memory} of memory for a batch.",
            training=training,
            validation=validation,
            steps=steps,
            all=steps * recipe.epochs,
            memory=memory,
        )
    )
