"""Two designs for a duel: which networks, on what, and on which terms."""

import streamlit as st

from cnn_core.compare import duel as duels
from cnn_core.compare.matching import matched_parameters
from cnn_core.compare.plan import SIZES, Plan
from cnn_core.data.datasets import BUNDLED, MNIST, Entry
from cnn_core.design.arithmetic import sides
from cnn_core.design.naming import network_title
from cnn_core.design.network import Network, another_name
from cnn_core.design.presets import PRESETS
from cnn_core.design.recipe import Recipe
from cnn_core.design.repairs import repairs
from cnn_core.design.shapes import trace
from cnn_core.language import N_, _, _n
from cnn_core.ui.compare.start import start_button
from cnn_core.ui.kit import rules, services, session, wording
from cnn_core.ui.kit.data_choice import data_facts
from cnn_core.ui.kit.errors import errors_told
from cnn_core.ui.kit.forms import form
from cnn_core.ui.kit.links import DESIGN
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.sharing import asked, carry, follow

FIRST_PRESETS = {"first": "dnn-500x3", "second": "cnn-25-50"}  # with MNIST's first 10,000: experiment E of the notes
FIRST_IMAGES = 10_000
SEEDS = (1, 3, 5)
MOST_EPOCHS = 1_000  # with a time limit the clock ends a training, not the count
MATCHES = {
    "epochs": (N_("Epochs"), N_("Both go through the same images the same number of times.")),
    "parameters": (
        N_("Parameters"),
        N_("The larger network's layers are made narrower until both have about as many parameters."),
    ),
    "time": (
        N_("Seconds"),
        N_("Both train for the same number of seconds. The faster one sees the images more often."),
    ),
}
"""What both sides can have the same of: its name, and what that means."""
UNSHARED = (
    "seed",
    "train_images",
    "augmentation",
    "time_limit",
    "pixel_order",
    "start",
)
"""Fields of a recipe that are chosen elsewhere, or not at all."""
OWN = "own"
DUEL_RECIPE: Slot[Recipe] = Slot("duel.recipe", PRESETS[FIRST_PRESETS["first"]].recipe)


def choose_designs() -> None:
    """Two networks, data and what is the same for both; the button that starts them, or what is wrong."""
    versus = st.container()  # above the data that its networks are fitted to
    left, right = st.columns(2, gap="medium")
    with left:
        entry = _choose_data()
        count = _choose_count(entry)
        less, shuffled = _choose_experiments()
    with right:
        matched, seconds = _choose_match()
        note = st.container()
        seeds = _choose_seeds()
        recipe = _choose_recipe(matched, count, seconds)
    with versus:
        chosen = _choose_networks(entry)
    with note:
        networks = _matched(chosen, matched)
    if networks:
        plan = Plan(
            title=duels.title(*(network_title(network) for network in networks)),
            dataset=entry.name,
            networks=networks,
            recipes=(recipe, recipe),
            seeds=seeds,
            matched=matched,
            sizes=SIZES if less else (),
            shuffled=shuffled,
        )
        start_button(plan, _("Start the duel"), "duel-start")


def _choose_experiments() -> tuple[bool, bool]:
    """Whether to learn from less, and whether to shuffle the pixels."""
    less = st.checkbox(
        _("Learn from less"),
        asked("less", True, (False, True)),
        key="duel-less",
        persist_state="session",
        help=_("Both learn again from only the first 100, 300, 1,000 and 3,000 of these images."),
    )
    shuffled = st.checkbox(
        _("Shuffle the pixels"),
        asked("shuffled", True, (False, True)),
        key="duel-shuffled",
        persist_state="session",
        help=_("Both learn once more from images whose pixels are all shuffled in the same way."),
    )
    carry(less=less, shuffled=shuffled)
    return less, shuffled


def _choose_data() -> Entry:
    entries = {entry.name: entry for entry in services.catalogue().entries() if entry.listed}
    names, first = list(entries), MNIST if entries[MNIST].ready else BUNDLED
    name = st.selectbox(
        _("Data set"),
        names,
        index=names.index(asked("on", first, names)),
        format_func=lambda name: entries[name].title,
        key="duel-data",
        persist_state="session",
    )
    carry(on=name)
    data_facts(entries[name])
    return entries[name]


def _choose_count(entry: Entry) -> int:
    """How many of the first training images both sides get."""
    if entry.train < 10:
        return 10
    key = f"duel-count-{entry.name}"
    count = st.number_input(
        _("Training images"),
        10,
        entry.train,
        asked("count", min(FIRST_IMAGES, entry.train), range(10, entry.train + 1), key),
        step=min(1_000, entry.train),
        help=_("The first images of the data set. A part of them is kept aside for validation."),
        key=key,
        persist_state="session",
    )
    carry(count=count)
    return count


