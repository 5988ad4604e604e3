"""The network that learns a visitor's own things, and how."""

from cnn_core.data.taught import SIDE
from cnn_core.design.layers import Conv2D, Dense, GlobalAveragePooling2D
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.design.start import IMAGENET, Start, with_new_head
from cnn_core.exchange.backbones import whole
from cnn_core.ui.kit import rules
from cnn_core.ui.use.bases import backbones

BEST = ("efficientnet-lite0", "mobilenet-v2", "mobilenet-v2-035", "mobilenet", "mobilenet-025")
"""Trained on ImageNet, the best for few pictures first (benchmarks/pets); larger ones take too long to wait for."""
RECIPE = Recipe(optimizer="adam", learning_rate=0.003, batch_size=8, epochs=15, validation_share=0.0)
"""No image is kept for validation: there are few, and the test has its own."""
_SHAPE = (SIDE, SIDE, 3)


def begins_with() -> str:
    """The best architecture whose weights are on this server; empty where none are."""
    ready = backbones().ready()
    return next((name for name in BEST if name in ready), "")


def taught_network(classes: int) -> tuple[Network, Recipe]:
    """A network for pictures of SIDE x SIDE in colour that tells so many things apart, and its training.

    Where it can it begins with what another one has learned: of ten pictures a network learns little by itself.
    """
    name = begins_with()
    if not name:
        return _from_nothing(classes), rules.within(RECIPE)
    base = whole(name, _SHAPE)
    layers = len(base.opened().layers)
    start = Start(base=f"{IMAGENET}{name}", layers=layers, frozen=layers)
    recipe = rules.within(RECIPE).model_copy(update={"start": start, "pixels": "raw"})
    return with_new_head(base, layers, classes), recipe


def _from_nothing(classes: int) -> Network:
    layers = (
        Conv2D(filters=16, kernel_size=(5, 5), strides=(4, 4), activation="relu"),
        Conv2D(filters=32, strides=(2, 2), activation="relu"),
        Conv2D(filters=64, strides=(2, 2), activation="relu"),
        GlobalAveragePooling2D(),
        Dense(units=classes, activation="softmax"),
    )
    return Network(name="taught", input_shape=_SHAPE, layers=layers)
