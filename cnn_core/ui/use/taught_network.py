"""The network that learns a visitor's own things, and how."""

from cnn_core.data.taught import SIDE
from cnn_core.design.layers import Conv2D, Dense, GlobalAveragePooling2D
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe

RECIPE = Recipe(optimizer="adam", learning_rate=0.003, batch_size=8, epochs=15, validation_share=0.0)
"""No image is kept for validation: there are few, and the test has its own."""


def taught_network(classes: int) -> tuple[Network, Recipe]:
    """A network for pictures of SIDE x SIDE in colour that tells so many things apart, and its training."""
    layers = (
        Conv2D(filters=16, kernel_size=(5, 5), strides=(4, 4), activation="relu"),
        Conv2D(filters=32, strides=(2, 2), activation="relu"),
        Conv2D(filters=64, strides=(2, 2), activation="relu"),
        GlobalAveragePooling2D(),
        Dense(units=classes, activation="softmax"),
    )
    return Network(name="taught", input_shape=(SIDE, SIDE, 3), layers=layers), RECIPE
