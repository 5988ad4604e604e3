"""A run as cells of plain Keras 3, to be read one after another: data, network, training, test.

At equal precision, on the same machine, they give the very losses that the run had: the same images are kept aside, the
others have the same order, and the weights begin the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cnn_core.design.augmentation import layers as augmentation_layers
from cnn_core.design.evaluation import at_a_time
from cnn_core.design.formats.code import backbone
from cnn_core.design.formats.code.augmentation import layer_call
from cnn_core.design.formats.code.parts import BUNDLED, FILE, KERAS, SHUFFLED, SPLIT, TIME_LIMIT, TRANSFER
from cnn_core.design.layers.base import BaseLayer
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.design.shapes import trace

KERAS_DATA = ("mnist", "fashion_mnist", "cifar10")
"""Data sets that Keras can download itself."""
OPTIMIZERS = {"sgd": "SGD", "rmsprop": "RMSprop", "adam": "Adam", "adamw": "AdamW"}
PLAIN = "float32"
ALWAYS_TOLD = ("filters", "units", "kernel_size", "pool_size")  # Keras has no default for some of them


@dataclass(frozen=True)
class Cell:
    """A paragraph of text, or lines of code."""

    kind: Literal["text", "code"]
    content: str


def cells(network: Network, recipe: Recipe, dataset: str, *, title: str = "", precision: str = PLAIN) -> list[Cell]:
    """All cells of a training.

    Args:
        dataset: the name of the data set; one that Keras does not know is read from ``<name>.npz``.
        title: of the run.
        precision: the Keras dtype policy that the run had.

    Raises DesignError for most networks that begin with a backbone: see `backbone.check`.
    """
    backbone.check(network, recipe, precision)
    classes = (trace(network).output_shape or (0,))[-1]
    return [
        Cell("text", f"# {title or network.name}\n\nA training of CNN Studio in plain Keras 3."),
        Cell("code", "import keras\nimport numpy as np"),
        Cell("text", "## Data\n\nThe same fraction of every class is kept aside, to check progress on."),
        Cell("code", SPLIT),
        Cell("code", _load(dataset)),
        Cell("code", _prepare(recipe, classes)),
        Cell("text", "## Network"),
        *_network(network, recipe, precision),
        Cell("text", "## Training\n\nThe images keep their order, so that the numbers are the same each time."),
        Cell("code", _training(network, recipe)),
        Cell("text", "## Test\n\nThe test images are looked at once, at the end."),
        Cell("code", _test(network, recipe, precision)),
    ]


def script(parts: list[Cell]) -> str:
    """The cells as a Python file; their text becomes comments."""
    return "\n\n".join(cell.content if cell.kind == "code" else _comment(cell.content) for cell in parts) + "\n"


def _comment(text: str) -> str:
    return "\n".join(f"# {line.lstrip('# ')}".rstrip() for line in text.splitlines())


def _load(dataset: str) -> str:
    if dataset == "bundled":
        return BUNDLED
    return KERAS.format(name=dataset) if dataset in KERAS_DATA else FILE.format(name=dataset)


def _prepare(recipe: Recipe, classes: int) -> str:
    lines = []
    if recipe.pixel_order is not None:
        lines.append(SHUFFLED.format(seed=recipe.pixel_order))
    if recipe.train_images:
        lines.append(f"x_train, y_train = x_train[:{recipe.train_images}], y_train[:{recipe.train_images}]")
    lines += [
        f"labels = np.eye({classes}, dtype=np.float32)[y_train]",
        f"train, aside = split(y_train, {recipe.validation_share}, seed={recipe.seed})",
        f"train = np.random.default_rng({recipe.seed}).permutation(train)",
        'print(f"{len(train)} images to learn from, {len(aside)} kept aside, {len(x_test)} to test")',
    ]
    return "\n".join(lines)


def _network(network: Network, recipe: Recipe, precision: str) -> list[Cell]:
    first = [f"keras.Input(({', '.join(map(str, network.input_shape))}))"]
    if network.backbone is None:
        scaling = ["keras.layers.Rescaling(1 / 255)"] if recipe.pixels == "scaled" else []
        seed = f"keras.utils.set_random_seed({recipe.seed})"
        made = Cell("code", _model([*first, *scaling], network.layers, precision, seed))
        return [made, Cell("code", _transfer(recipe))] if recipe.start else [made]
    before = backbone.taken(network, network.backbone, recipe)
    parts = [*first, backbone.scaling(network.backbone), "base"]
    looking = backbone.looking(network, recipe)
    if not looking:
        return [Cell("code", _model(parts, network.layers[1:], precision, before))]
    look = _sequential("look", [*parts, *map(_call, network.layers[1:looking])])
    model = _model(["keras.Input(look.output_shape[1:])"], network.layers[looking:], precision, f"{before}\n{look}")
    return [Cell("code", model), Cell("text", backbone.ONCE), Cell("code", backbone.features(network))]


def _model(first: list[str], layers: Sequence[BaseLayer], precision: str, before: str) -> str:
    """One model; in other precision a function that makes it, for it is tested in full precision."""
    more = "" if precision == PLAIN else "dtype=precision"
    *others, last = layers
    model = _sequential("model", [*first, *(_call(layer, more) for layer in others), _call(last)])
    if precision == PLAIN:
        return f"{before}\n{model}\nmodel.summary()"
    inside = model.replace("model = ", "return ").replace("\n", "\n    ")
    return f'def network(precision):\n    {inside}\n\n\n{before}\nmodel = network("{precision}")\nmodel.summary()'


def _sequential(name: str, calls: Sequence[str]) -> str:
    body = "\n".join(f"        {call}," for call in calls)
    return f"{name} = keras.Sequential(\n    [\n{body}\n    ]\n)"


def _call(layer: BaseLayer, more: str = "") -> str:
    """The layer with the arguments that differ from Keras's own."""
    fields = type(layer).model_fields
    told = {
        name: value
        for name, value in layer.arguments().items()
        if fields[name].is_required() or value != fields[name].default or name in ALWAYS_TOLD
    }
    arguments = [f"{name}={_value(value)}" for name, value in told.items()] + ([more] if more else [])
    return f"keras.layers.{layer.type}({', '.join(arguments)})"


