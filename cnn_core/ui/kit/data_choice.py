"""The data set a visitor works with: chosen once, used on every page."""

import numpy as np
import streamlit as st

from cnn_core.data.datasets import Entry
from cnn_core.design.arithmetic import sides
from cnn_core.engine.job import Job
from cnn_core.engine.work.download import Download
from cnn_core.errors import DataError
from cnn_core.language import Text, _
from cnn_core.settings import settings
from cnn_core.ui.kit import jobs, services
from cnn_core.ui.kit.errors import BROKEN, show_error
from cnn_core.ui.kit.session import Slot

DATASET: Slot[str] = Slot("dataset", "")
"""The name of the data set that was chosen last."""
ELSEWHERE: Slot[int] = Slot("dataset.elsewhere", 0)
"""How often it was chosen by something else than the box: a link, a run, an upload. Each time the box is a new one."""


def chosen_entry() -> Entry:
    """The data set this visitor has chosen, on whatever page; the bundled digits at first, or when it is of no use."""
    chosen = services.entry(DATASET.get())
    return chosen if chosen and chosen.classes else services.catalogue().entries()[0]


def choose(name: str) -> None:
    """Make the data set `name` the chosen one; raises DataError when it is not on this server."""
    if services.entry(name) is None:
        what, todo = Text("This data set is not on this server"), Text("Choose another one")
        raise DataError(what, received=name[:80], todo=todo)
    DATASET.put(name)
    ELSEWHERE.put(ELSEWHERE.get() + 1)


def choose_data(label: str | None = None) -> Entry:
    """A box with all data sets; gives the chosen one and remembers it."""
    kept = DATASET.get()
    entries = {entry.name: entry for entry in services.catalogue().entries() if entry.listed or entry.name == kept}
    titles = {name: _with_owner(entry) for name, entry in entries.items()}
    names = list(entries)
    # Names, not entries: Streamlit may give back the option of an earlier run, and a download changes the entry.
    name = st.selectbox(
        label or _("Data set"),
        names,
        index=names.index(kept) if kept in names else 0,
        format_func=lambda name: titles.get(name, name),
        key=f"dataset-{ELSEWHERE.get()}",
    )
    entry = entries.get(name, entries[names[0]])
    DATASET.put(entry.name)
    return entry


def data_facts(entry: Entry) -> None:
    """Its size in a line; or the way to get it, when it is not there."""
    if entry.source == "download" and not entry.ready:
        _offer_download(entry)
    elif entry.ready:
        facts = {"train": entry.train, "test": entry.test, "size": sides(entry.input_shape), "classes": entry.classes}
        st.caption(_("{train:,} training and {test:,} test images of {size}, {classes} classes", **facts))
    else:
        show_error(entry.problem, BROKEN)


def _with_owner(entry: Entry) -> str:
    return _("{title} (uploaded)", title=entry.title) if entry.source == "own" else entry.title


def _offer_download(entry: Entry) -> None:
    file, folder = f"`{entry.name}.npz`", f"`{settings().datasets}`"
    st.caption(_("Not on this server yet. Without internet: copy {file} into {folder}.", file=file, folder=folder))
    if jobs.offer(
        f"download-{entry.name}",
        _("Download it"),
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
        return _("Unpacking and saving…")
    return _("Downloading: {fraction:.0%}", fraction=fraction) if fraction else _("Connecting…")
