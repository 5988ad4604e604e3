"""A network that begins with a MobileNet of keras.applications, as code: its lines that are like no other's.

Only such code is given as trains to the very same numbers; `check` refuses all else.
"""

from cnn_core.design.arithmetic import sides
from cnn_core.design.evaluation import at_a_time
from cnn_core.design.layers import Backbone
from cnn_core.design.layers.architectures import ARCHITECTURES
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.design.start import front
from cnn_core.errors import DesignError
from cnn_core.language import Text

CALLS = {
    "mobilenet-v2-035": ("MobileNetV2", 0.35),
    "mobilenet-v2": ("MobileNetV2", 1.0),
    "mobilenet-025": ("MobileNet", 0.25),
    "mobilenet": ("MobileNet", 1.0),
}
"""The function of keras.applications and its `alpha`. Others there prepare or add up in another order than we do."""
FULL = "float32"
FROZEN = "base.trainable = False"
FREE = """\
for layer in base.layers:  # a few images would spoil what normalization has learned from a million
    layer.trainable = not isinstance(layer, keras.layers.BatchNormalization)"""
ONCE = "The layers of `look` stay as they are: so they look at each image once, and not again in every epoch."


def check(network: Network, recipe: Recipe, precision: str) -> None:
    """Raises DesignError, in words, for what no such code is known for."""
    backbone, start = network.backbone, recipe.start
    if backbone is None:
        if start and start.backbone:
            title = ARCHITECTURES[start.backbone].title
            raise _refused(Text("a network that begins with {title}", title=title), network.name)
        return
    if backbone.architecture not in CALLS:
        titles = ", ".join(ARCHITECTURES[name].title for name in CALLS)
        raise _refused(Text("one of {titles}", titles=titles), backbone.plan.title)
    blocks = len(backbone.opened())
    whole = start and (start.backbone, start.layers) == (backbone.architecture, blocks)
    if start is None or not whole or blocks < len(backbone.plan.blocks):
        raise _refused(Text("all blocks, with what ImageNet has taught them"), str(start or Text("random weights")))
    if start.then or start.frozen not in (0, blocks):
        raise _refused(Text("all blocks, all frozen or all free, in one phase"), str(start))
    if precision != FULL and not looking(network, recipe):
        raise _refused(Text("a training in full precision"), precision)


def _refused(expected: Text, received: str) -> DesignError:
    what, todo = Text("There is no code for this transfer yet"), Text("Take the trained model instead")
    return DesignError(what, expected=expected, received=received, todo=todo)


def kept(network: Network, recipe: Recipe) -> int:
    """How many layers of the opened network look at each image once, before the training; none without a backbone."""
    if network.backbone is None or recipe.start is None or recipe.augmentation.active:
        return 0
    return front(network, recipe.start.frozen)


def looking(network: Network, recipe: Recipe) -> int:
    """The same, where the backbone counts as one layer."""
    return sum(place < kept(network, recipe) for place in network.ends())


def taken(network: Network, backbone: Backbone, recipe: Recipe) -> str:
    """The backbone with what it has learned, as `base`; and the seed, from which the layers behind it are drawn."""
    name, alpha = CALLS[backbone.architecture]
    shape, first = network.input_shape, (backbone.plan.side, backbone.plan.side, network.input_shape[2])
    return "\n".join(
        [
            f"# Learned from images of {sides(first[:2])} pixels, but of use for other sizes, too.",
            f"learned = keras.applications.{name}(input_shape={first}, alpha={alpha}, include_top=False).get_weights()",
            f"keras.utils.set_random_seed({recipe.seed})",
            f"base = keras.applications.{name}(input_shape={shape}, alpha={alpha}, include_top=False, weights=None)",
            "base.set_weights(learned)",
            FROZEN if recipe.start and recipe.start.frozen else FREE,
        ]
    )


def scaling(backbone: Backbone) -> str:
    """The layer that prepares the pixels as they were when it was trained."""
    return f"keras.layers.Rescaling(1 / {1 / backbone.plan.scale[0]:g}, offset={backbone.plan.offset[0]:g})"


def features(network: Network) -> str:
    """What the layers of `look` make of the training images."""
    return f"x_train = look.predict(x_train, batch_size={at_a_time(network)}, verbose=0)"
