"""Record the run that is played to who waits for a trainer, on the bundled digits: `python -m scripts.record_run`."""

import tempfile
from pathlib import Path

from cnn_core.data.datasets import BUNDLED, Catalogue, Dataset
from cnn_core.design.network import Network
from cnn_core.design.presets import PRESETS
from cnn_core.design.recipe import Recipe
from cnn_core.exchange.weights import first_filters, read_checkpoint
from cnn_core.runs.events import Event, Finished, Submitted
from cnn_core.runs.recorded import READY_MADE, Recording
from cnn_core.training.build import Attempt, checkpoint
from cnn_core.training.fit import fit

NETWORK = PRESETS["keras-log"].network
RECIPE = PRESETS["keras-log"].recipe.model_copy(update={"epochs": 12})
DIGITS = 4  # behind the point, of a filter's values: more cannot be seen


def recorded(network: Network, recipe: Recipe, dataset: Dataset) -> Recording:
    """Train it, and keep what is said meanwhile."""
    events: list[Event] = []
    filters: dict[int, list[float]] = {}
    shape: tuple[int, ...] = ()

    def on_epoch(attempt: Attempt, epochs: int) -> None:
        nonlocal shape
        weights = read_checkpoint(checkpoint(attempt, epochs), network.opened(), recipe.pixels)
        first = first_filters(weights, network.opened())
        shape, filters[epochs] = first.shape, first.round(DIGITS).ravel().tolist()

    fit(network, recipe, dataset, events.append, on_epoch=on_epoch)
    began = events[0].at
    events = [Submitted(at=began), *events, Finished()]
    return Recording(
        made=began,
        dataset=dataset.name,
        network=network,
        recipe=recipe,
        events=tuple(event.model_copy(update={"at": event.at - began}) for event in events),
        shape=shape,
        filters=tuple(filters[epochs] for epochs in sorted(filters)),
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        recording = recorded(NETWORK, RECIPE, Catalogue(Path(folder)).load(BUNDLED))
    READY_MADE.parent.mkdir(exist_ok=True)
    READY_MADE.write_bytes(recording.to_bytes())
    state = recording.state_at(recording.seconds)
    print(f"{recording.seconds:.0f} s, {state.tested.accuracy:.2%}, {READY_MADE.stat().st_size:,} bytes")
