"""A data set to look at: how many of what, samples and means of the classes, one image as numbers."""

from html import escape

import numpy as np
import pandas as pd
import streamlit as st

from cnn_core.data.datasets import MNIST, Dataset
from cnn_core.data.looking import class_means, samples, sheet
from cnn_core.design.arithmetic import sides
from cnn_core.figures.counts import counts_figure, describe_counts
from cnn_core.figures.template import STILL
from cnn_core.language import N_, _, _n
from cnn_core.lessons.facts import Looked
from cnn_core.ui.kit import services
from cnn_core.ui.kit.goals import record
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.sharing import asked, carry, follow, whole
from cnn_core.ui.kit.wording import literal

MOST_CLASSES = 10  # shown at a time
SAMPLES = 8  # of each class
TILE, MEAN, LARGE = 56, 64, 224  # px
EXAMPLE = {MNIST: 9487}
"""The image that is shown first; for MNIST the example of the notes this studio is built from."""
CHANNELS = {"red": N_("Red"), "green": N_("Green"), "blue": N_("Blue")}
PARTS = {"train": N_("Training"), "test": N_("Test")}
ALTS = {"train": N_("Training image {number}: {name}"), "test": N_("Test image {number}: {name}")}
SAMPLE_SEED: Slot[int] = Slot("browse.seed", 0)
MOST_SHUFFLES = 1_000_000
NUMBERS_SIDE = 64  # rows and columns of numbers that can still be read
NUMBERS_LOOK = (  # st.code has no smaller letters, and hides its bar
    "font: 12px/1.6 'Source Code Pro', monospace; margin: 0; max-height: 560px; overflow: auto; "
    "scrollbar-color: #757a87 transparent; scrollbar-width: thin"
)


