"""What a page's address carries: who opens it, or loads the page again, works on the same design, recipe and data."""

from collections.abc import Callable

from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.errors import StudioError
from cnn_core.ui.kit import session
from cnn_core.ui.kit.data_choice import choose
from cnn_core.ui.kit.errors import show_error

FAULT = "fault"
DESIGN, RECIPE, DATA = "design", "recipe", "data"


def follow_links() -> None:
    """Take over what the address names, each once; what is wrong with it is for `faults` to say."""
    _follow(DESIGN, lambda token: session.set_network(Network.from_token(token)))
    _follow(RECIPE, lambda token: session.set_recipe(Recipe.from_token(token)))
    _follow(DATA, choose)


def _follow(name: str, take: Callable[[str], None]) -> None:
    value = session.link(name)
    if value is None or value == session.get(f"link.{name}"):
        return
    session.put(f"link.{name}", value)
    try:
        take(value)
    except StudioError as error:
        session.put(FAULT, str(error))


def write_links(network: Network | None = None, recipe: Recipe | None = None, dataset: str | None = None) -> None:
    """Let the address of the page carry these and nothing else of the kind."""
    values = {DESIGN: network and network.to_token(), RECIPE: recipe and recipe.to_token(), DATA: dataset}
    for name, value in values.items():
        session.put(f"link.{name}", value)  # so that our own link is not followed
    session.set_links(values)


def faults() -> None:
    """Say once what went wrong with a link, a file or a change."""
    if fault := session.get(FAULT):
        show_error(fault)
        session.put(FAULT, None)
