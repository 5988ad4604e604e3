"""What one visitor is working on: the only file that touches st.session_state and st.query_params."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cnn_core.design.network import History, Network
from cnn_core.design.presets import PRESETS
from cnn_core.design.recipe import Recipe

START = PRESETS["keras-log"]


def get(key: str, default: Any = None) -> Any:
    """The value kept under `key` for this visitor, on whatever page."""
    return st.session_state.get(f"studio.{key}", default)


def put(key: str, value: Any) -> None:
    """Keep `value` under `key` for this visitor; unlike a widget's own value it survives a change of page."""
    st.session_state[f"studio.{key}"] = value


def history() -> History:
    """The designs of this visitor, with undo and redo."""
    return get("history") or History(present=START.network)


def set_history(new: History) -> None:
    put("history", new)


def network() -> Network:
    """The design this visitor works on."""
    return history().present


def set_network(new: Network) -> None:
    """Make `new` the current design; the old one can be had back by undo."""
    if new != network():
        set_history(history().push(new))


def recipe() -> Recipe:
    """How this visitor wants to train."""
    return get("recipe", START.recipe)


def set_recipe(new: Recipe) -> None:
    put("recipe", new)


def link(name: str) -> str | None:
    """The value of a query parameter of the page's address."""
    return st.query_params.get(name)


def set_link(name: str, value: str | None) -> None:
    """Write a query parameter into the page's address (None removes it), so that the address restores the page."""
    set_links({name: value})


def set_links(values: Mapping[str, str | None]) -> None:
    """Write several at once: each change of the address is one more step for the browser's Back."""
    before = st.query_params.to_dict()
    after = {name: value for name, value in (before | values).items() if value is not None}
    if after != before:
        st.query_params.from_dict(after)


def reset_widgets(prefix: str) -> None:
    """Forget the widgets whose key starts with `prefix`, so that they show the model's values again."""
    for key in [key for key in st.session_state if isinstance(key, str) and key.startswith(prefix)]:
        del st.session_state[key]
