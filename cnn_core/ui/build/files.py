"""Where a design comes from and where it goes: presets, files, undo."""

from collections.abc import Callable

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from cnn_core.design.arithmetic import number, sides
from cnn_core.design.formats.opening import Opened, open_design
from cnn_core.design.network import Network
from cnn_core.design.presets import PRESETS
from cnn_core.exchange.forms import stem
from cnn_core.language import _
from cnn_core.settings import settings
from cnn_core.ui import pages
from cnn_core.ui.build.editor import commit
from cnn_core.ui.kit import session
from cnn_core.ui.kit.data_choice import chosen_entry
from cnn_core.ui.kit.errors import errors_told, later
from cnn_core.ui.kit.goals import shows
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.upload_box import check_files, files_taken, megabytes, no_files
from cnn_core.ui.kit.wording import literal
from cnn_core.ui.train.code import code_ahead

PRESET: Slot[str | None] = Slot("designer.preset", None)
OPENED: Slot[tuple[Network, Opened] | None] = Slot("designer.opened", None)
"""The design as it was after a file was opened, and that file."""
FILES: Slot[int] = Slot("designer.files", 0)
"""How many files were opened: the next one comes under a new key, so that the same file can be opened again."""
FILE: Slot[UploadedFile | None] = Slot("designer.file", None)


def presets() -> None:
    """A menu of the networks of the notes, each with its recipe."""
    if not shows("presets", _("Presets")):
        return
    st.menu_button(
        _("Presets"),
        list(PRESETS),
        format_func=lambda name: _(PRESETS[name].title),
        key=PRESET.key,
        icon=":material/auto_awesome_motion:",
        on_click=_take_preset,
    )


def _take_preset() -> None:
    if (name := PRESET.get()) is None:
        return
    preset = PRESETS[name]
    session.RECIPE.put(preset.recipe)
    commit(preset.network, 1)


def undo_redo() -> None:
    """Steps back and forth through the designs of this visit."""
    history = session.HISTORY.get()
    steps = ((_("Undo"), "undo", history.undo(), history.past), (_("Redo"), "redo", history.redo(), history.future))
    for title, icon, target, there in steps:
        st.button(
            title,
            key=f"designer.{icon}",
            icon=f":material/{icon}:",
            disabled=not there,
            on_click=session.HISTORY.put,
            args=(target,),
        )


def files(network: Network) -> None:
    """Open a design and save it, as ours or as Keras's JSON."""
    if not shows("files", _("File")):
        return
    count = FILES.get()
    with st.popover(_("File"), icon=":material/folder_open:", key=f"designer-files-{count}"):  # a new key closes it
        if files_taken():
            _box(count)
            _to_models()
        else:
            no_files()
        name = stem(network.name, "network")
        _save(_("Save the design"), network.to_json, f"{name}.json", "save")
        if network.backbone is None:
            _save(_("Save for Keras"), network.to_keras_json, f"{name}.keras.json", "save-keras")
        st.caption(_("The address of this page carries the design too: copy it to share."))
        about = _("Its training in plain Keras, with the recipe and the data that are chosen on the page Training:")
        code_ahead(network, session.RECIPE.get(), chosen_entry(), "designer.code", about)


def _to_models() -> None:
    """For whoever looks here for the box that takes a trained model."""
    label = _("Bring in a trained model")
    st.page_link(pages.RUNS, label=label, icon=":material/upload_file:", query_params={"bring": "1"})


def _box(count: int) -> None:
    st.file_uploader(
        _("Open a design: a file saved here, or a model of Keras as JSON (`model.to_json()`)"),
        type="json",
        max_upload_size=megabytes(settings().max_json_bytes),
        key=FILE.of(count).key,
        on_change=_open_file,
        args=(count,),
    )


def _save(label: str, make: Callable[[], str], file: str, key: str) -> None:
    st.download_button(label, make, file, icon=":material/download:", key=f"designer.{key}")


def _open_file(count: int) -> None:
    upload = FILE.of(count).get()
    if upload is None:
        return
    FILES.put(count + 1)
    with errors_told(tell=later, about=upload.name):
        check_files()
        _take(open_design(upload.getvalue(), settings().max_json_bytes))


def _take(opened: Opened) -> None:
    """Make it the design; only ask, where the network is not quite what the file says."""
    if not opened.vector:
        commit(opened.network, 1)
    OPENED.put((session.network(), opened))


def _take_as_image(opened: Opened) -> None:
    _take(Opened(opened.network, opened.left_out))


def opened_file() -> None:
    """What there is to say of the file that was opened last, until the design is changed."""
    before, opened = OPENED.get() or (None, None)
    if opened is None or before != session.network():
        OPENED.put(None)
    elif opened.vector:
        _offer(opened)
    elif opened.left_out:
        heading = _("Opened. Left out, because it changes no shape and no number of parameters:")
        st.info("\n- ".join([heading, *(literal(str(one.told)) for one in opened.left_out)]), icon=":material/rule:")


def _offer(opened: Opened) -> None:
    size = sides(opened.network.input_shape)
    st.warning(
        _(
            "The file's model takes a vector of {values} values, but networks here take images. An image of {size} has "
            "as many values, and a Flatten after it makes the same vector.",
            values=number(opened.vector),
            size=size,
        ),
        icon=":material/help:",
    )
    st.button(
        _("Open it as Flatten after {size}", size=size),
        key="designer.as-image",
        icon=":material/build:",
        on_click=_take_as_image,
        args=(opened,),
    )
