"""Bring your own images: send a file, see what was found in it, choose how to work with it, keep it or delete it."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import PurePath
from uuid import uuid4

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from cnn_core.data.datasets import Entry
from cnn_core.data.upload.found import LEAST_SIDE, Found, own_name
from cnn_core.data.upload.make import Choice, check
from cnn_core.data.upload.shelf import Upload
from cnn_core.design.arithmetic import sides
from cnn_core.design.memory import readable
from cnn_core.engine.job import Job, begin_here
from cnn_core.errors import DataError, RightsError, StudioError
from cnn_core.language import N_, Text, _, _n
from cnn_core.settings import MB, settings
from cnn_core.ui.kit import jobs, rules, services, who
from cnn_core.ui.kit.data_choice import choose
from cnn_core.ui.kit.errors import BROKEN, errors_told, show_error
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.upload_box import check_files, files_taken, let_go, no_files, upload_box
from cnn_core.ui.kit.wording import literal

SIDES = (28, 32, 48, 64, 96, 128, 160, 224)
USUAL_SIDE = 64
FEW = 10  # images of a class below which a score says little
HOW = N_(
    "**A zip** with one folder for each class and its images (jpg, png, webp) in it, **a CSV** with rows of "
    "`label, pixel0, pixel1, …`, or **an .npz** with `x_train`, `y_train`, `x_test`, `y_test`."
)
LOOK, MAKE = "own-look", "own-make"
FILE: Slot[UploadedFile | None] = Slot("own.file", None)
"""Of each of the visitor's files, by its number: as Streamlit keeps it."""
COUNT: Slot[int] = Slot("own.count", 0)
"""How many files the visitor has sent: the next one comes under a new key."""
UPLOAD: Slot[Upload | None] = Slot("own.upload", None)
PROBLEM: Slot[Text | None] = Slot("own.problem", None)
MADE: Slot[str] = Slot("own.made", "")
"""The name of a data set that was made just now, to be told once."""
HOLDER: Slot[str] = Slot("own.holder", "")
"""Who this visitor is to the shelf."""


def own_data() -> None:
    """The whole way from a file to a data set, and the data sets that came this way."""
    if made := services.entry(MADE.take()):
        _tell(made)
    if not files_taken():
        no_files(st.info)
        _delete()
        return
    count = COUNT.get()
    st.markdown(_(HOW))
    most, advice = settings().max_dataset_bytes, _("Send fewer or smaller images.")
    upload_box(_("Your images"), most, advice, key=FILE.of(count).key, on_change=_receive, args=(count,))
    problem = st.container()
    upload = UPLOAD.get()
    if upload and (found := _found(upload)):
        _report(upload, found)
        _make(upload, found, count)
    if text := PROBLEM.get():
        show_error(text, BROKEN, problem.error)
    _delete()


def _tell(made: Entry) -> None:
    """That a data set is there now."""
    told = _(
        "**{data}** is ready: {train:,} training and {test:,} test images of {size}. It is chosen now, on every page.",
        data=literal(made.title),
        train=made.train,
        test=made.test,
        size=sides(made.input_shape[:2]),
    )
    st.success(told, icon=":material/check_circle:")


def _receive(count: int) -> None:
    """Put the file on the server's disk and forget it otherwise; the next one comes under a new key."""
    file = FILE.of(count).get()
    if file is None:
        return
    _discard()
    try:
        check_files()
        UPLOAD.put(services.shelf().keep(file.name, file.getvalue(), _holder()))
    except (DataError, RightsError) as error:
        _refuse(file.name, error)
    let_go(file)
    COUNT.put(count + 1)


def _refuse(name: str, error: StudioError) -> None:
    PROBLEM.put(Text("{file}: {problem}", file=name, problem=error))


def _discard() -> None:
    """Forget the file, and whatever is being done with it."""
    PROBLEM.put(None)
    for key in (LOOK, MAKE):
        jobs.stop(key)
    if upload := UPLOAD.take():
        services.shelf().release(upload, _holder())


def _holder() -> str:
    if not HOLDER.get():
        HOLDER.put(uuid4().hex)
    return HOLDER.get()


def _found(upload: Upload) -> Found | None:
    """What is in the file; None while it is read, and, with the problem in words, when it is no data set."""
    shelf, holder = services.shelf(), _holder()

    def refuse(error: StudioError) -> None:
        _discard()
        _refuse(upload.name, error)

    try:
        if found := shelf.looked(upload, holder):
            jobs.stop(LOOK)  # another visitor has sent the same file, and theirs was quicker
            return found
    except DataError as error:
        refuse(error)
        return None
    jobs.start(LOOK, lambda: begin_here(lambda report: shelf.look(upload, holder, report)))
    name = literal(upload.name)
    words = lambda fraction: _("Reading {file}: {fraction:.0%}", file=name, fraction=fraction)  # noqa: E731
    return jobs.follow(LOOK, words, refuse, _discard)


