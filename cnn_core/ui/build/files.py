"""Where a design comes from and where it goes: presets, files, undo."""

import re

import streamlit as st

from cnn_core.design.arithmetic import number, sides
from cnn_core.design.formats.keras.layer import LeftOut
from cnn_core.design.formats.opening import Opened, open_design
from cnn_core.design.network import Network
from cnn_core.design.presets import PRESETS
from cnn_core.settings import settings
from cnn_core.ui.build.editor import commit
from cnn_core.ui.kit import session
from cnn_core.ui.kit.errors import errors_told, later
from cnn_core.ui.kit.upload_box import megabytes
from cnn_core.ui.kit.wording import literal

PRESET, FILE, OPENED = "designer.preset", "designer.file", "designer.opened"
MOST_VALUES = 5
"""How many different values of one argument are told."""


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
    preset = PRESETS[session.get(PRESET)]
    session.RECIPE.put(preset.recipe)
    commit(preset.network, 1)


def undo_redo() -> None:
    """Steps back and forth through the designs of this visit."""
    history = session.HISTORY.get()
    steps = (("Undo", "undo", history.undo(), history.past), ("Redo", "redo", history.redo(), history.future))
    for title, icon, target, there in steps:
        st.button(title, icon=f":material/{icon}:", disabled=not there, on_click=session.HISTORY.put, args=(target,))


def files(network: Network) -> None:
    """Open a design and save it, as ours or as Keras's JSON."""
    count = session.get("designer.files", 0)
    with st.popover("File", icon=":material/folder_open:", key=f"designer-files-{count}"):  # a new key closes it
        st.file_uploader(
            "Open a design: a file saved here, or a model of Keras as JSON (`model.to_json()`)",
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
    upload = session.get(f"{FILE}{count}")
    if upload is None:
        return
    session.put("designer.files", count + 1)
    with errors_told(tell=later, about=upload.name):
        _take(open_design(upload.getvalue(), settings().max_json_bytes))


def _take(opened: Opened) -> None:
    """Make it the design; only ask, where the network is not quite what the file says."""
    if not opened.vector:
        commit(opened.network, 1)
    session.put(OPENED, (session.network(), opened))


def _take_as_image(opened: Opened) -> None:
    _take(Opened(opened.network, opened.left_out))


def opened_file() -> None:
    """What there is to say of the file that was opened last, until the design is changed."""
    before, opened = session.get(OPENED) or (None, None)
    if before != session.network():
        session.put(OPENED, None)
    elif opened.vector:
        _offer(opened)
    elif opened.left_out:
        told = "".join(f"\n- {_told(left)}" for left in opened.left_out)
        st.info(
            f"Opened. Left out, because it changes no shape and no number of parameters:{told}", icon=":material/rule:"
        )


def _offer(opened: Opened) -> None:
    image = sides(opened.network.input_shape)
    st.warning(
        f"The file's model takes a vector of {number(opened.vector)} values, and networks here take images. As many "
        f"values has an image of {image}: a Flatten behind it makes the same vector.",
        icon=":material/help:",
    )
    st.button(f"Open it as Flatten after {image}", icon=":material/build:", on_click=_take_as_image, args=(opened,))


def _told(left: LeftOut) -> str:
    """One argument that was left out, with its values and where it stood; all of it is a stranger's text."""
    values = [*left.values[:MOST_VALUES], *(["…"] if len(left.values) > MOST_VALUES else [])]
    where = f"layer{'s' if len(left.layers) > 1 else ''} {', '.join(map(str, left.layers))}"
    return literal(f"{left.argument}: {', '.join(values)} ({where})")