@st.fragment
def overview(data: Dataset) -> None:
    """Counts per class and split, samples of each class, the mean image of each class."""
    pages = -(-data.classes // MOST_CLASSES)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        page = 1
        if pages > 1:
            label, key = _("Classes, page of {pages}", pages=pages), f"browse-page-{data.name}"
            first = asked("classes", 1, range(1, pages + 1), key)
            page = st.number_input(label, 1, pages, first, width=160, key=key)
            carry(classes=page)
        st.button(_("Other images"), icon=":material/casino:", on_click=_shuffle, key="browse-shuffle")
    follow("shuffle", lambda value: SAMPLE_SEED.put(whole(value, MOST_SHUFFLES)))
    carry(shuffle=SAMPLE_SEED.get())
    shown = range((page - 1) * MOST_CLASSES, min(page * MOST_CLASSES, data.classes))
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.subheader(_("Training images by class"), anchor=False)
        _samples(data, shown)
    with right:
        st.subheader(_("How many"), anchor=False)
        train, test = (np.bincount(y, minlength=data.classes)[shown] for y in (data.y_train, data.y_test))
        names = [data.class_names[label] for label in shown]
        alt = describe_counts(train, test, names)
        st.plotly_chart(counts_figure(train, test, names), key="browse-counts", config=STILL, alt=alt)
        told = _("Every pixel is the mean of this pixel in all training images of the class.")
        st.subheader(_("Mean of each class"), anchor=False, help=told)
        means = _means(data.name, services.catalogue().version(data.name))
        images, alts = [means[label].squeeze() for label in shown], [_("Mean of {name}", name=name) for name in names]
        st.image(images, [literal(name) for name in names], width=MEAN, alt=alts)


def _shuffle() -> None:
    SAMPLE_SEED.put(SAMPLE_SEED.get() + 1)


def _samples(data: Dataset, shown: range) -> None:
    for label in shown:
        chosen = samples(data.y_train, label, SAMPLES, SAMPLE_SEED.get())
        name = data.class_names[label]
        if len(chosen):
            alt = _n("{n} image of {name}", "{n} images of {name}", len(chosen), name=name)
            st.image(sheet(data.x_train[chosen], TILE), literal(name), alt=alt)


@st.cache_resource(show_spinner=False, max_entries=8)
def _means(name: str, version: int) -> np.ndarray:
    data = services.dataset(name)
    return class_means(data.x_train, data.y_train, data.classes)


@st.fragment
def one_image(data: Dataset) -> None:
    """One image as an image and as numbers, its label as one-hot vector, its shape in both layouts."""
    colour = data.input_shape[2] == len(CHANNELS)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        part = _choose("split", _("Split"), PARTS, "browse-part")
        x, y = (data.x_train, data.y_train) if part == "train" else (data.x_test, data.y_test)
        first = min(EXAMPLE.get(data.name, 0), len(x) - 1) if part == "train" else 0
        number = _("Image number, 0 to {last:,}", last=len(x) - 1)
        key = f"browse-index-{data.name}-{part}"
        first = asked("image", first, range(len(x)), key)
        index = st.number_input(number, 0, len(x) - 1, first, width=220, key=key)
        carry(image=index)
        channels = list(CHANNELS)
        channel = channels.index(_choose("channel", _("Channel"), CHANNELS, "browse-channel")) if colour else 0
    image, label = x[index], int(y[index])
    called = data.class_names[label]
    name = "x_train" if part == "train" else "x_test"
    left, right = st.columns([1, 2], gap="large")
    with left:
        _large(image, called, _(ALTS[part], number=index, name=called))
    with right:
        _label(label, data)
        _shapes(image, name, len(x))
    _numbers(image[..., channel], f"{name}[{index}][..., {channel}]")
    record(Looked(part, called))


def _choose(name: str, label: str, options: dict[str, str], key: str) -> str:
    """One of the options by its key, at first the one that the link has by this name, or the first one."""
    first = asked(name, next(iter(options)), list(options))
    shown = lambda option: _(options[option])  # noqa: E731 - translated each time it is shown
    chosen = st.segmented_control(label, list(options), default=first, required=True, format_func=shown, key=key)
    carry(**{name: chosen})
    return chosen


def _large(image: np.ndarray, name: str, alt: str) -> None:
    """The image, and below it its channels, where it has three."""
    st.image(sheet(image[np.newaxis], LARGE), f"**{literal(name)}**", width=LARGE, alt=alt)
    if image.shape[2] == len(CHANNELS):
        apart = [sheet((image * mask)[np.newaxis], LARGE // 3) for mask in np.eye(3, dtype=np.uint8)]
        channels = [_(channel) for channel in CHANNELS.values()]
        alts = [_("Channel: {name}", name=channel) for channel in channels]
        st.image(apart, channels, width=LARGE // 3 - 12, alt=alts)


def _numbers(values: np.ndarray, code: str) -> None:
    """(H, W) values in columns: the 28 of a digit fit beside the sidebar; what is wider scrolls, with its bar shown."""
    lines = [" ".join(f"{value:3d}" for value in row[:NUMBERS_SIDE]) for row in values[:NUMBERS_SIDE]]
    told = [_("`{code}`: {shape} numbers from 0 (black) to 255 (bright)", code=code, shape=sides(values.shape))]
    if max(values.shape) > NUMBERS_SIDE:
        told.append(_("the first {count} rows and columns", count=NUMBERS_SIDE))
    st.caption(" · ".join(told))
    text, label = "\n".join(lines), escape(_("The numbers, row by row"))
    st.html(f'<pre style="{NUMBERS_LOOK}" tabindex="0" aria-label="{label}">{text}</pre>')


def _label(label: int, data: Dataset) -> None:
    """The label as the loss sees it: one place of the vector is 1."""
    name = literal(data.class_names[label])
    told = _("Label {label}: {name}", label=label, name=name)
    st.markdown(f"**{told}**")
    st.markdown(_("As a one-hot vector, which training compares with the network's probabilities:"))
    start = min(max(0, label - MOST_CLASSES // 2), max(0, data.classes - MOST_CLASSES))
    shown = range(start, min(start + MOST_CLASSES, data.classes))
    hot = np.eye(data.classes, dtype=int)[label, shown]
    st.table(pd.DataFrame([hot], index=["one-hot"], columns=[literal(data.class_names[place]) for place in shown]))


def _shapes(image: np.ndarray, name: str, number: int) -> None:
    """The two ways to lay out an image: the same numbers in another order."""
    last, front = image.shape, np.moveaxis(image, -1, 0).shape
    shapes = {"channels_last": last, "channels_first": front}
    rows = {kind: [_tuple(shape), _tuple((number, *shape))] for kind, shape in shapes.items()}
    st.table(pd.DataFrame(rows, index=[_("this image"), literal(name)]))
    st.code(f"# channels_last to channels_first\nnp.moveaxis({name}, -1, 1)", language="python")


def _tuple(shape: tuple[int, ...]) -> str:
    return "(" + ", ".join(map(str, shape)) + ")"