def _report(upload: Upload, found: Found) -> None:
    """Classes, counts, sizes and colour; what was left out and why."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{literal(upload.name)}** :gray[{upload.size / MB:,.1f} MB]", width="stretch")
        st.button(_("Discard"), icon=":material/close:", on_click=_discard, key="own-discard")
    with st.grid(3, min_column_width=100, gap="small"):
        st.metric(_("Images"), f"{found.pictures:,}")
        st.metric(_("Classes"), len(found.class_names))
        st.metric(_("In colour"), f"{found.colour:,}")
    counted = list(zip(found.class_names, found.counts, strict=True))
    listed = ", ".join(f"{literal(name)} {count:,}" for name, count in counted[:30])
    if len(counted) > 30:
        listed += ", …"
    st.markdown(_("Found: {classes}. Sizes: {sizes} px.", classes=listed, sizes=_sizes_found(found)))
    fewest, count = min(counted, key=lambda one: one[1])
    if count < FEW:
        few = {"name": literal(fewest)}
        told = _n(
            "{name} has only {n} image: its score will say little.",
            "{name} has only {n} images: its score will say little.",
            count,
            **few,
        )
        st.warning(told, icon=":material/info:")
    if found.left_out:
        label = _("{count:,} left out, and why", count=found.left_out_count)
        with st.expander(label, icon=":material/rule:", key="own-left-out"):
            rows = [(str(one.what), str(one.why)) for one in found.left_out]
            st.dataframe(pd.DataFrame(rows, columns=[_("what"), _("why")]), hide_index=True, width="stretch")
            if found.left_out_count > len(rows):
                st.caption(_("The first {count:,} are shown.", count=len(rows)))


def _sizes_found(found: Found) -> str:
    if found.uniform:
        return sides(found.smallest)
    return _("{smallest} to {largest}", smallest=sides(found.smallest), largest=sides(found.largest))


def _make(upload: Upload, found: Found, count: int) -> None:
    """The choices, what they come to, and the button."""
    left, middle, right = st.columns(3, gap="medium")
    title = left.text_input(_("Name"), PurePath(upload.name).stem[:40], max_chars=40, key=f"own-name-{count}")
    size = middle.selectbox(
        _("Size to work at"),
        _sizes(found),
        format_func=sides,
        index=_sizes(found).index(_usual(found)),
        help=_("The middle of each image is cropped to this shape and scaled. Larger images train more slowly."),
        key=f"own-size-{count}",
    )
    colour = left.toggle(
        _("In colour"), found.colour > 0, key=f"own-colour-{count}", help=_("3 channels; otherwise 1.")
    )
    with right:
        fraction = _test_fraction(found, count)
    choice = Choice(size, colour, fraction)
    memory = readable(choice.bytes(found.pictures))
    facts = {"count": found.pictures, "size": sides(size), "memory": memory}
    st.caption(_("{count:,} images of {size}: {memory} in memory.", **facts))
    name = jobs.offer(
        MAKE,
        _("Make the data set"),
        lambda: _begin(upload, found, title, choice),
        lambda fraction: _("Scaling the images: {fraction:.0%}", fraction=fraction),
        type="primary",
        icon=":material/dataset:",
    )
    if name:
        _made(name)
        st.rerun()


def _test_fraction(found: Found, count: int) -> float:
    if found.is_split:
        st.caption(_("The file says which images are for testing. This is kept."))
        return 0.2
    return st.slider(
        _("Test fraction"),
        0.05,
        0.5,
        0.2,
        0.05,
        format="percent",
        key=f"own-share-{count}",
        help=_("Kept aside of each class, and looked at once, when a training has ended."),
    )


def _begin(upload: Upload, found: Found, title: str, choice: Choice) -> Job:
    """Have the data set made and kept; its name comes of it. Raises DataError when it cannot be."""
    who.check_known()
    check_files()
    catalogue, shelf, holder, name = services.catalogue(), services.shelf(), _holder(), own_name(title)
    catalogue.check_free(name)
    check(found, choice)

    def make(report: Callable[[float], None]) -> str:
        catalogue.adopt(name, shelf.make(upload, holder, choice, report))
        return name

    return begin_here(make)


def _made(name: str) -> None:
    """The data set is there: choose it, and say so."""
    who.own("data", [name])
    rules.forget_oldest()
    _discard()
    choose(name)
    MADE.put(name)


def _delete() -> None:
    """The uploaded data sets of this server, each with the button that deletes it."""
    own = [entry for entry in services.catalogue().entries() if entry.source == "own" and entry.listed]
    if not own:
        return
    st.subheader(_("Uploaded to this server"), anchor=False)
    for entry in own:
        with st.container(horizontal=True, vertical_alignment="center"):
            facts = {"count": entry.train + entry.test, "size": sides(entry.input_shape[:2]), "classes": entry.classes}
            told = _("{count:,} images of {size}, {classes} classes", **facts)
            st.markdown(f"**{literal(entry.title)}** :gray[{told}]", width="stretch")
            if not who.may("data", entry.name):
                continue
            with st.popover(_("Delete"), icon=":material/delete:", key=f"own-delete-box-{entry.name}"):
                st.markdown(_("Its runs and models stay. Their test images can no longer be shown."))
                st.button(_("Delete it for everybody"), key=f"own-delete-{entry.name}", on_click=_remove, args=(entry,))


def _remove(entry: Entry) -> None:
    with errors_told(tell=st.toast, kind=RightsError), suppress(DataError):  # somebody else was faster
        who.check("data", entry.name)
        services.catalogue().delete(entry.name)
        services.store().people.disown("data", entry.name)


def _sizes(found: Found) -> list[tuple[int, int]]:
    return sorted({*((side, side) for side in SIDES), _usual(found)})


def _usual(found: Found) -> tuple[int, int]:
    """The images' own size where they agree and it is a small one."""
    own = found.uniform
    return own if own and min(own) >= LEAST_SIDE and max(own) <= SIDES[-1] else (USUAL_SIDE, USUAL_SIDE)
