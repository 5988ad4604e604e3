"""What a page's address carries: who opens it, or loads the page again, works on the same design, recipe and data."""

from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.ui.kit import session, sharing
from cnn_core.ui.kit.data_choice import choose
from cnn_core.ui.kit.sharing import follow

DESIGN, RECIPE, DATA = "design", "recipe", "data"


def follow_links() -> None:
    """Take over what the address names, each once; what is wrong with it is for `errors.faults` to say."""
    follow(DESIGN, lambda token: session.set_network(Network.from_token(token)))
    follow(RECIPE, lambda token: session.RECIPE.put(Recipe.from_token(token)))
    follow(DATA, choose)


def write_links(network: Network | None = None, recipe: Recipe | None = None, dataset: str | None = None) -> None:
    """Let the address of the page carry these and nothing else of the kind; and its link, which may say more."""
    values = {
        DESIGN: network.to_token() if network else None,
        RECIPE: recipe.to_token() if recipe else None,
        DATA: dataset,
    }
    for name, value in values.items():
        sharing.followed(name, value)  # so that our own link is not followed
    sharing.carry(**values)
    # A script that ran before the visitor went back may have written the address of before.
    session.set_links(values, again=session.went_back())
