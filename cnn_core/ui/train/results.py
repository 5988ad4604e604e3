"""What a run came to on the test set: the scores, the confusion matrix, and the images behind each of its cells."""

from typing import NamedTuple

import numpy as np
import streamlit as st

from cnn_core.figures.confusion import confusion_figure, describe_confusion, mistakes
from cnn_core.figures.template import STILL, percent
from cnn_core.language import _
from cnn_core.runs.predictions import Predictions
from cnn_core.runs.run import Run
from cnn_core.runs.state import RunState
from cnn_core.ui import pages
from cnn_core.ui.kit import services, wording
from cnn_core.ui.kit.errors import errors_told
from cnn_core.ui.kit.sharing import asked, carry
from cnn_core.ui.train.panel import show_metrics
from cnn_core.ui.train.raw_pixels import other_sides, raw_pixels_words
from cnn_core.ui.train.setup import start

AT_ONCE = 40  # images in the grid
IMAGE = 64  # px
GUESSING = 1.2  # times the fraction of the most frequent class: an accuracy below is luck
ANY, MISTAKES = "any", "mistakes"
Choice = str | tuple[int, int, int]
"""Which images to show: ANY, MISTAKES, or one kind of mistake, (true class, predicted class, how many)."""


class Shown(NamedTuple):
    """The images to show.

    Attributes:
        key: sets this choice apart from others.
        title: what it is called.
        numbers: (N,), their places in the test set.
    """

    key: str
    title: str
    numbers: np.ndarray


def results(run: Run, state: RunState) -> None:
    """Scores and test images of a run that has been tested."""
    if (tested := state.tested) is None:
        return
    st.subheader(_("On the test set"), anchor=False, help=_about_images(state))
    confusion = np.array(tested.confusion)
    wrong = confusion.sum() - confusion.trace()
    show_metrics(
        {
            _("Test accuracy"): f"{tested.accuracy:.2%}",
            _("Test loss"): f"{tested.loss:.4f}",
            _("Mistakes"): _("{wrong:,} of {all:,}", wrong=wrong, all=confusion.sum()),
            _("Time"): wording.duration(state.seconds),
        }
    )
    most = confusion.sum(axis=1).max() / confusion.sum()
    # A backbone prepares pixels itself; of what was brought in, nobody knows how else it was trained.
    raw = run.recipe.pixels == "raw" and run.network.backbone is None and state.brought_in is None
    if state.started_now and tested.accuracy <= GUESSING * most:
        st.warning(_guessing(most, raw=raw), icon=":material/casino:")
    if raw:
        _raw_pixels(run)
    dataset = None
    with errors_told(":material/image_not_supported:", st.warning, about=_("The test images cannot be shown")):
        dataset = services.dataset(run.dataset)
    predictions = services.predictions(run.id, run.dataset) if dataset else None
    if predictions is not None:
        with st.container():
            _browse(confusion, predictions, dataset.x_test, dataset.class_names)


def _about_images(state: RunState) -> str:
    if state.brought_in:
        return _("It was shown these images here. Whether it has learned from some of them, its file cannot say.")
    return _("These images were kept aside from the start. The network predicted them once, at the end.")


def _guessing(most: float, *, raw: bool) -> str:
    """That a network is no better than the most frequent class, a fraction `most` of all, and what to try."""
    if raw:
        return _(
            "Always predicting the same class would be right {fraction:.0%} of the time, and this network does no "
            "better. Its training has not worked: try another seed or scaled pixels.",
            fraction=most,
        )
    return _(
        "Always predicting the same class would be right {fraction:.0%} of the time, and this network does no better. "
        "Its training has not worked: try a learning rate ten times smaller, or more epochs.",
        fraction=most,
    )


def _raw_pixels(run: Run) -> None:
    """What they may do, and one click to see the same run without them, or with another start."""
    st.caption(raw_pixels_words())
    with st.container(horizontal=True):
        for key, (change, recipe) in other_sides(run.recipe).items():
            label = _("Train with {change}", change=change)
            if st.button(label, icon=":material/replay:", key=f"results-other-{key}"):
                st.switch_page(pages.RUN, query_params={"run": start(run.network, recipe, run.dataset).id})


