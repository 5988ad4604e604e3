"""What a run came to on the test set: the scores, the confusion matrix, and the pictures behind each of its cells."""

import numpy as np
import streamlit as st

from cnn_core.errors import StudioError
from cnn_core.figures.confusion import confusion_figure, describe_confusion, mistakes
from cnn_core.figures.template import STILL, percent
from cnn_core.runs.predictions import Predictions
from cnn_core.runs.run import Run
from cnn_core.runs.state import RunState
from cnn_core.ui import pages
from cnn_core.ui.kit import services, wording
from cnn_core.ui.kit.errors import show_error
from cnn_core.ui.train.panel import show_metrics
from cnn_core.ui.train.raw_pixels import other_sides, raw_pixels_words
from cnn_core.ui.train.setup import start

SHOWN = 40  # pictures in the grid at a time
PICTURE = 64  # px
GUESSING = 1.2  # times the share of the most frequent class: an accuracy below is luck


def results(run: Run, state: RunState) -> None:
    """Scores and test pictures of a run that has been tested."""
    st.subheader("On the test set", anchor=False, help="Pictures kept aside from the start and looked at once, now.")
    confusion = np.array(state.tested.confusion)
    show_metrics(
        {
            "Test accuracy": f"{state.tested.accuracy:.2%}",
            "Test loss": f"{state.tested.loss:.4f}",
            "Mistakes": f"{confusion.sum() - confusion.trace():,} of {confusion.sum():,}",
            "Time": wording.duration(state.seconds),
        }
    )
    most = confusion.sum(axis=1).max() / confusion.sum()
    if state.tested.accuracy <= GUESSING * most:
        raw = run.recipe.pixels == "raw"
        todo = "another seed or scaled pixels" if raw else "a learning rate ten times smaller, or more epochs"
        st.warning(
            f"To name always the same class would be right {most:.0%} of the time, and this network does no better. "
            f"Its training has not worked: try {todo}.",
            icon=":material/casino:",
        )
    if run.recipe.pixels == "raw":
        _raw_pixels(run)
    try:
        dataset = services.dataset(run.dataset)
    except StudioError as error:
        show_error(f"The test pictures cannot be shown. {error}", ":material/image_not_supported:", st.warning)
        return
    predictions = services.predictions(run.id, run.dataset)
    if predictions is not None:
        with st.container():
            _browse(state, predictions, dataset.x_test, dataset.class_names)


def _raw_pixels(run: Run) -> None:
    """What they may do, and one click to see the same run without them, or with another start."""
    st.caption(raw_pixels_words())
    with st.container(horizontal=True):
        for name, recipe in other_sides(run.recipe).items():
            if st.button(f"Train with {name}", icon=":material/replay:", key=f"results-other-{name}"):
                st.switch_page(pages.RUN, query_params={"run": start(run.network, recipe, run.dataset).id})


@st.fragment
def _browse(state: RunState, predictions: Predictions, images: np.ndarray, names: tuple[str, ...]) -> None:
    """The matrix beside the pictures; a click on a cell shows exactly its pictures."""
    left, right = st.columns(2)
    with left:
        event = st.plotly_chart(
            confusion_figure(np.array(state.tested.confusion), names),
            key="results-confusion",
            on_select="rerun",
            selection_mode="points",
            config=STILL,
            alt=describe_confusion(np.array(state.tested.confusion), names),
        )
        st.caption("Click a cell to see its pictures, and again to let go of it.")
    points = event.selection.points
    cell = tuple(points[0]["customdata"]) if points else None
    with right:
        chosen, title = _choose(state, predictions, cell, names)
        _pictures(chosen, title, predictions, images, names)


def _choose(
    state: RunState, predictions: Predictions, cell: tuple[int, int] | None, names: tuple[str, ...]
) -> tuple[np.ndarray, str]:
    """The pictures to show and what to call them: those of the clicked cell, else those of the box's choice."""
    made = mistakes(np.array(state.tested.confusion))
    options = ["Any picture", "All mistakes", *made]
    # The box offers the cells too: a matrix cannot be clicked by keyboard, and hardly by thumb.
    choice = st.selectbox(
        "Show",
        options,
        format_func=lambda option: option if isinstance(option, str) else _read_as(*option, names),
        disabled=cell is not None,
        key="results-which",
    )
    if cell is None and not isinstance(choice, str):
        cell = choice[:2]
    if cell is not None:
        chosen = predictions.cell(*map(int, cell))
        return chosen, f"{_read_as(*map(int, cell), len(chosen), names)}, the least sure first"
    if choice == "All mistakes":
        chosen = predictions.mistakes()
        return chosen, f"{len(chosen):,} mistakes, the surest first"
    return predictions.all(), "Test pictures in random order"


def _read_as(true: int, predicted: int, count: int, names: tuple[str, ...]) -> str:
    return f"{names[true]} read as {names[predicted]}: {count:,}"


def _pictures(
    chosen: np.ndarray, title: str, predictions: Predictions, images: np.ndarray, names: tuple[str, ...]
) -> None:
    """A grid of up to SHOWN pictures, each with what it is and what was read, and pages when there are more."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{wording.literal(title)}**", width="stretch")
        pages = -(-len(chosen) // SHOWN)
        page = 1
        if pages > 1:
            page = st.number_input(
                "Page", 1, pages, key=f"results-page-{title}", width=120, label_visibility="collapsed"
            )
            st.caption(f"of {pages}", width="content")
    if not len(chosen):
        st.info("No picture here." if len(predictions.true) else "There are no test pictures.", icon=":material/check:")
        return
    part = chosen[(page - 1) * SHOWN : page * SHOWN]
    captions = [_caption(names[predictions.true[i]], names[predictions.predicted[i]]) for i in part]
    with st.container(height=430, border=False):
        st.image([images[i].squeeze() for i in part], caption=captions, width=PICTURE)
    sure = predictions.confidence[part]
    st.caption(f"The network was {percent(float(sure.min()))} to {percent(float(sure.max()))} sure of these.")


def _caption(true: str, predicted: str) -> str:
    return wording.literal(f"{true} ✓" if true == predicted else f"{true} → {predicted}")
