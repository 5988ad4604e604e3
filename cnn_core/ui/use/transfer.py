"""Transfer learning: begin with the first layers of a trained network, and see whether that helps."""

from typing import cast

import numpy as np
import streamlit as st

from cnn_core.data.datasets import BUNDLED, Entry
from cnn_core.design.arithmetic import sides
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.design.shapes import trace
from cnn_core.design.start import Start, with_new_head
from cnn_core.engine.work.maps import Random
from cnn_core.errors import DataError
from cnn_core.exchange.weights import Arrays, Weights, weight_shapes
from cnn_core.language import Text, _
from cnn_core.ui import pages
from cnn_core.ui.kit import services
from cnn_core.ui.kit.at_work import network_at_work
from cnn_core.ui.kit.errors import errors_told
from cnn_core.ui.kit.living import example_image, model_weights
from cnn_core.ui.kit.sharing import asked, carry
from cnn_core.ui.train.setup import start as begin_run
from cnn_core.ui.use.models import model_titles
from cnn_core.ui.use.ways import CLASSIC, DIGITS, LAST_DIGITS, RECIPE, Base, Target, ways_board

EPOCHS, RATES, RATE = range(1, 101), (0.0001, 0.0003, 0.001, 0.003, 0.01), 0.001


def transfer_board() -> None:
    """What to begin with, what to learn, how much is taken over; whether it helps, and the training."""
    with errors_told():
        with st.container(horizontal=True, vertical_alignment="bottom"):
            base = _choose_base()
            target = _choose_target(base)
            layers = _choose_layers(base)
        network = with_new_head(base.network, layers, len(target.class_names))
        recipe = RECIPE.model_copy(
            update={"pixels": base.pixels, "start": Start(base=base.key, layers=layers, frozen=layers)}
        )
        _picture(base, network, target, layers)
        _facts(network, layers)
        ways_board(base, network, recipe, target)
        if base.key != DIGITS:
            _train(network, recipe, target, layers)


def _choose_base() -> Base:
    models = {model.key: model for model in services.models() if len(model.network.layers) > 1}
    titles = {DIGITS: _("Digits 0 to 4, learned here first")}
    titles |= model_titles(models.values())
    key = st.selectbox(
        _("Start from"),
        list(titles),
        list(titles).index(asked("from", DIGITS, list(titles))),
        format_func=titles.__getitem__,
        key="transfer-base",
        width=300,
    )
    carry(**{"from": key})
    if key == DIGITS:
        return Base(DIGITS, titles[DIGITS], CLASSIC.network, "scaled")
    return Base(key, titles[key], models[key].network, model_weights(key).pixels, models[key].dataset)


def _choose_target(base: Base) -> Target:
    if base.key == DIGITS:
        entry = next(entry for entry in services.catalogue().entries() if entry.name == BUNDLED)
        told = _("Digits 5 to 9")
        st.selectbox(_("To learn"), [DIGITS], format_func=lambda _key: told, key="transfer-digits", width=260)
        return _target(entry, LAST_DIGITS)
    entries = {
        entry.name: entry
        for entry in services.catalogue().entries()
        if entry.ready and entry.listed and entry.input_shape == base.network.input_shape
    }
    if not entries:
        images = sides(base.network.input_shape)
        todo = Text("Upload one in Data sets, or choose another start")
        raise DataError(Text("There is no data set with images of {sides}", sides=images), todo=todo)
    key, names = f"transfer-data-{base.network.input_shape}", list(entries)
    name = st.selectbox(
        _("To learn"),
        names,
        names.index(asked("learn", names[0], names, key)),
        format_func=lambda name: services.dataset_title(name),
        key=key,
        width=260,
    )
    carry(learn=name)
    return _target(entries[name], ())


def _target(entry: Entry, classes: tuple[int, ...]) -> Target:
    data = services.dataset(entry.name)
    chosen = classes or tuple(range(data.classes))
    counts = np.bincount(data.y_train, minlength=data.classes)[list(chosen)]
    return Target(entry, classes, tuple(data.class_names[label] for label in chosen), int(counts.min()))


def _choose_layers(base: Base) -> int:
    """At first up to what looks at all of the image at once."""
    most = len(base.network.layers) - 1
    dense = next((place for place, layer in enumerate(base.network.layers) if layer.kind == "dense"), most)
    key, options = f"transfer-layers-{base.key}", range(1, most + 1)
    first = asked("layers", max(1, min(dense, most)), options, key)
    layers = st.slider(_("Layers taken over"), 1, most, first, key=key, width=220) if most > 1 else 1
    carry(layers=layers)
    return layers


def _picture(base: Base, network: Network, target: Target, layers: int) -> None:
    """The network as its training begins; what the built-in base will have learned is not known yet."""
    random = Random(RECIPE.seed, base.pixels)
    network_at_work(
        network,
        random if base.key == DIGITS else _begun(base, network, layers),
        key=f"transfer-network-{base.key}",
        place="transfer",
        class_names=target.class_names,
        image=example_image(network, target.entry.name),
        small=True,
        frozen=layers,
    )


def _begun(base: Base, network: Network, layers: int) -> Weights:
    """The weights as the training begins."""
    taken = model_weights(base.key).arrays[:layers]
    fresh: list[Arrays | None] = [None if shapes else [] for shapes in weight_shapes(network)[layers:]]
    return Weights([*taken, *fresh], base.pixels)


def _facts(network: Network, layers: int) -> None:
    reports = trace(network).reports
    taken, new = (sum(report.parameters for report in part) for part in (reports[:layers], reports[layers:]))
    with st.container(horizontal=True):
        st.metric(_("Parameters taken over"), f"{taken:,}", width=200)
        st.metric(_("New parameters"), f"{new:,}", width=200)


def _train(network: Network, recipe: Recipe, target: Target, layers: int) -> None:
    """A run like any other."""
    st.subheader(_("Train it"), anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        key, label = f"transfer-frozen-{layers}", _("Of the layers taken over, frozen")
        frozen = st.slider(label, 0, layers, asked("frozen", layers, range(layers + 1), key), key=key)
        first = asked("epochs", 5, EPOCHS)
        epochs = st.number_input(_("Epochs"), 1, EPOCHS[-1], first, key="transfer-epochs", width=130)
        place = RATES.index(asked("rate", RATE, RATES))
        rate = st.selectbox(_("Size of a step (learning_rate)"), RATES, place, key="transfer-rate", width=220)
    carry(frozen=frozen, epochs=epochs, rate=rate)
    start = cast(Start, recipe.start).model_copy(update={"frozen": frozen})
    asked_for = recipe.model_copy(update={"start": start, "epochs": epochs, "learning_rate": rate, "batch_size": 64})
    if st.button(_("Train"), icon=":material/play_arrow:", key="transfer-train"):
        run = begin_run(network, asked_for, target.entry.name)
        st.switch_page(pages.RUN, query_params={"run": run.id})
