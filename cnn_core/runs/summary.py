"""Summary: what a list shows of a run, kept as one row and written together with the run's events."""

from dataclasses import dataclass
from typing import Any

from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.design.shapes import trace
from cnn_core.runs.events import RunState, Status


@dataclass(frozen=True)
class Summary:
    """A run in a line. Network and recipe are None when they were stored by a version that this one cannot read."""

    id: str
    name: str
    created: float
    dataset: str
    network_name: str
    parameters: int | None
    network: Network | None
    recipe: Recipe | None
    status: Status
    seconds: float | None
    test_accuracy: float | None
    validation_accuracy: float | None


SORTABLE = ("created", "name", "status", "test_accuracy", "validation_accuracy", "seconds", "parameters", "dataset")


def asked(network: Network, recipe: Recipe) -> dict[str, Any]:
    """The columns that are known when the run is asked for."""
    return {
        "network_name": network.name,
        "parameters": trace(network).totals.parameters,
        "reads_images": recipe.pixel_order is None,  # networks of shuffled pixels cannot read an image
    }


def became(state: RunState) -> dict[str, Any]:
    """The columns that change with the run's events."""
    return {
        "status": state.status,
        "submitted": state.submitted,
        "ended": state.ended,
        "seconds": state.seconds,
        "test_accuracy": state.tested.accuracy if state.tested else None,
        "validation_accuracy": state.val_accuracy.y[-1] if state.val_accuracy.y else None,
        "saved": state.saved,
    }