def _choose_match() -> tuple[str, int | None]:
    """What both sides have the same of; and for time, how many seconds."""
    # The clock decides how many epochs there are: where these are limited, it cannot.
    ways = [key for key in MATCHES if key != "time" or not rules.limits().epochs]
    matched = st.segmented_control(
        _("The same number of"),
        ways,
        format_func=lambda key: _(MATCHES[key][0]),
        default=asked("match", "epochs", ways),
        required=True,
        key="duel-match",
        persist_state="session",
    )
    st.caption(_(MATCHES[matched][1]))
    carry(match=matched)
    if matched != "time":
        return matched, None
    first = asked("seconds", 30, range(5, 3601))
    seconds = st.number_input(_("Seconds each"), 5, 3600, first, key="duel-seconds", persist_state="session")
    carry(seconds=seconds)
    return matched, seconds


def _choose_seeds() -> tuple[int, ...]:
    count = st.segmented_control(
        _("Seeds"),
        SEEDS,
        default=asked("seeds", 1, SEEDS),
        required=True,
        key="duel-seeds",
        persist_state="session",
        help=_(
            "Each network is trained once for each seed. With several seeds, every number has a range and the "
            "difference has an interval."
        ),
    )
    carry(seeds=count)
    return tuple(range(1, count + 1))


def _choose_recipe(matched: str, count: int, seconds: int | None) -> Recipe:
    """The one recipe that both sides follow."""
    follow("terms", lambda token: DUEL_RECIPE.put(Recipe.from_token(token)))
    with st.expander(_("The recipe that both follow"), icon=":material/tune:", key="duel-recipe"):
        skip = (*UNSHARED, "epochs") if matched == "time" else UNSHARED
        shared = form(DUEL_RECIPE.get(), f"duel-recipe-{matched == 'time'}", columns=2, skip=skip)
    DUEL_RECIPE.put(shared)
    if matched != "time":
        rules.offer_fewer_epochs(shared, DUEL_RECIPE.put, "duel-fewer")
    carry(terms=shared.to_token())
    limits = {"time_limit": float(seconds), "epochs": MOST_EPOCHS} if seconds else {}
    return shared.model_copy(update={"train_images": count, **limits})


def _choose_networks(entry: Entry) -> tuple[Network, Network]:
    networks = []
    columns = st.columns(2, gap="medium")
    for column, side, label in zip(columns, FIRST_PRESETS, (_("First network"), _("Second network")), strict=True):
        with column:
            networks.append(_choose_network(side, label, entry))
    first, second = networks
    if first.name == second.name:
        second = second.changed(name=another_name(network_title(second)))
    return first, second


def _choose_network(side: str, label: str, entry: Entry) -> Network:
    """A preset or the visitor's own design, fitted to the data."""
    titles = {name: _(preset.title) for name, preset in PRESETS.items()}
    own = session.network()
    if own not in [preset.network for preset in PRESETS.values()]:
        titles[OWN] = _("Your design ({name})", name=network_title(own))
    names = list(titles)
    name = st.selectbox(
        label,
        names,
        index=names.index(asked(side, FIRST_PRESETS[side], names)),
        format_func=lambda name: titles.get(name, name),
        key=f"duel-{side}-network",
        persist_state="session",
    )
    carry(**{side: name, **({DESIGN: own.to_token()} if name == OWN else {})})
    network, changes = fitted(own if name == OWN else PRESETS[name].network, entry)
    totals = trace(network).totals
    facts = [
        network.family,
        _n("{n} layer", "{n} layers", len(network.layers)),
        _n("{n:,} parameter", "{n:,} parameters", totals.parameters),
        *changes,
    ]
    st.caption(" · ".join(facts))
    return network


def fitted(network: Network, entry: Entry) -> tuple[Network, list[str]]:
    """The network with the input and the output that the data set needs, and what was changed for it, in words."""
    changes: list[str] = []
    if not entry.ready or not entry.classes:
        return network, changes
    if network.input_shape != entry.input_shape:
        network = network.changed(input_shape=entry.input_shape)
        changes.append(_("input changed to {shape}", shape=sides(entry.input_shape)))
    if trace(network).problem is None and (mending := repairs(network, entry.classes)):
        network = mending[0].network
        changes.append(mending[0].title)
    return network, changes


def _matched(networks: tuple[Network, Network], matched: str) -> tuple[Network, Network] | None:
    """The networks as they will compete; None, and the reason on the page, when they cannot be matched."""
    if matched != "parameters":
        return networks
    equal = None
    with errors_told():
        equal = matched_parameters(networks)
    for before, after in zip(networks, equal or networks, strict=True):
        if after != before:
            was, now = (trace(network).totals.parameters for network in (before, after))
            name = wording.literal(network_title(before))
            st.caption(_("{name} goes from {was:,} to {now:,} parameters.", name=name, was=was, now=now))
    return equal
