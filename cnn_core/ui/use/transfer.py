"""Transfer learning: begin with the first layers of a trained network, and see whether that helps."""

import numpy as np
import streamlit as st

from cnn_core.data.datasets import BUNDLED, Entry
from cnn_core.design.arithmetic import sides
from cnn_core.design.layers.architectures import LEAST_SIDE
from cnn_core.design.network import Network
from cnn_core.design.shapes import trace
from cnn_core.design.start import Start, learning, with_new_head
from cnn_core.engine.work.maps import Random
from cnn_core.errors import DataError
from cnn_core.exchange.weights import Arrays, Weights, weight_shapes
from cnn_core.language import Text, _
from cnn_core.ui.kit import rules, services
from cnn_core.ui.kit.at_work import network_at_work
from cnn_core.ui.kit.errors import errors_told
from cnn_core.ui.kit.living import example_image, model_weights
from cnn_core.ui.kit.sharing import asked, carry
from cnn_core.ui.use.bases import Base, backbones, imagenet_bases, offer_weights, small_images_warning
from cnn_core.ui.use.models import model_titles
from cnn_core.ui.use.tuning import training_board
from cnn_core.ui.use.ways import CLASSIC, DIGITS, LAST_DIGITS, RECIPE, Target, ways_board


def transfer_board() -> None:
    """What to begin with, what to learn, how much is taken over; whether it helps, and the training."""
    with errors_told():
        with st.container(horizontal=True, vertical_alignment="bottom"):
            base = _choose_base()
            target = _choose_target(base)
            base = base.for_images(target.entry.input_shape)
            layers = _choose_layers(base)
            frozen = _choose_frozen(base, layers)
        if base.architecture and not backbones().find(base.architecture):
            offer_weights(base.architecture)
            return
        small_images_warning(base)
        network = with_new_head(base.network, layers, len(target.class_names))
        _picture(base, network, target, layers, frozen)
        _facts(network, layers, frozen)
        start = Start(base=base.key, layers=layers, frozen=layers)
        if base.key != DIGITS:
            training_board(base, network, target, start, frozen)
        recipe = rules.within(RECIPE).model_copy(update={"pixels": base.pixels, "start": start})
        ways_board(base, network, recipe, target)


def _choose_base() -> Base:
    models = {model.key: model for model in services.models() if len(model.network.layers) > 1}
    titles = {DIGITS: _("Digits 0 to 4, learned here first")}
    titles |= {key: _("{title} (ImageNet)", title=base.title) for key, base in imagenet_bases().items()}
    titles |= model_titles(models.values())
    key = st.selectbox(
        _("Start from"),
        list(titles),
        list(titles).index(asked("from", DIGITS, list(titles))),
        format_func=titles.__getitem__,
        key="transfer-base",
        width=250,
    )
    carry(**{"from": key})
    if key == DIGITS:
        return Base(DIGITS, titles[DIGITS], CLASSIC.network, "scaled")
    if key in imagenet_bases():
        return imagenet_bases()[key]
    return Base(key, titles[key], models[key].network, model_weights(key).pixels, models[key].dataset)


def _choose_target(base: Base) -> Target:
    if base.key == DIGITS:
        entry = next(entry for entry in services.catalogue().entries() if entry.name == BUNDLED)
        told = _("Digits 5 to 9")
        st.selectbox(_("To learn"), [DIGITS], format_func=lambda _key: told, key="transfer-digits", width=190)
        return _target(entry, LAST_DIGITS)
    entries = {
        entry.name: entry
        for entry in services.catalogue().entries()
        if entry.ready and entry.listed and base.takes(entry)
    }
    if not entries:
        raise _nothing_to_learn(base)
    key, names = f"transfer-data-{base.architecture or base.network.input_shape}", list(entries)
    name = st.selectbox(
        _("To learn"),
        names,
        names.index(asked("learn", names[0], names, key)),
        format_func=lambda name: services.dataset_title(name),
        key=key,
        width=190,
    )
    carry(learn=name)
    return _target(entries[name], ())


