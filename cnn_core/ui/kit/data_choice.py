"""The data set a visitor works with: chosen once, used on every page."""

import numpy as np
import streamlit as st

from cnn_core.data.datasets import Entry
from cnn_core.engine.job import Job
from cnn_core.engine.work.download import Download
from cnn_core.errors import DataError
from cnn_core.settings import settings
from cnn_core.ui.kit import jobs, services, session
from cnn_core.ui.kit.errors import show_error


def chosen_entry() -> Entry:
    """The data set this visitor has chosen, on whatever page; the bundled digits at first, or when it is of no use."""
    chosen = services.entry(session.get("dataset", ""))
    return chosen if chosen and chosen.classes else services.catalogue().entries()[0]


def choose(name: str) -> None:
    """Make the data set `name` the chosen one; raises DataError when it is not on this server."""
    if services.entry(name) is None:
        raise DataError("This data set is not on this server", received=name[:80], todo="Choose another one")
    session.put("dataset", name)


def choose_data(label: str = "Data set") -> Entry:
    """A box with all data sets; gives the chosen one and remembers it."""
    entries = {entry.name: entry for entry in services.catalogue().entries()}
    titles = {name: _with_owner(entry) for name, entry in entries.items()}
    names, kept = list(entries), session.get("dataset")
    # Names, not entries: Streamlit may give back the option of an earlier run, and a download changes the entry.
    name = st.selectbox(label, names, index=names.index(kept) if kept in names else 0, format_func=titles.get)
    entry = entries.get(name, entries[names[0]])
    session.put("dataset", entry.name)
    return entry


def data_facts(entry: Entry) -> None:
    """Its size in a line; or the way to get it, when it is not there."""
    if entry.source == "download" and not entry.ready:
        _offer_download(entry)
    elif entry.ready:
        sides = "×".join(map(str, entry.input_shape))
        st.caption(
            f"{entry.train:,} training and {entry.test:,} test pictures of {sides}, {entry.classes} classes",
        )
    else:
        show_error(entry.problem, ":material/broken_image:")


def _with_owner(entry: Entry) -> str:
    return f"{entry.title} (uploaded)" if entry.source == "own" else entry.title


def _offer_download(entry: Entry) -> None:
    st.caption(f"Not on this server yet. Without internet: copy `{entry.name}.npz` into `{settings().datasets}`.")
    if jobs.offer(
        f"download-{entry.name}",
        "Download it",
        lambda: _download(entry.name),
        _words,
        icon=":material/download:",
        error_icon=":material/cloud_off:",
    ):
        st.rerun()  # this run has looked for the file before it was there


def _download(name: str) -> Job:
    """It is kept on this server whether its visitor waits for it or not."""
    catalogue = services.catalogue()

    def keep(arrays: dict[str, np.ndarray]) -> bool:
        catalogue.save(name, arrays)
        return True

    return services.engine().begin(Download(name), keep)


def _words(fraction: float) -> str:
    if fraction >= 1:
        return "Unpacking and saving…"
    return f"Downloading: {fraction:.0%}" if fraction else "Connecting…"
