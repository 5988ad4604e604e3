"""Bring your own pictures: send a file, see what was found in it, choose how to work with it, keep it or delete it."""

from collections.abc import Callable
from pathlib import PurePath
from uuid import uuid4

import pandas as pd
import streamlit as st

from cnn_core.data.datasets import Entry
from cnn_core.data.upload.found import LEAST_SIDE, Found, own_name
from cnn_core.data.upload.make import Choice, check
from cnn_core.data.upload.shelf import Upload
from cnn_core.design.memory import readable
from cnn_core.engine.job import Job, begin_here
from cnn_core.errors import DataError, StudioError
from cnn_core.settings import MB, settings
from cnn_core.ui.kit import jobs, services, session
from cnn_core.ui.kit.upload_box import let_go, upload_box
from cnn_core.ui.kit.wording import literal

SIDES = (28, 32, 48, 64, 96, 128, 160, 224)
USUAL_SIDE = 64
FEW = 10  # pictures of a class below which a score says little
HOW = (
    "**A zip** with one folder for each class and its pictures (jpg, png, webp) in it, **a CSV** with rows of "
    "`label, pixel0, pixel1, …`, or **an .npz** with `x_train`, `y_train`, `x_test`, `y_test`."
)
TOO_LARGE = "send fewer or smaller pictures"
FILE, UPLOAD, PROBLEM = "own.file", "own.upload", "own.problem"
LOOK, MAKE = "own-look", "own-make"


def own_data() -> None:
    """The whole way from a file to a data set, and the data sets that came this way."""
    if made := session.get("own.made"):
        st.success(made, icon=":material/check_circle:")
        session.put("own.made", None)
    count = session.get("own.count", 0)
    st.markdown(HOW)
    most = settings().max_dataset_bytes
    key = f"studio.{FILE}{count}"
    upload_box("Your pictures", most, TOO_LARGE, key=key, on_change=_receive, args=(count,))
    problem = st.container()
    upload = session.get(UPLOAD)
    if upload and (found := _found(upload)):
        _report(upload, found)
        _make(upload, found, count)
    if text := session.get(PROBLEM):
        problem.error(literal(text), icon=":material/broken_image:")
    _delete()


def _receive(count: int) -> None:
    """Put the file on the server's disk and forget it otherwise; the next one comes under a new key."""
    file = session.get(f"{FILE}{count}")
    if file is None:
        return
    _discard()
    try:
        session.put(UPLOAD, services.shelf().keep(file.name, file.getvalue(), _holder()))
    except DataError as error:
        session.put(PROBLEM, f"{file.name}: {error}")
    let_go(file)
    session.put("own.count", count + 1)


def _discard() -> None:
    """Forget the file, and whatever is being done with it."""
    session.put(PROBLEM, None)
    for key in (LOOK, MAKE):
        jobs.stop(key)
    if upload := session.get(UPLOAD):
        session.put(UPLOAD, None)
        services.shelf().release(upload, _holder())


def _holder() -> str:
    """Who this visitor is to the shelf."""
    if session.get("own.holder") is None:
        session.put("own.holder", uuid4().hex)
    return session.get("own.holder")


def _found(upload: Upload) -> Found | None:
    """What is in the file; None while it is read, and, with the problem in words, when it is no data set."""
    shelf, holder = services.shelf(), _holder()

    def refuse(error: StudioError) -> None:
        _discard()
        session.put(PROBLEM, f"{upload.name}: {error}")

    try:
        if found := shelf.looked(upload, holder):
            jobs.stop(LOOK)  # another visitor has sent the same file, and theirs was quicker
            return found
    except DataError as error:
        refuse(error)
        return None
    jobs.start(LOOK, lambda: begin_here(lambda report: shelf.look(upload, holder, report)))
    name = literal(upload.name)
    return jobs.follow(LOOK, lambda fraction: f"Reading {name}: {fraction:.0%}", refuse, _discard)


