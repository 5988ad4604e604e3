"""Where a design comes from and where it goes: presets, files, undo."""

import re

import streamlit as st

from cnn_core.design.network import Network
from cnn_core.design.presets import PRESETS
from cnn_core.errors import StudioError
from cnn_core.settings import settings
from cnn_core.ui import state
from cnn_core.ui.layer_editor import commit
from cnn_core.ui.links import FAULT
from cnn_core.ui.upload_box import megabytes

PRESET, FILE = "designer.preset", "designer.file"


def presets() -> None:
    """A menu of the networks of the sources, each with its recipe."""
    st.menu_button(
        "Presets",
        list(PRESETS),
        format_func=lambda name: PRESETS[name].title,
        key=f"studio.{PRESET}",
        icon=":material/auto_awesome_motion:",
        on_click=_take_preset,
    )


def _take_preset() -> None:
    preset = PRESETS[state.get(PRESET)]
    state.set_recipe(preset.recipe)
    commit(preset.network, 1)


def undo_redo() -> None:
    """Steps back and forth through the designs of this visit."""
    history = state.history()
    steps = (("Undo", "undo", history.undo(), history.past), ("Redo", "redo", history.redo(), history.future))
    for title, icon, target, there in steps:
        st.button(title, icon=f":material/{icon}:", disabled=not there, on_click=state.set_history, args=(target,))


def files(network: Network) -> None:
    """Open a design and save it, as ours or as Keras's JSON."""
    count = state.get("designer.files", 0)
    with st.popover("File", icon=":material/folder_open:", key=f"designer-files-{count}"):  # a new key closes it
        st.file_uploader(
            "Open a design: a file saved here, or Keras's `model.to_json()`",
            type="json",
            max_upload_size=megabytes(settings().max_json_bytes),
            key=f"studio.{FILE}{count}",
            on_change=_open_file,
            args=(count,),
        )
        stem = re.sub(r"[^\w-]+", "-", network.name).strip("-") or "network"
        st.download_button("Save the design", network.to_json, f"{stem}.json", icon=":material/download:")
        st.download_button("Save for Keras", network.to_keras_json, f"{stem}.keras.json", icon=":material/download:")
        st.caption("The address of this page carries the design too: copy it to share.")


def _open_file(count: int) -> None:
    """Read the uploaded file; the next one comes under a new key, so that the same file can be opened again."""
    upload = state.get(f"{FILE}{count}")
    if upload is None:
        return
    state.put("designer.files", count + 1)
    try:
        commit(Network.parse(upload.getvalue(), settings().max_json_bytes), 1)
    except StudioError as error:
        state.put(FAULT, f"{upload.name}: {error}")
