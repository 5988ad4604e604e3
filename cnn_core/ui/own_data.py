"""Bring your own pictures: send a file, see what was found in it, choose how to work with it, keep it or delete it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import PurePath

import numpy as np
import pandas as pd
import streamlit as st

from cnn_core.data.datasets import Entry
from cnn_core.data.found import LEAST_SIDE, Found, arrays, own_name
from cnn_core.data.own import KINDS, read_upload
from cnn_core.design.memory import readable
from cnn_core.errors import DataError, StudioError
from cnn_core.settings import MIB, settings
from cnn_core.ui import services, state
from cnn_core.ui.errors import show_error
from cnn_core.ui.wording import literal

SIDES = (28, 32, 48, 64, 96, 128, 160, 224)
USUAL_SIDE = 64
FEW = 10  # pictures of a class below which a score says little
MOST_LISTED = 1000
HOW = (
    "**A zip** with one folder for each class and its pictures (jpg, png, webp) in it, **a CSV** with rows of "
    "`label, pixel0, pixel1, …`, or **an .npz** with `x_train`, `y_train`, `x_test`, `y_test`."
)


def own_data() -> None:
    """The whole way from a file to a data set, and the data sets that came this way."""
    if made := state.get("own.made"):
        st.success(made, icon=":material/check_circle:")
        state.put("own.made", None)
    count = state.get("own.count", 0)
    st.markdown(HOW)
    file = st.file_uploader(
        "Your pictures", KINDS, key=f"own-file-{count}", max_upload_size=settings().max_dataset_bytes // MIB
    )
    if file is None:
        state.put("own.found", None)
    elif found := _found(file):
        _report(found)
        _make(found, PurePath(file.name).stem, count)
    _delete()


def _found(file) -> Found | None:
    """What is in the file, read once; an error in words when it is no data set."""
    kept = state.get("own.found")
    if kept is None or kept[0] != file.file_id:
        with _progress("Reading your file") as report:
            try:
                kept = (file.file_id, read_upload(file.name, file.getvalue(), settings(), report))
            except DataError as error:
                kept = (file.file_id, str(error))
        state.put("own.found", kept)
    if isinstance(kept[1], Found):
        return kept[1]
    show_error(kept[1], ":material/broken_image:")
    return None


def _report(found: Found) -> None:
    """Classes, counts, sizes and colour; what was left out and why."""
    counts = np.bincount(found.labels, minlength=len(found.class_names))
    smallest, largest = found.sizes
    sizes = _sides(smallest) if found.uniform else f"{_sides(smallest)} to {_sides(largest)}"
    with st.grid(3, min_column_width=100, gap="small"):
        st.metric("Pictures", f"{len(found.items):,}")
        st.metric("Classes", len(found.class_names))
        st.metric("In colour", f"{found.colour:,}")
    listed = ", ".join(
        f"{literal(name)} {count:,}" for name, count in list(zip(found.class_names, counts, strict=True))[:30]
    )
    st.markdown(f"Found: {listed}{', …' if len(counts) > 30 else ''}. Sizes: {sizes} px.")
    if counts.min() < FEW:
        name = literal(found.class_names[int(counts.argmin())])
        st.warning(f"{name} has only {counts.min()} pictures: its score will say little.", icon=":material/info:")
    if found.left_out:
        with st.expander(f"{len(found.left_out):,} left out, and why", icon=":material/rule:"):
            rows = [(one.what, one.why) for one in found.left_out[:MOST_LISTED]]
            st.dataframe(pd.DataFrame(rows, columns=["what", "why"]), hide_index=True, width="stretch")


def _make(found: Found, stem: str, count: int) -> None:
    """The choices, what they come to, and the button."""
    left, middle, right = st.columns(3, gap="medium")
    title = left.text_input("Name", stem[:40], max_chars=40, key=f"own-name-{count}")
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
    needed = len(found.items) * size[0] * size[1] * (3 if colour else 1)
    st.caption(f"{len(found.items):,} pictures of {_sides(size)}: {readable(needed)} in memory.")
    if st.button("Make the data set", type="primary", icon=":material/dataset:"):
        try:
            _save(found, title, size, colour, share)
        except StudioError as error:
            show_error(error)
        else:
            state.put("own.count", count + 1)
            st.rerun()


def _save(found: Found, title: str, size: tuple[int, int], colour: bool, share: float) -> None:
    name = own_name(title)
    if services.catalogue().version(name):
        raise DataError("There is a data set of this name already.", todo="Choose another name, or delete that one.")
    with _progress("Scaling the pictures") as report:
        made = arrays(found, size, colour=colour, test_share=share, progress=report)
        saved = services.catalogue().save(name, made)
    state.put("dataset", name)
    state.put("own.found", None)
    facts = f"{len(saved.x_train):,} training and {len(saved.x_test):,} test pictures of {_sides(size)}"
    state.put("own.made", f"**{literal(saved.title)}** is ready: {facts}. It is chosen now, on every page.")


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


@contextmanager
def _progress(text: str) -> Iterator[Callable[[float], None]]:
    """A bar for as long as the work takes; what `with` gives takes the share that is done."""
    bar = st.progress(0.0, f"{text}…")
    try:
        yield lambda share: bar.progress(share, f"{text}: {share:.0%}")
    finally:
        bar.empty()


def _sizes(found: Found) -> list[tuple[int, int]]:
    return sorted({*((side, side) for side in SIDES), _usual(found)})


def _usual(found: Found) -> tuple[int, int]:
    """The pictures' own size where they agree and it is a small one."""
    own = found.uniform
    return own if own and min(own) >= LEAST_SIDE and max(own) <= SIDES[-1] else (USUAL_SIDE, USUAL_SIDE)


def _sides(size: tuple[int, int]) -> str:
    return f"{size[0]} × {size[1]}"
