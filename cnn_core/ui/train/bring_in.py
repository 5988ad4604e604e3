"""Bring a model in: the files of one that was trained elsewhere become a run of this server's, with its model."""

from collections.abc import Sequence
from typing import cast

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from cnn_core.data.datasets import Entry
from cnn_core.design.fields import MAX_NAME
from cnn_core.design.naming import network_title
from cnn_core.engine.job import Job
from cnn_core.engine.work.base import data_key
from cnn_core.engine.work.bring_in import BringIn, Images
from cnn_core.exchange.safe.reading import Limits, Sent, check_sent, model_name
from cnn_core.exchange.weights import Pixels
from cnn_core.language import N_, _
from cnn_core.runs.brought import Brought, keep
from cnn_core.settings import settings
from cnn_core.ui import pages
from cnn_core.ui.kit import jobs, rules, services, session, who
from cnn_core.ui.kit.data_choice import chosen_entry
from cnn_core.ui.kit.errors import show_error
from cnn_core.ui.kit.goals import shows
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.sharing import asked, leave_out
from cnn_core.ui.kit.upload_box import check_files, files_box, files_taken, let_go, no_files
from cnn_core.ui.kit.wording import literal

KINDS = ("keras", "h5", "json")
JOB = "bring-in"
NARROWEST = 200  # px, of a question: on a phone they are one above the other
HOW = N_(
    "A network that was trained with Keras, here or elsewhere: its **.keras** or **.h5** file, or the **JSON** of its "
    "design together with its **.weights.h5**. Nothing that is in a file is run: only its design and its numbers are "
    "read. Then it can read what you draw, stand in a duel, be looked inside, and be trained further."
)
PIXELS = {
    "": N_("Find out"),
    "scaled": N_("Divided by 255"),
    "raw": N_("As they are, 0 to 255"),
}
"""How pixels enter a network whose file does not say."""
ELSE = ""
"""In place of a data set's name: the model is for images that are not on this server."""
_FILES: Slot[list[UploadedFile]] = Slot("bring-in.files", [])
"""Of each model, by its number, its files."""
_COUNT: Slot[int] = Slot("bring-in.count", 0)
"""How many models this visit has brought in: the next one comes under a new key."""


def bring_in() -> None:
    """The box, what is asked about the model, and the button; then on to the run that it has become."""
    if not shows("bring-in", _("Bring a model in")):
        return
    linked = asked("bring", False, (False, True))
    with st.expander(_("Bring a model in"), linked, icon=":material/upload_file:", key="bring-in-box"):
        if not files_taken():
            no_files()
            return
        st.markdown(_(HOW))
        count = _COUNT.get()
        files = _sent(count)
        if not files:
            _left_alone()
            return
        leave_out(_("the files that were sent"))
        if run := _offer(files, count):
            for file in files:
                let_go(file)
            _COUNT.put(count + 1)
            rules.forget_oldest()
            st.switch_page(pages.RUN, query_params={"run": run})


def _left_alone() -> None:
    """Its visitor was on another page meanwhile, and the box is empty again: how far it is, and how it has ended."""
    if jobs.follow(JOB, _words, show_error, lambda: None):
        st.toast(_("The model was brought in: it is in the list."), icon=":material/check_circle:")


def _sent(count: int) -> list[UploadedFile]:
    design = literal(network_title(session.network()))
    advice = _("Weights alone are taken for those of the design that is open in the designer: {design}.", design=design)
    most = settings().max_model_bytes
    box, key = _("Its file or files"), _FILES.of(count).key
    return files_box(box, most, advice, key=key, kinds=KINDS, on_change=_forget)


def _forget() -> None:
    """Of other files, nothing that was said or begun is true any more."""
    jobs.stop(JOB)


def _offer(files: Sequence[UploadedFile], count: int) -> str | None:
    """The questions and the button; gives the id of the run once it is there."""
    called = model_name(files[0].name)
    with st.grid(3, min_column_width=NARROWEST, vertical_alignment="bottom"):
        name = st.text_input(_("Name"), called, max_chars=MAX_NAME, key=f"bring-in-name-{count}-{called}")
        entry = _choose_images(count)
        pixels = _choose_pixels(count)
    return jobs.offer(
        JOB,
        _("Bring it in"),
        lambda: _begin(files, name or called, entry, pixels),
        _words,
        type="primary",
        icon=":material/upload_file:",
    )


def _words(fraction: float) -> str:
    return _("Showing it the test images: {fraction:.0%}", fraction=fraction) if fraction else _("Reading the files…")


def _choose_images(count: int) -> Entry | None:
    """The data set whose images it is for; None for none of them."""
    entries = {entry.name: entry for entry in services.catalogue().entries() if entry.ready and entry.listed}
    names, usual = [*entries, ELSE], chosen_entry().name
    name = st.selectbox(
        _("What it is for"),
        names,
        names.index(usual) if usual in names else 0,
        format_func=lambda name: entries[name].title if name in entries else _("Something else"),
        help=_("It is shown the test images of this data set, to see how many it predicts correctly."),
        key=f"bring-in-images-{count}",
    )
    return entries.get(name)


def _choose_pixels(count: int) -> Pixels | None:
    """As they were in its training; None: it is found out."""
    told = _(
        "How pixels were given to the network in its training. Many programs divide them by 255 outside of the model, "
        "and then its file does not say so. With a data set it is found out: the way with the smaller loss."
    )
    way = st.selectbox(
        _("Pixels, if the file does not say"),
        list(PIXELS),
        format_func=lambda way: _(PIXELS[way]),
        help=told,
        key=f"bring-in-pixels-{count}",
    )
    return cast(Pixels, way) if way else None


def _begin(files: Sequence[UploadedFile], name: str, entry: Entry | None, pixels: Pixels | None) -> Job:
    """Have a worker read it, and keep what it comes to, whether anybody waits or not. Raises StudioError."""
    who.check_known()
    check_files()
    sent = tuple(Sent(file.name, file.getvalue()) for file in files)
    limits = Limits(settings().max_model_bytes, settings().max_json_bytes)
    check_sent(sent, limits)
    images = _images(entry) if entry else None
    store, person = services.store(), who.visitor()

    def kept(brought: Brought) -> str:
        run = keep(store, brought, name, sent[0].name)
        if person:
            store.people.own("run", run.id, person)
        return run.id

    return services.engine().begin(BringIn(sent, limits, session.network(), pixels, images), kept)


def _images(entry: Entry) -> Images:
    return Images(data_key(services.catalogue(), entry.name), entry.title, entry.input_shape, entry.classes)
