"""A link that somebody has sent long ago still shows what it showed then.

Each file in `links` holds one link to every page, as it was made in that month; it is never changed. Pages that have
come since then have their links in a newer file.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.lessons.goals import goal
from tests.support import pages as support
from tests.support.pages import link_of, said

LINKS = Path(__file__).parent / "links"
FILES = sorted(LINKS.glob("*.json"))
HELD = {
    f"{path.stem}, {name}": link
    for path in FILES
    for name, link in json.loads(path.read_text(encoding="utf-8")).items()
}
TOKENS = {"design": Network.from_token, "recipe": Recipe.from_token}
"""What may be written in another way today, and how it is read."""


def read(query: dict[str, str]) -> dict[str, Any]:
    """What a link says, whatever way its tokens are written."""
    return {name: TOKENS.get(name, str)(value) for name, value in query.items()}


@pytest.mark.parametrize("name", HELD)
def test_it_opens_as_ever(name):
    link = HELD[name]
    app = support.opened(link["page"], None, **link["query"])
    assert not app.exception
    assert [box.value for box in [*app.warning, *app.error] if "link" in box.value] == []
    then, now = read(link["query"]), read(said(link_of(app)))
    assert {key: now.get(key) for key in then} == then


@pytest.mark.parametrize("name", [name for name, link in HELD.items() if "design" in link["query"]])
def test_its_design_and_recipe_are_those_that_it_meant(name):
    link = HELD[name]
    assert Network.from_token(link["query"]["design"]) == Network.from_plain(link["network"])
    if "recipe" in link["query"]:
        assert Recipe.from_token(link["query"]["recipe"]) == Recipe(**link["recipe"])


@pytest.mark.parametrize("path", sorted(LINKS.glob("*-goals.txt")), ids=lambda path: path.stem)
def test_goals_that_teachers_have_sent_are_still_there(path):
    for key in path.read_text(encoding="utf-8").split():
        assert goal(key).key == key  # raises where there is none
