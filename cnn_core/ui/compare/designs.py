"""Two designs for a duel: which networks, on what, and on which terms."""

import streamlit as st

from cnn_core.compare.matching import matched_parameters
from cnn_core.compare.plan import SIZES, Plan
from cnn_core.data.datasets import BUNDLED, MNIST, Entry
from cnn_core.design.network import Network, another_name
from cnn_core.design.presets import PRESETS
from cnn_core.design.recipe import Recipe
from cnn_core.design.repairs import repairs
from cnn_core.design.shapes import trace
from cnn_core.errors import StudioError
from cnn_core.ui.compare.start import start_button
from cnn_core.ui.kit import services, session, wording
from cnn_core.ui.kit.data_choice import data_facts
from cnn_core.ui.kit.errors import show_error
from cnn_core.ui.kit.forms import form

FIRST_PRESETS = ("dnn-500x3", "cnn-25-50")  # with MNIST's first 10,000: experiment E of the notes
FIRST_IMAGES = 10_000
SEEDS = (1, 3, 5)
MOST_EPOCHS = 1_000  # with a time limit the clock ends a training, not the count
MATCHES = {
    "epochs": "Both go through the same pictures the same number of times.",
    "parameters": "The larger network's layers are made narrower until both have about as many parameters.",
    "time": "Both train for the same number of seconds: the faster one sees the pictures more often.",
}
UNSHARED = ("seed", "train_images", "augmentation", "time_limit", "pixel_order")  # chosen elsewhere, or not at all
LESS = "Both learn again from only the first 100, 300, 1,000 and 3,000 of these pictures."
OWN = "own"


def choose_designs() -> None:
    """Two networks, data and what is the same for both; the button that starts them, or what is wrong."""
    sides = st.container()  # above the data that its networks are fitted to
    left, right = st.columns(2, gap="medium")
    with left:
        entry = _choose_data()
        count = _choose_count(entry)
        less = st.checkbox("Learn from less", True, key="duel-less", persist_state="session", help=LESS)
        shuffled = st.checkbox(
            "Shuffle the pixels",
            True,
            key="duel-shuffled",
            persist_state="session",
            help="Both learn once more from pictures whose pixels are all shuffled in the same way.",
        )
    with right:
        matched, seconds = _choose_match()
        note = st.container()
        seeds = _choose_seeds()
        recipe = _choose_recipe(matched, count, seconds)
    with sides:
        networks = _choose_networks(entry)
    with note:
        networks = _matched(networks, matched)
    if networks:
        plan = Plan(
            title=" against ".join(network.name for network in networks)[:200],
            dataset=entry.name,
            networks=networks,
            recipes=(recipe, recipe),
            seeds=seeds,
            matched=matched,
            sizes=SIZES if less else (),
            shuffled=shuffled,
        )
        start_button(plan, "Start the duel", "duel-start")


def _choose_data() -> Entry:
    entries = {entry.name: entry for entry in services.catalogue().entries()}
    first = MNIST if entries[MNIST].ready else BUNDLED
    name = st.selectbox(
        "Data set",
        list(entries),
        index=list(entries).index(first),
        format_func=lambda name: entries[name].title,
        key="duel-data",
        persist_state="session",
    )
    data_facts(entries[name])
    return entries[name]


def _choose_count(entry: Entry) -> int:
    """How many of the first training pictures both sides get."""
    if entry.train < 10:
        return 10
    return st.number_input(
        "Training pictures",
        10,
        entry.train,
        min(FIRST_IMAGES, entry.train),
        step=min(1_000, entry.train),
        help="So many of the first ones of the data set; a part of them is kept aside for validation.",
        key=f"duel-count-{entry.name}",
        persist_state="session",
    )


def _choose_match() -> tuple[str, int | None]:
    """What both sides have the same of; and for time, how many seconds."""
    matched = st.segmented_control(
        "The same number of",
        list(MATCHES),
        format_func={"epochs": "Epochs", "parameters": "Parameters", "time": "Seconds"}.get,
        default="epochs",
        required=True,
        key="duel-match",
        persist_state="session",
    )
    st.caption(MATCHES[matched])
    if matched != "time":
        return matched, None
    return matched, st.number_input("Seconds each", 5, 3600, 30, key="duel-seconds", persist_state="session")


def _choose_seeds() -> tuple[int, ...]:
    count = st.segmented_control(
        "Seeds",
        SEEDS,
        default=1,
        required=True,
        key="duel-seeds",
        persist_state="session",
        help="Each network is trained once for each seed. With several, every number has its spread, and the "
        "difference an interval.",
    )
    return tuple(range(1, count + 1))


def _choose_recipe(matched: str, count: int, seconds: int | None) -> Recipe:
    """The one recipe that both sides follow."""
    kept = session.get("duel.recipe", PRESETS[FIRST_PRESETS[0]].recipe)
    with st.expander("The recipe that both follow", icon=":material/tune:"):
        skip = (*UNSHARED, "epochs") if matched == "time" else UNSHARED
        shared = form(kept, f"duel-recipe-{matched == 'time'}", columns=2, skip=skip)
    session.put("duel.recipe", shared)
    limits = {"time_limit": float(seconds), "epochs": MOST_EPOCHS} if seconds else {}
    return shared.model_copy(update={"train_images": count, **limits})


def _choose_networks(entry: Entry) -> tuple[Network, Network]:
    networks = []
    columns = st.columns(2, gap="medium")
    for column, label, first in zip(columns, ("First network", "Second network"), FIRST_PRESETS, strict=True):
        with column:
            networks.append(_choose_network(label, first, entry))
    first, second = networks
    return first, second.changed(name=another_name(second.name)) if first.name == second.name else second


def _choose_network(label: str, first: str, entry: Entry) -> Network:
    """A preset or the visitor's own design, fitted to the data."""
    titles = {name: preset.title for name, preset in PRESETS.items()}
    own = session.network()
    if own not in [preset.network for preset in PRESETS.values()]:
        titles[OWN] = f"Your design ({own.name})"
    name = st.selectbox(
        label,
        list(titles),
        index=list(titles).index(first),
        format_func=titles.get,
        key=f"duel-{label}",
        persist_state="session",
    )
    network, changes = fitted(own if name == OWN else PRESETS[name].network, entry)
    totals = trace(network).totals
    facts = [
        wording.literal(network.name),
        network.family,
        f"{len(network.layers)} layers",
        f"{totals.parameters:,} parameters",
        *changes,
    ]
    st.caption(" · ".join(facts))
    return network


def fitted(network: Network, entry: Entry) -> tuple[Network, list[str]]:
    """The network with the input and the output that the data set needs, and what was changed for it, in words."""
    changes = []
    if not entry.ready or not entry.classes:
        return network, changes
    if network.input_shape != entry.input_shape:
        network = network.changed(input_shape=entry.input_shape)
        changes.append(f"input changed to {'×'.join(map(str, entry.input_shape))}")
    if trace(network).problem is None and (mending := repairs(network, entry.classes)):
        network = mending[0].network
        changes.append(mending[0].title.lower())
    return network, changes


def _matched(networks: tuple[Network, Network], matched: str) -> tuple[Network, Network] | None:
    """The networks as they will compete; None, and the reason on the page, when they cannot be matched."""
    if matched != "parameters":
        return networks
    try:
        equal = matched_parameters(networks)
    except StudioError as error:
        show_error(error)
        return None
    for before, after in zip(networks, equal, strict=True):
        if after != before:
            was, now = (f"{trace(network).totals.parameters:,}" for network in (before, after))
            st.caption(f"{wording.literal(before.name)} goes from {was} to {now} parameters.")
    return equal
