"""A data set to look at: how many of what, samples and means of the classes, one picture as numbers."""

import numpy as np
import pandas as pd
import streamlit as st

from cnn_core.data.datasets import MNIST, Dataset
from cnn_core.data.looking import class_means, samples, sheet
from cnn_core.figures.counts import counts_figure, describe_counts
from cnn_core.figures.template import STILL
from cnn_core.ui.kit import services, session
from cnn_core.ui.kit.wording import literal

MOST_CLASSES = 10  # shown at a time
SAMPLES = 8  # of each class
TILE, MEAN, LARGE = 56, 64, 224  # px
EXAMPLE = {MNIST: 9487}
"""The picture that is shown first; for MNIST the example of the notes this studio is built from."""
CHANNELS = {1: ("Grayscale",), 3: ("Red", "Green", "Blue")}
NUMBERS_SIDE = 64  # rows and columns of numbers that can still be read
NUMBERS_LOOK = (  # st.code has no smaller letters, and hides its bar
    "font: 12px/1.6 'Source Code Pro', monospace; margin: 0; max-height: 560px; overflow: auto; "
    "scrollbar-color: #757a87 transparent; scrollbar-width: thin"
)


@st.fragment
def overview(data: Dataset) -> None:
    """Counts per class and split, samples of each class, the mean picture of each class."""
    pages = -(-data.classes // MOST_CLASSES)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        page = 1
        if pages > 1:
            page = st.number_input(f"Classes, page of {pages}", 1, pages, width=160)
        st.button("Other pictures", icon=":material/casino:", on_click=_shuffle)
    shown = range((page - 1) * MOST_CLASSES, min(page * MOST_CLASSES, data.classes))
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.subheader("Training pictures by class", anchor=False)
        _samples(data, shown)
    with right:
        st.subheader("How many", anchor=False)
        train, test = (np.bincount(y, minlength=data.classes)[shown] for y in (data.y_train, data.y_test))
        names = [data.class_names[label] for label in shown]
        words = describe_counts(train, test, names)
        st.plotly_chart(counts_figure(train, test, names), key="browse-counts", config=STILL, alt=words)
        st.subheader("Mean of each class", anchor=False, help="Every pixel is the mean of all training pictures.")
        means = _means(data.name, services.catalogue().version(data.name))
        pictures = [means[label].squeeze() for label in shown]
        st.image(pictures, [literal(name) for name in names], width=MEAN, alt=[f"Mean of {name}" for name in names])


def _shuffle() -> None:
    session.put("browse.seed", session.get("browse.seed", 0) + 1)


def _samples(data: Dataset, shown: range) -> None:
    seed = session.get("browse.seed", 0)
    for label in shown:
        chosen = samples(data.y_train, label, SAMPLES, seed)
        name = data.class_names[label]
        if len(chosen):
            st.image(sheet(data.x_train[chosen], TILE), literal(name), alt=f"{len(chosen)} pictures of {name}")


@st.cache_resource(show_spinner=False, max_entries=8)
def _means(name: str, version: int) -> np.ndarray:
    data = services.dataset(name)
    return class_means(data.x_train, data.y_train, data.classes)


@st.fragment
def one_picture(data: Dataset) -> None:
    """One picture as picture and as numbers, its label as one-hot vector, its shape in both layouts."""
    channels = CHANNELS[data.input_shape[2]]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        part = st.segmented_control("Split", ["Training", "Test"], default="Training", required=True, key="browse-part")
        x, y = (data.x_train, data.y_train) if part == "Training" else (data.x_test, data.y_test)
        first = min(EXAMPLE.get(data.name, 0), len(x) - 1) if part == "Training" else 0
        index = st.number_input(
            f"Number, 0 to {len(x) - 1:,}", 0, len(x) - 1, first, width=220, key=f"browse-index-{data.name}-{part}"
        )
        channel = 0
        if len(channels) > 1:
            channel = channels.index(
                st.segmented_control("Channel", channels, default="Red", required=True, key="browse-channel")
            )
    image, label = x[index], int(y[index])
    name = "x_train" if part == "Training" else "x_test"
    left, right = st.columns([1, 2], gap="large")
    with left:
        _picture(image, data.class_names[label], channels)
    with right:
        _label(label, data)
        _shapes(image, name, len(x))
    _numbers(image[..., channel], f"{name}[{index}][..., {channel}]")


def _picture(image: np.ndarray, name: str, channels: tuple[str, ...]) -> None:
    st.image(sheet(image[np.newaxis], LARGE), f"**{literal(name)}**", width=LARGE, alt=f"The picture: {name}")
    if len(channels) == 3:
        apart = [sheet((image * mask)[np.newaxis], LARGE // 3) for mask in np.eye(3, dtype=np.uint8)]
        st.image(apart, list(channels), width=LARGE // 3 - 12, alt=[f"Its {name.lower()} channel" for name in channels])


def _numbers(values: np.ndarray, code: str) -> None:
    """(H, W) values in columns: the 28 of a digit fit beside the sidebar; what is wider scrolls, with its bar shown."""
    lines = [" ".join(f"{value:3d}" for value in row[:NUMBERS_SIDE]) for row in values[:NUMBERS_SIDE]]
    cut = f" (the first {NUMBERS_SIDE} rows and columns)" if max(values.shape) > NUMBERS_SIDE else ""
    st.caption(f"`{code}`: {values.shape[0]} × {values.shape[1]} numbers from 0 (black) to 255 (bright){cut}")
    lines = "\n".join(lines)
    st.html(f'<pre style="{NUMBERS_LOOK}" tabindex="0" aria-label="The numbers, row by row">{lines}</pre>')


def _label(label: int, data: Dataset) -> None:
    """The label as the loss sees it: one place of the vector is 1."""
    name = literal(data.class_names[label])
    st.markdown(f"**Label {label}, {name}.** As a one-hot vector, which the network's probabilities are compared with:")
    start = min(max(0, label - MOST_CLASSES // 2), max(0, data.classes - MOST_CLASSES))
    shown = range(start, min(start + MOST_CLASSES, data.classes))
    hot = np.eye(data.classes, dtype=int)[label, shown]
    st.table(pd.DataFrame([hot], index=["one-hot"], columns=[literal(data.class_names[place]) for place in shown]))


def _shapes(image: np.ndarray, name: str, number: int) -> None:
    """The two ways to lay out a picture: the same numbers in another order."""
    last, front = image.shape, np.moveaxis(image, -1, 0).shape
    shapes = {"channels_last": last, "channels_first": front}
    rows = {kind: [_tuple(shape), _tuple((number, *shape))] for kind, shape in shapes.items()}
    st.table(pd.DataFrame(rows, index=["this picture", literal(name)]))
    st.code(f"# channels_last to channels_first\nnp.moveaxis({name}, -1, 1)", language="python")


def _tuple(shape: tuple[int, ...]) -> str:
    return "(" + ", ".join(map(str, shape)) + ")"
