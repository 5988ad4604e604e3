"""What one visitor is working on: the only file that touches st.session_state and st.query_params."""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cnn_core import language
from cnn_core.design.network import History, Network
from cnn_core.design.presets import PRESETS
from cnn_core.design.recipe import Recipe

START = PRESETS["keras-log"]
Value = TypeVar("Value")


class Slot(Generic[Value]):
    """One thing that is kept for each visitor, on whatever page; a widget's own value is lost when the page changes.

    Attributes:
        key: its place in Streamlit's session state, also for a widget whose value is to be found there.
    """

    def __init__(self, name: str, default: Value):
        self.key = f"studio.{name}"
        self._default = default

    def get(self) -> Value:
        """What is kept, or the default."""
        return st.session_state.get(self.key, self._default)

    def put(self, value: Value) -> None:
        """Keep `value`."""
        st.session_state[self.key] = value

    def take(self) -> Value:
        """What is kept, and keep it no longer: for what is told once."""
        return st.session_state.pop(self.key, self._default)

    def of(self, part: object) -> "Slot[Value]":
        """The slot of one of several, such as of one form among many."""
        return Slot(f"{self.key.removeprefix('studio.')}.{part}", self._default)


HISTORY: Slot[History] = Slot("history", History(present=START.network))
RECIPE: Slot[Recipe] = Slot("recipe", START.recipe)
LANGUAGE: Slot[str] = Slot("language", "")


def reader() -> str:
    """The language of the visitor whose script this is: chosen, or else their browser's."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return "en"
    return LANGUAGE.get() or language.best(st.context.locale)


language.listen(reader)


def visit() -> str:
    """Names the visitor's tab, from its opening to its closing; empty where there is none."""
    context = get_script_run_ctx(suppress_warning=True)
    return context.session_id if context else ""


def choose_language() -> None:
    """A choice in the sidebar, once there is more than one language."""
    if len(language.LANGUAGES) < 2:
        return
    names = language.LANGUAGES
    # Named in each language, so that somebody finds it who cannot read the page.
    st.sidebar.segmented_control(
        " / ".join(names.values()),
        list(names),
        format_func=lambda code: names[code],
        default=reader(),
        required=True,
        key=LANGUAGE.key,
        label_visibility="collapsed",
    )


def network() -> Network:
    """The design this visitor works on."""
    return HISTORY.get().present


def set_network(new: Network) -> None:
    """Make `new` the current design; the old one can be had back by undo."""
    if new != network():
        HISTORY.put(HISTORY.get().push(new))


def component_state(key: str) -> Mapping[str, Any]:
    """What a component of ours has told, in its callback."""
    return st.session_state.get(key) or {}


def cookie(name: str) -> str | None:
    """What the visitor's browser sent along when it came."""
    return st.context.cookies.get(name)


def link(name: str) -> str | None:
    """The value of a query parameter of the page's address."""
    return st.query_params.get(name)


def set_link(name: str, value: str | None) -> None:
    """Write a query parameter into the page's address (None removes it), so that the address restores the page."""
    set_links({name: value})


def set_links(values: Mapping[str, str | None], *, again: bool = False) -> None:
    """Write several at once: each change of the address is one more step for the browser's Back.

    Args:
        again: write them even where the script was called with them: the browser may have got others meanwhile.
    """
    before = st.query_params.to_dict()
    after = {name: value for name, value in {**before, **values}.items() if value is not None}
    if again or after != before:
        st.query_params.from_dict(after)


def went_back() -> bool:
    """Whether the script runs because the visitor went back to an earlier address of the page, or forward."""
    context = get_script_run_ctx(suppress_warning=True)
    return context is not None and context.is_history_navigation


def address() -> str:
    """The page's own address in the visitor's browser, without what it carries; empty where there is no browser."""
    return st.context.url or ""


def reset_widgets(prefix: str) -> None:
    """Forget the widgets whose key starts with `prefix`, so that they show the model's values again."""
    for key in [key for key in st.session_state if isinstance(key, str) and key.startswith(prefix)]:
        del st.session_state[key]
