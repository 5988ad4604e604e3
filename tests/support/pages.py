"""What tests of pages share."""

import functools
import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

WIDGETS = (
    "selectbox",
    "number_input",
    "slider",
    "toggle",
    "checkbox",
    "multiselect",
    "text_input",
    "button_group",
    "segmented_control",
)
"""Kinds of widgets that hold a value."""
APP = str(Path(__file__).parents[2] / "app.py")

# For every AppTest Streamlit reads what all installed packages say of themselves, to find components among them: a
# quarter of a second of the processor, and more than most pages take. In a process it is always the same.
manifest_scanner.scan_component_manifests = functools.cache(manifest_scanner.scan_component_manifests)


def opened(page: str, kept: Mapping[str, object] | None = None, /, **query: str) -> AppTest:
    """The app at `page`, by an address with this query, for a visitor whose session keeps this."""
    app = AppTest.from_file(APP, default_timeout=120)
    for name, value in (kept or {}).items():
        app.session_state[name] = value
    for name, value in query.items():
        app.query_params[name] = value
    app.switch_page(page).run()
    assert not app.exception
    return app


def settled(app: AppTest, seconds: float = 120) -> AppTest:
    """The app once its visitor has no job under way any more; it is looked at again and again, as by a browser."""
    end = time.monotonic() + seconds
    while under_way(app):
        assert time.monotonic() < end, "the job does not end"
        time.sleep(0.2)  # each look takes the processor from the work that is waited for
        app.run()
        assert not app.exception
    return app


def elements(block: Any) -> Iterator[Any]:
    """All that stands in a part of the page, in its dialogs too if it is `app._tree`."""
    for child in block.children.values():
        yield child
        if hasattr(child, "children"):
            yield from elements(child)


def link_of(app: AppTest) -> str:
    """What Share offers to copy."""
    app.button(key="share").click().run()
    assert not app.exception
    return sent_to(app, "share-link")["link"]


def sent_to(app: AppTest, key: str) -> dict[str, Any]:
    """What one of our components is told, as its JavaScript gets it; empty when it is not on the page."""
    found = [one for one in elements(app._tree) if getattr(one, "key", None) == key]
    return json.loads(found[0].proto.json) if found else {}


def said(link: str) -> dict[str, str]:
    """What a link says, by the names of its parameters."""
    return dict(parse_qsl(urlsplit(link).query, keep_blank_values=True))


def under_way(app: AppTest) -> list[str]:
    """What is said beside the bars of jobs."""
    return [bar.proto.text for bar in app.get("progress")]
