"""The networks of five public teaching notes on convolutional networks in Keras (A to E) with their recipes."""

from dataclasses import dataclass

from cnn_core.design.layers import Conv2D, Dense, Flatten, Layer, MaxPooling2D
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe


@dataclass(frozen=True)
class Preset:
    """A network of the notes and how they trained it. ``source``: the letters of the notes that have it.

    Validation keeps a tenth of the training images aside, which the notes do not, so that its curve can be shown live.
    """

    name: str
    title: str
    source: str
    summary: str
    network: Network
    recipe: Recipe


def _conv(filters: int, activation: str = "relu", padding: str = "valid") -> Conv2D:
    return Conv2D(filters=filters, kernel_size=3, activation=activation, padding=padding)


def _head(*units: int) -> tuple[Layer, ...]:
    """Flatten, relu layers, and a softmax of ten classes."""
    return Flatten(), *(Dense(units=n, activation="relu") for n in units), Dense(units=10, activation="softmax")


_NOTES_E = Recipe(optimizer="adam", batch_size=100, epochs=20, train_images=10_000)


def _preset(name: str, title: str, source: str, summary: str, layers: tuple, recipe: Recipe, **fields: str) -> Preset:
    return Preset(name, title, source, summary, Network(name=name, layers=layers, **fields), recipe)


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        _preset(
            "keras-log",
            "Classic CNN",
            "A, D",
            "Three convolutions with pooling between them: the classic first network for digits.",
            (_conv(32), MaxPooling2D(), _conv(64), MaxPooling2D(), _conv(64), *_head(64)),
            Recipe(optimizer="rmsprop", batch_size=64, epochs=5),
        ),
        _preset(
            "no-max-pool",
            "Without pooling",
            "A",
            "The same convolutions without pooling: see how large the maps and the dense layer get.",
            (_conv(32), _conv(64), _conv(64), *_head(64)),
            Recipe(optimizer="rmsprop", batch_size=64, epochs=5),
        ),
        _preset(
            "same-32-64-128",
            "Same padding, 32-64-128",
            "C",
            "Three blocks with same padding and doubling filters; raw pixels, plain SGD and squared error.",
            (
                *(layer for n in (32, 64, 128) for layer in (_conv(n, padding="same"), MaxPooling2D())),
                *_head(200),
            ),
            # With most seeds raw pixels learn nothing: this one learns MNIST and the bundled digits (tests/training).
            Recipe(optimizer="sgd", learning_rate=0.05, loss="mse", batch_size=100, epochs=12, pixels="raw", seed=58),
        ),
        _preset(
            "dnn-500x3",
            "Dense network, 3 × 500",
            "E",
            "No convolution at all: the opponent in the duel of dense against convolutional.",
            _head(500, 500, 500),
            _NOTES_E,
        ),
        _preset(
            "cnn-25-50",
            "Small CNN, 25-50",
            "E",
            "About a sixth of the dense network's parameters, and better; written with channels first.",
            (_conv(25, "linear"), MaxPooling2D(), _conv(50, "linear"), MaxPooling2D(), *_head(100)),
            _NOTES_E,
            data_format="channels_first",
        ),
        _preset(
            "lesson",
            "Lesson network",
            "B",
            "The step-by-step example: convolve, pool, convolve, pool, flatten, decide.",
            (_conv(32, "linear"), MaxPooling2D(), _conv(25, "linear"), MaxPooling2D(), *_head(100)),
            Recipe(optimizer="adam", batch_size=100, epochs=5),
        ),
    )
}