def _report(upload: Upload, found: Found) -> None:
    """Classes, counts, sizes and colour; what was left out and why."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{literal(upload.name)}** :gray[{upload.size / MB:,.1f} MB]", width="stretch")
        st.button("Discard", icon=":material/close:", on_click=_discard)
    sizes = _sides(found.smallest) if found.uniform else f"{_sides(found.smallest)} to {_sides(found.largest)}"
    with st.grid(3, min_column_width=100, gap="small"):
        st.metric("Pictures", f"{found.pictures:,}")
        st.metric("Classes", len(found.class_names))
        st.metric("In colour", f"{found.colour:,}")
    counted = list(zip(found.class_names, found.counts, strict=True))
    listed = ", ".join(f"{literal(name)} {count:,}" for name, count in counted[:30])
    st.markdown(f"Found: {listed}{', …' if len(counted) > 30 else ''}. Sizes: {sizes} px.")
    fewest, count = min(counted, key=lambda one: one[1])
    if count < FEW:
        st.warning(f"{literal(fewest)} has only {count} pictures: its score will say little.", icon=":material/info:")
    if found.left_out:
        with st.expander(f"{found.left_out_count:,} left out, and why", icon=":material/rule:"):
            rows = [(one.what, one.why) for one in found.left_out]
            st.dataframe(pd.DataFrame(rows, columns=["what", "why"]), hide_index=True, width="stretch")
            if found.left_out_count > len(rows):
                st.caption(f"The first {len(rows):,} are shown.")


def _make(upload: Upload, found: Found, count: int) -> None:
    """The choices, what they come to, and the button."""
    left, middle, right = st.columns(3, gap="medium")
    title = left.text_input("Name", PurePath(upload.name).stem[:40], max_chars=40, key=f"own-name-{count}")
    size = middle.selectbox(
        "Size to work at",
        _sizes(found),
        format_func=_sides,
        index=_sizes(found).index(_usual(found)),
        help="The middle of each picture is cropped to this shape and scaled. Larger pictures train more slowly.",
        key=f"own-size-{count}",
    )
    colour = left.toggle("In colour", found.colour > 0, key=f"own-colour-{count}", help="3 channels; otherwise 1.")
    share = 0.2
    if found.is_split:
        right.caption("The file says which pictures are for testing; this is kept.")
    else:
        share = right.slider(
            "Test share",
            0.05,
            0.5,
            0.2,
            0.05,
            format="percent",
            key=f"own-share-{count}",
            help="Kept aside of each class, and looked at once when a training has ended.",
        )
    choice = Choice(size, colour, share)
    st.caption(f"{found.pictures:,} pictures of {_sides(size)}: {readable(choice.bytes(found.pictures))} in memory.")
    name = jobs.offer(
        MAKE,
        "Make the data set",
        lambda: _begin(upload, found, title, choice),
        lambda fraction: f"Scaling the pictures: {fraction:.0%}",
        type="primary",
        icon=":material/dataset:",
    )
    if name:
        _made(name)
        st.rerun()


def _begin(upload: Upload, found: Found, title: str, choice: Choice) -> Job:
    """Have the data set made and kept; its name comes of it. Raises DataError when it cannot be."""
    catalogue, shelf, holder, name = services.catalogue(), services.shelf(), _holder(), own_name(title)
    catalogue.check_free(name)
    check(found, choice)

    def make(report: Callable[[float], None]) -> str:
        catalogue.adopt(name, shelf.make(upload, holder, choice, report))
        return name

    return begin_here(make)


def _made(name: str) -> None:
    """The data set is there: choose it, and say so."""
    _discard()
    session.put("dataset", name)
    if saved := services.entry(name):
        facts = f"{saved.train:,} training and {saved.test:,} test pictures of {_sides(saved.input_shape[:2])}"
        session.put("own.made", f"**{literal(saved.title)}** is ready: {facts}. It is chosen now, on every page.")


def _delete() -> None:
    """The uploaded data sets of this server, each with the button that deletes it."""
    own = [entry for entry in services.catalogue().entries() if entry.source == "own"]
    if not own:
        return
    st.subheader("Uploaded to this server", anchor=False)
    for entry in own:
        with st.container(horizontal=True, vertical_alignment="center"):
            facts = f"{entry.train + entry.test:,} pictures of {_sides(entry.input_shape[:2])}"
            st.markdown(f"**{literal(entry.title)}** :gray[{facts}, {entry.classes} classes]", width="stretch")
            with st.popover("Delete", icon=":material/delete:"):
                st.markdown("Its runs and models stay, their test pictures can no longer be shown.")
                st.button("Delete it for everybody", key=f"own-delete-{entry.name}", on_click=_remove, args=(entry,))


def _remove(entry: Entry) -> None:
    try:
        services.catalogue().delete(entry.name)
    except DataError:
        return  # somebody else was faster


def _sizes(found: Found) -> list[tuple[int, int]]:
    return sorted({*((side, side) for side in SIDES), _usual(found)})


def _usual(found: Found) -> tuple[int, int]:
    """The pictures' own size where they agree and it is a small one."""
    own = found.uniform
    return own if own and min(own) >= LEAST_SIDE and max(own) <= SIDES[-1] else (USUAL_SIDE, USUAL_SIDE)


def _sides(size: tuple[int, int]) -> str:
    return f"{size[0]} × {size[1]}"
