"""The page as one HTML file: the network's own JavaScript, its weights and what is told of it."""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from cnn_core.design.network import Network
from cnn_core.exchange.weights import Weights, least_dtype, packed
from cnn_core.language import ASSETS, _, spoken
from cnn_core.ui.components.bundle import bundled
from cnn_core.ui.components.network.component import FOLDER as NETWORK
from cnn_core.ui.components.network.component import encoded, head_of, plain_head

FOLDER = Path(__file__).parent


@dataclass(frozen=True, eq=False)
class OwnPage:
    """What is on the page. Every text may be a stranger's: the template escapes it.

    Attributes:
        how: what one does with it, in a sentence.
        draws: whether there is a pad to draw digits on; else pictures are chosen or taken.
        examples: the class and the pixels, uint8 of the input's shape, of images to begin with.
        facts: what is known of the network, each with its name.
        rows: of its layers, "layer", "output" and "parameters" as text.
        rounding: how much the page's numbers differ from those of the training.
    """

    title: str
    how: str
    network: Network
    weights: Weights
    class_names: Sequence[str]
    draws: bool
    facts: Sequence[tuple[str, str]]
    rows: Sequence[dict[str, str]]
    rounding: str
    examples: Sequence[tuple[str, np.ndarray]] = ()


def to_html(page: OwnPage) -> str:
    """The whole file. Scripts and styles other than its own are refused by its Content-Security-Policy."""
    return _template().render(
        page=page,
        language=spoken().replace("_", "-"),
        icon=base64.b64encode((ASSETS / "icon.svg").read_bytes()).decode(),
        style=Markup(_style()),
        script=Markup(bundled(FOLDER / "page.js")),
        network=_in_script({"head": _head(page), "pictures": None if page.draws else _pictures(page)}),
        weights=base64.b64encode(packed(page.weights.arrays, least_dtype(page.weights.arrays))).decode(),
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["_"] = _
    environment.filters["hash"] = _hash
    return environment.get_template("page.html")


def _style() -> str:
    return "".join(sheet.read_text(encoding="utf-8") for sheet in (FOLDER / "page.css", NETWORK / "network.css"))


def _hash(content: str) -> str:
    """As a Content-Security-Policy names a script or a style (W3C, CSP Level 3, section 2.3.1)."""
    return f"sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}"


def _in_script(value: Any) -> Markup:
    """JSON for a script element, which only '</script' or '<!--' could end."""
    return Markup(json.dumps(value).replace("<", "\\u003c"))


def _head(page: OwnPage) -> dict[str, Any]:
    about = head_of(page.network, page.weights.pixels, page.class_names, page.weights)
    plain = plain_head(page.draws, None)
    plain["words"] |= {"says": _("It predicts {name}, {percent}.")}
    if not page.draws:
        plain["words"] |= {"noImage": _("No picture yet"), "nothing": _("It waits for a picture.")}
    return {**about, **plain, "dtype": least_dtype(page.weights.arrays)}


def _pictures(page: OwnPage) -> dict[str, Any]:
    words = {
        "add": _("Choose a picture"),
        "photo": _("Take a picture"),
        "swap": _("Swap light and dark: for a network that learned light things on black"),
        "wrong": _("“{name}” cannot be read as a picture."),
        "example": _("Test image: {name}"),
        "examples": _("Or one of these, which it never saw in training:"),
    }
    shown = [{"name": name, "pixels": encoded(image)} for name, image in page.examples]
    return {"words": words, "examples": shown}
