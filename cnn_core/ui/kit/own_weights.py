"""The weights of the visitor's own design: of their last run what fits, or the random ones it would begin with."""

from cnn_core.design.network import Network
from cnn_core.design.shapes import trace
from cnn_core.engine.work.maps import Random
from cnn_core.errors import StudioError
from cnn_core.exchange.weights import Weights, passed_on
from cnn_core.runs.run import Run
from cnn_core.ui.kit import services, session
from cnn_core.ui.kit.frame import RUN
from cnn_core.ui.kit.living import run_weights

MOST_PARAMETERS = 300_000
"""They are sent anew at every edit: more would make it slow."""


def own_weights(network: Network) -> tuple[Weights | Random, Run | None]:
    """The weights of a design, and the run that some of them are from."""
    run, learned = _of_own_run(network)
    if learned is None:
        recipe = session.RECIPE.get()
        return Random(recipe.seed, recipe.pixels), None
    return learned, run


def _of_own_run(network: Network) -> tuple[Run | None, Weights | None]:
    """The visitor's last run, and what of it fits into `network`; None when that is nothing, or too much to send."""
    if not RUN.get():
        return None, None
    try:
        run = services.store().run(RUN.get())
        weights = run_weights(run, services.store().state(run.id))
    except StudioError:
        return None, None
    if weights is None or run.recipe.pixel_order is not None or trace(network).totals.parameters > MOST_PARAMETERS:
        return run, None
    fitting = passed_on(weights, run.network, network)
    return run, fitting if any(fitting.arrays) else None