def _value(value: object) -> str:
    """A square window is said by one number."""
    if isinstance(value, tuple) and value in [(side, side) for side in value if isinstance(side, int)]:
        return repr(value[0])
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _transfer(recipe: Recipe) -> str:
    if recipe.start is None:
        return ""
    scaling = int(recipe.pixels == "scaled")
    numbers = {"taken": recipe.start.layers + scaling, "frozen": recipe.start.frozen + scaling}
    return TRANSFER.format(base=recipe.start.base, **numbers)


def _training(network: Network, recipe: Recipe) -> str:
    """One fit for each phase; the curves of all are in `losses`."""
    lines = []
    learner = "model"
    if specs := augmentation_layers(recipe.augmentation, recipe.seed):
        learner = "learner"
        shape = ", ".join(map(str, network.input_shape))
        calls = [f"keras.Input(({shape}))", *(layer_call(spec) for spec in specs), "model"]
        lines += ["learner = keras.Sequential(", "    [", *(f"        {call}," for call in calls), "    ]", ")"]
    if recipe.time_limit:
        lines += [*TIME_LIMIT.splitlines(), "", ""]
    phases, first = recipe.phases(), 0
    for number, phase in enumerate(phases):
        if number:
            lines += ["", "# The second phase: more layers learn, in smaller steps.", *_thaw(phase)]
        lines += _fit(network, phase, learner, first, last=number == len(phases) - 1)
        first = phase.epochs
    return "\n".join(lines)


def _thaw(phase: Recipe) -> list[str]:
    frozen = (phase.start.frozen if phase.start else 0) + int(phase.pixels == "scaled")
    return ["for place, layer in enumerate(model.layers):", f"    layer.trainable = place >= {frozen}"]


def _fit(network: Network, phase: Recipe, learner: str, first_epoch: int, *, last: bool) -> list[str]:
    momentum = f", momentum={phase.momentum}" if phase.optimizer == "sgd" and phase.momentum else ""
    callbacks = []
    if phase.early_stopping and last:
        wait = phase.early_stopping
        callbacks.append(f'keras.callbacks.EarlyStopping("val_loss", patience={wait}, restore_best_weights=True)')
    if phase.time_limit:
        callbacks.append(f"TimeLimit({phase.time_limit:g})")
    arguments = ["x_train[train]", "labels[train]", f"batch_size={phase.batch_size}"]
    arguments += [f"initial_epoch={first_epoch}"] if first_epoch else []
    arguments += [f"epochs={phase.epochs}", "shuffle=False"]
    if phase.validation_share:
        aside = "validation_data=(x_train[aside], labels[aside])"
        arguments += [aside, f"validation_batch_size={at_a_time(network, backbone.kept(network, phase))}"]
    arguments += [f"callbacks=[{', '.join(callbacks)}]"] if callbacks else []
    return [
        f"{learner}.compile(",
        f"    optimizer=keras.optimizers.{OPTIMIZERS[phase.optimizer]}(learning_rate={phase.learning_rate}{momentum}),",
        f'    loss="{phase.loss}",',
        '    metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],',
        ")",
        f"history = {learner}.fit(",
        *(f"    {argument}," for argument in [*arguments, "verbose=2"]),
        ")",
        'print("losses", *history.history["loss"])',
    ]


def _test(network: Network, recipe: Recipe, precision: str) -> str:
    lines = []
    if precision != PLAIN:
        lines += [
            "trained = model.get_weights()",
            f'model = network("{PLAIN}")  # probabilities need all their digits',
            "model.set_weights(trained)",
        ]
    if backbone.looking(network, recipe):
        shape = ", ".join(map(str, network.input_shape))
        lines.append(f"model = keras.Sequential([keras.Input(({shape})), *look.layers, *model.layers])")
    return "\n".join(
        [
            *lines,
            f"probabilities = model.predict(x_test, batch_size={at_a_time(network)}, verbose=0)",
            "accuracy = np.mean(probabilities.argmax(axis=1) == y_test)",
            'print(f"test accuracy {accuracy:.4f}")',
            'model.save("model.keras")',
        ]
    )
