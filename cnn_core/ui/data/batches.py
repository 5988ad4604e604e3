"""Larger than memory: reading batch by batch, on the chosen data set and as arithmetic for any other."""

import inspect
from pathlib import Path

import pandas as pd
import streamlit as st

from cnn_core.data.datasets import Dataset
from cnn_core.data.looking import batches
from cnn_core.design.arithmetic import sides
from cnn_core.design.memory import readable
from cnn_core.language import _, _n
from cnn_core.lessons.facts import Stored
from cnn_core.ui.kit.goals import record
from cnn_core.ui.kit.sharing import asked, carry

ROOT = Path(__file__).parents[3]
FOLDER_CODE = ROOT / "cnn_core" / "training" / "folder.py"
MEASURED = ROOT / "benchmarks" / "tables" / "memory.md"
DTYPES = {"uint8": 1, "float16": 2, "float32": 4, "float64": 8}  # bytes of one number
LARGEST = (10**9, 10_000, 10_000, 4)  # N, H, W, C


@st.fragment
def batch_reading(data: Dataset) -> None:
    """The generator and what it gives, memory in numbers, and training from a folder on disk."""
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(_("A generator: batch by batch"), anchor=False)
        st.code(inspect.getsource(batches), language="python")
    with right:
        _next(data)
    st.subheader(_("What it saves"), anchor=False)
    _memory(data)
    st.subheader(_("From a folder of images"), anchor=False)
    st.markdown(
        _(
            "Images can stay on the disk. This `keras.utils.PyDataset` opens the files of one batch when Keras asks "
            "for it. {call} trains on any number of images.",
            call="`model.fit(FolderBatches(folder, (64, 64, 3), 32))`",
        )
    )
    with st.expander(_("Its code"), icon=":material/code:", key="batch-code"):
        st.code(FOLDER_CODE.read_text(encoding="utf-8"), language="python")
    if MEASURED.exists():
        _measured(MEASURED.read_text(encoding="utf-8").strip().splitlines())


def _measured(lines: list[str]) -> None:
    """The benchmark's own table, as one that scrolls on a phone, and its note."""
    named = {
        "way": _("way"),
        "data": _("data"),
        "pictures": _("images"),
        "decoded as float32, MiB": _("decoded as float32, MiB"),
        "peak memory, MiB": _("peak memory, MiB"),
        "above Keras alone, MiB": _("above Keras alone, MiB"),
        "batches": _("batch by batch"),
        "whole": _("all at once"),
        "does not fit": _("does not fit"),
    }
    table = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    head, _line, *rows = [[named.get(cell, cell) for cell in row] for row in table]
    st.dataframe(pd.DataFrame(rows, columns=head), hide_index=True, width="stretch", key="batch-measured")
    st.caption(
        _(
            "One epoch of a small network on 256×256 colour JPEGs, in batches of 32; a process that may take 1,024 MiB "
            "beyond Keras. Measured by {record}.",
            record=lines[2].replace("`", "").join("``"),
        )
    )


def _next(data: Dataset) -> None:
    """Really calls next() on the generator."""
    st.subheader(_("next() asks for the next batch"), anchor=False)
    first = asked("size", 32, range(1, 257))
    size = st.slider(_("Batch size"), 1, 256, first, key="batch-size", persist_state="session")
    carry(size=size)
    source = batches(data.x_train, data.y_train, data.classes, min(size, len(data.x_train)))
    next(source)
    images, labels = next(source)
    row = images.shape[1] // 2
    values = ", ".join(f"{value:.2f}" for value in images[0, row, :6, 0])
    lines = [
        f"source = batches(x_train, y_train, {data.classes}, batch_size={size})",
        "images, labels = next(source)  # the first batch",
        "images, labels = next(source)  # the second",
        f"images.shape   # {images.shape}",
        f"images.dtype   # {images.dtype}",
        f"images.nbytes  # {images.nbytes:,}, that is {readable(images.nbytes)}",
        f"images[0, {row}, :6, 0]  # [{values}]",
        f"labels.shape   # {labels.shape}",
        f"labels[0]      # {labels[0, :12].astype(int).tolist()}",
    ]
    st.code("\n".join(lines), language="python")


def _memory(data: Dataset) -> None:
    """The bytes of the whole and of a batch, for any numbers."""
    labels = {"N": _("N, images"), "H": _("H, px"), "W": _("W, px"), "C": _("C, channels")}
    fields = zip(labels.items(), data.x_train.shape, LARGEST, strict=True)
    types = list(DTYPES)
    with st.grid(6, min_column_width=110, gap="small"):
        number, height, width, channels = (
            _whole(letter, label, largest, value, f"batch-{data.name}-{letter}")
            for (letter, label), value, largest in fields
        )
        dtype = st.selectbox("dtype", types, index=types.index(asked("dtype", "float32", types)), key="batch-dtype")
        batch = _whole("batch", _("Batch"), LARGEST[0], 32, "batch-images")
    carry(dtype=dtype)
    one = height * width * channels * DTYPES[dtype]
    left, right = st.columns(2)
    left.metric(_("All at once"), readable(number * one))
    right.metric(_("One batch"), readable(min(batch, number) * one))
    record(Stored(number * one, min(batch, number) * one))
    told = _n(
        "One image: {shape} numbers of {n} byte, {size}.",
        "One image: {shape} numbers of {n} bytes, {size}.",
        DTYPES[dtype],
        shape=sides((height, width, channels)),
        size=readable(one),
    )
    st.caption(told)


def _whole(name: str, label: str, largest: int, value: int, key: str) -> int:
    """A box for a whole number; the page's link has it by this name."""
    number = st.number_input(label, 1, largest, asked(name, value, range(1, largest + 1), key), key=key)
    carry(**{name: number})
    return number
