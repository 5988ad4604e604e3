"""What must be true before a training is put into the queue."""

from cnn_core.data.datasets import Entry
from cnn_core.design.arithmetic import sides
from cnn_core.design.effort import shares
from cnn_core.design.memory import memory_problem
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.design.shapes import Problem, classifier_problem
from cnn_core.language import Text


def request_problem(network: Network, recipe: Recipe, entry: Entry, memory_bytes: int) -> Problem | None:
    """The first thing that keeps `network` from being trained by `recipe` on the data set `entry`, or None.

    Args:
        memory_bytes: the most that one training may take.
    """
    return (
        _data_problem(network, recipe, entry)
        or classifier_problem(network, entry.classes)
        or memory_problem(network, recipe.batch_size, recipe.optimizer, memory_bytes, recipe.least_frozen)
    )


def _data_problem(network: Network, recipe: Recipe, entry: Entry) -> Problem | None:
    if not entry.ready:
        what, todo = Text("{data} is not ready", data=entry.title), Text("Choose another data set.")
        return Problem(-1, what, received=entry.problem, todo=todo)
    if network.input_shape != entry.input_shape:
        size = sides(entry.input_shape)
        return Problem(
            -1,
            Text("The network was designed for other images"),
            expected=Text("an input of {size}, as {data} has", size=size, data=entry.title),
            received=Text("a network for {size}", size=sides(network.input_shape)),
            todo=Text("Change its input shape, or choose another data set."),
        )
    if recipe.early_stopping and not recipe.validation_share:
        return Problem(
            -1,
            Text("Early stopping watches the validation loss, but there is no validation set"),
            expected=Text("a validation_share above 0"),
            received="0",
            todo=Text("Set validation_share to 0.1, or leave early_stopping empty."),
        )
    return None


def images(recipe: Recipe, entry: Entry) -> tuple[int, int]:
    """(training, validation) images that `recipe` takes of the data set; whole classes may round it by a few."""
    return shares(recipe, entry.train)