@st.fragment
def _browse(confusion: np.ndarray, predictions: Predictions, images: np.ndarray, names: tuple[str, ...]) -> None:
    """The matrix beside the images; a click on a cell shows exactly its images."""
    left, right = st.columns(2)
    with left:
        event = st.plotly_chart(
            confusion_figure(confusion, names),
            key="results-confusion",
            on_select="rerun",
            selection_mode="points",
            config=STILL,
            alt=describe_confusion(confusion, names),
        )
        st.caption(_("Click a cell to see its images. Click it again to deselect it."))
    points = event.selection.points
    cell = tuple(points[0]["customdata"]) if points else None
    with right:
        _images(_choose(confusion, predictions, cell, names), predictions, images, names)


def _choose(
    confusion: np.ndarray, predictions: Predictions, cell: tuple[int, int] | None, names: tuple[str, ...]
) -> Shown:
    """The images to show: those of the clicked cell, else those of the box's choice."""
    # The box offers the cells too: a matrix cannot be clicked by keyboard, and hardly by thumb.
    options: list[Choice] = [ANY, MISTAKES, *mistakes(confusion)]
    choice = st.selectbox(
        _("Show"),
        options,
        index=options.index(asked("show", options[0], options)),
        format_func=lambda option: _choice_words(option, names),
        disabled=cell is not None,
        key="results-which",
    )
    carry(show=choice)
    if cell is None and isinstance(choice, tuple):
        cell = choice[:2]
    if cell is not None:
        true, predicted = map(int, cell)
        numbers = predictions.cell(true, predicted)
        carry(show=(true, predicted, len(numbers)))
        kind = _predicted_as(true, predicted, len(numbers), names)
        return Shown(f"{true}-{predicted}", _("{kind}, the least confident first", kind=kind), numbers)
    if choice == MISTAKES:
        numbers = predictions.mistakes()
        return Shown(MISTAKES, _("{count:,} mistakes, the most confident first", count=len(numbers)), numbers)
    return Shown(ANY, _("Test images in random order"), predictions.all())


def _choice_words(choice: Choice, names: tuple[str, ...]) -> str:
    if isinstance(choice, str):
        return {ANY: _("Any image"), MISTAKES: _("All mistakes")}[choice]
    return _predicted_as(*choice, names)


def _predicted_as(true: int, predicted: int, count: int, names: tuple[str, ...]) -> str:
    return _("{true} predicted as {predicted}: {count:,}", true=names[true], predicted=names[predicted], count=count)


def _images(shown: Shown, predictions: Predictions, images: np.ndarray, names: tuple[str, ...]) -> None:
    """A grid of up to AT_ONCE images, each with its class and the predicted one, and pages when there are more."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{wording.literal(shown.title)}**", width="stretch")
        page = _page(-(-len(shown.numbers) // AT_ONCE), f"results-page-{shown.key}")
    if not len(shown.numbers):
        nothing = _("No images here.") if len(predictions.true) else _("There are no test images.")
        st.info(nothing, icon=":material/check:")
        return
    part = shown.numbers[(page - 1) * AT_ONCE : page * AT_ONCE]
    classes = [(names[predictions.true[i]], names[predictions.predicted[i]]) for i in part]
    alts = [_alt(number, *both) for number, both in zip(part, classes, strict=True)]
    with st.container(height=430, border=False):
        st.image([images[i].squeeze() for i in part], [_caption(*both) for both in classes], width=IMAGE, alt=alts)
    sure = predictions.confidence[part]
    low, high = percent(float(sure.min())), percent(float(sure.max()))
    st.caption(_("The network gave these predictions a probability of {low} to {high}.", low=low, high=high))


def _page(last: int, key: str) -> int:
    """The page that is turned to, from 1."""
    if last <= 1:
        return 1
    first = asked("page", 1, range(1, last + 1), key)
    page = st.number_input(_("Page"), 1, last, first, key=key, width=120, label_visibility="collapsed")
    carry(page=page)
    st.caption(_("of {last}", last=last), width="content")
    return page


def _alt(number: int, true: str, predicted: str) -> str:
    if true == predicted:
        return _("Test image {number}: {true}, predicted correctly", number=number, true=true)
    return _("Test image {number}: {true}, predicted as {predicted}", number=number, true=true, predicted=predicted)


def _caption(true: str, predicted: str) -> str:
    return wording.literal(f"{true} ✓" if true == predicted else f"{true} → {predicted}")
