"""What a page's address carries: who opens it, or loads the page again, works on the same design, recipe and data."""

from collections.abc import Callable

from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.ui.kit import session
from cnn_core.ui.kit.data_choice import choose
from cnn_core.ui.kit.errors import errors_told, later
from cnn_core.ui.kit.session import Slot

DESIGN, RECIPE, DATA = "design", "recipe", "data"
_KNOWN: Slot[str | None] = Slot("link", None)
"""Of each parameter, what was followed or written last."""


def follow_links() -> None:
    """Take over what the address names, each once; what is wrong with it is for `errors.faults` to say."""
    _follow(DESIGN, lambda token: session.set_network(Network.from_token(token)))
    _follow(RECIPE, lambda token: session.RECIPE.put(Recipe.from_token(token)))
    _follow(DATA, choose)


def _follow(name: str, take: Callable[[str], None]) -> None:
    value = session.link(name)
    if value is None or value == _KNOWN.of(name).get():
        return
    _KNOWN.of(name).put(value)
    with errors_told(tell=later):
        take(value)


def write_links(network: Network | None = None, recipe: Recipe | None = None, dataset: str | None = None) -> None:
    """Let the address of the page carry these and nothing else of the kind."""
    values = {
        DESIGN: network.to_token() if network else None,
        RECIPE: recipe.to_token() if recipe else None,
        DATA: dataset,
    }
    for name, value in values.items():
        _KNOWN.of(name).put(value)  # so that our own link is not followed
    session.set_links(values)