def _nothing_to_learn(base: Base) -> DataError:
    if base.architecture:
        return DataError(
            Text("There are no images here for this network to look at"),
            expected=Text("a data set in colour, {least} or more", least=sides((LEAST_SIDE, LEAST_SIDE))),
            todo=Text("Upload your own pictures in Data sets, at {size} if you can", size=sides((224, 224))),
        )
    what = Text("There is no data set with images of {sides}", sides=sides(base.network.input_shape))
    return DataError(what, todo=Text("Upload one in Data sets, or choose another start"))


def _target(entry: Entry, classes: tuple[int, ...]) -> Target:
    data = services.dataset(entry.name)
    chosen = classes or tuple(range(data.classes))
    counts = np.bincount(data.y_train, minlength=data.classes)[list(chosen)]
    return Target(entry, classes, tuple(data.class_names[label] for label in chosen), int(counts.min()))


def _choose_layers(base: Base) -> int:
    """At first all of a backbone; of others up to what looks at all of the image at once."""
    most = base.layers if base.architecture else base.layers - 1
    dense = next((place for place, layer in enumerate(base.network.opened().layers) if layer.kind == "dense"), most)
    usual = most if base.architecture else max(1, min(dense, most))
    key, options = f"transfer-layers-{base.key}", range(1, most + 1)
    first = asked("layers", usual, options, key)
    layers = st.slider(_("Layers taken over"), 1, most, first, key=key, width=160) if most > 1 else 1
    carry(layers=layers)
    return layers


def _choose_frozen(base: Base, layers: int) -> int:
    """At first all that are taken over; of digits, whose base is not there yet, always."""
    if base.key == DIGITS:
        return layers
    key = f"transfer-frozen-{layers}"
    first = asked("frozen", layers, range(layers + 1), key)
    frozen = st.slider(_("Of these, frozen"), 0, layers, first, key=key, width=160)
    carry(frozen=frozen)
    return frozen


def _picture(base: Base, network: Network, target: Target, layers: int, frozen: int) -> None:
    """The network as its training begins; what the built-in base will have learned is not known yet."""
    learned = Random(RECIPE.seed, base.pixels) if base.key == DIGITS else _begun(base, network, layers)
    network_at_work(
        network,
        learned,
        key=f"transfer-network-{base.key}",
        place="transfer",
        class_names=target.class_names,
        image=example_image(network, target.entry.name),
        small=True,
        frozen=frozen,
    )


def _begun(base: Base, network: Network, layers: int) -> Weights:
    """The weights as the training begins."""
    shapes = weight_shapes(network.opened())
    taken = _of_backbone(base.architecture) if base.architecture else model_weights(base.key).arrays
    fresh: list[Arrays | None] = [None if of_layer else [] for of_layer in shapes[layers:]]
    return Weights([*taken[:layers], *fresh], base.pixels)


@st.cache_resource(show_spinner=False, max_entries=3)
def _of_backbone(name: str) -> list[Arrays]:
    """Of each block, what it has learned."""
    arrays = iter(backbones().arrays(name))
    shapes = weight_shapes(imagenet_bases()[f"imagenet-{name}"].network.opened())
    return [[next(arrays) for _shape in of_block] for of_block in shapes]


def _facts(network: Network, layers: int, frozen: int) -> None:
    """Where the parameters are from, and which of them learn."""
    reports = trace(network.opened()).reports
    facts = {
        _("Parameters taken over"): sum(report.parameters for report in reports[:layers]),
        _("New parameters"): sum(report.parameters for report in reports[layers:]),
        _("Frozen"): sum(report.parameters for report in reports[:frozen]),
        _("Free to learn"): learning(network, layers, frozen),
    }
    with st.container(horizontal=True):
        for label, count in facts.items():
            st.metric(label, f"{count:,}", width=190)
