"""Summary: what a list shows of a run, kept as one row and written together with the run's events."""

from dataclasses import dataclass
from typing import Any

from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.design.shapes import trace
from cnn_core.runs.state import RunState, Status


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

    @property
    def brought_in(self) -> bool:
        """Whether its model came as a file: it has one, and never began to train."""
        return self.status == "finished" and self.seconds is None


# What a list can be sorted by. The names are sorted by `words`, which begin with them: a and A side by side.
SORTABLE = ("created", "name", "status", "test_accuracy", "validation_accuracy", "seconds", "parameters", "dataset")


def clean(text: str) -> str:
    """In one line, without characters that cannot be seen: PostgreSQL refuses some of them."""
    shown = (letter if letter.isprintable() else " " if letter.isspace() else "" for letter in text)
    return " ".join("".join(shown).split())


def words(*names: str) -> str:
    """What a search looks into: the names of run, network and data set, a line each, with no capital letters.

    Python makes them small: SQLite knows A to Z only, and PostgreSQL what the language of its machine has.
    """
    return "\n".join(clean(name).casefold() for name in names)


def asked(network: Network, recipe: Recipe) -> dict[str, Any]:
    """The columns that are known when the run is asked for."""
    return {
        "network_name": clean(network.name),
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
