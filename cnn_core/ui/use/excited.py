"""Ask a filter: the test images, and the places in them, that it answers to most; and which filters are of no use."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from PIL import Image, ImageDraw

from cnn_core.design.shapes import LayerReport
from cnn_core.engine.work.insight import Answers, AskFilters
from cnn_core.exchange.weights import built
from cnn_core.figures.classes import class_figure, describe_classes
from cnn_core.figures.images import enlarged
from cnn_core.figures.template import STILL
from cnn_core.language import _, _n
from cnn_core.ui.kit import jobs, services
from cnn_core.ui.kit.errors import errors_told
from cnn_core.ui.kit.pictures import sheet
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.sharing import asked, carry
from cnn_core.ui.kit.wording import literal
from cnn_core.ui.use.subject import Subject

BEST, SIDE = 12, 84
"""Images that are shown, and their side in px."""
AT_ONCE = 10_000_000_000
"""Multiply-accumulates on all test images: what takes longer is a job."""
FRAME = (255, 138, 0)
MOST_NAMED = 8
_ANSWERS: Slot[Answers | None] = Slot("inside.answers", None)
"""Of each layer of a model, what its filters answered."""


def excited_board(subject: Subject) -> None:
    """One filter's favourite images and classes; the dead ones and the doubles of all."""
    answers = answers_of(subject)
    if answers is None:
        return
    strongest, places = answers.strongest, answers.places
    _unused(answers)
    key = f"inside-filter-{subject.key}"
    liveliest = int(strongest.mean(axis=0).argmax()) + 1
    first = asked("filter", liveliest, range(1, subject.units + 1), key)
    number = st.number_input(_("Filter, of {count}", count=subject.units), 1, subject.units, first, key=key, width=180)
    carry(filter=number)
    values = strongest[:, number - 1]
    if number - 1 in answers.dead:
        st.info(_("This filter is dead: its map is 0 everywhere, on every test image."), icon=":material/block:")
        return
    best = np.argsort(-values, kind="stable")[:BEST]
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.markdown(_("**The test images that excite it most.** The frame is what it looked at."))
        _images(subject, best, places[:, number - 1], values)
    with right:
        labels = subject.data.y_test[: len(values)]
        title = _("Its answer, mean of each class")
        of_class = np.array(
            [values[labels == label].mean() if (labels == label).any() else 0 for label in range(subject.data.classes)]
        )
        names = subject.data.class_names
        alt = describe_classes(of_class, names, title)
        st.plotly_chart(class_figure(of_class, names, title), key="inside-classes", config=STILL, alt=alt)


def answers_of(subject: Subject) -> Answers | None:
    """What the layer's filters answer to the test images; None, and a button or a bar, before it is known."""
    slot, images = _ANSWERS.of(f"{subject.key}-{subject.data_key.version}"), len(subject.data.x_test)
    if slot.get() is None:
        work = AskFilters(*subject.about, subject.data_key, images)
        if images * sum(report.macs for report in _up_to(subject)) <= AT_ONCE:
            with errors_told(), st.spinner(_("Asking the filters…")):
                slot.put(services.ask(work))
        else:
            label = _n("Ask about the {n} test image", "Ask about all {n} test images", images)
            slot.put(jobs.offer(f"inside-ask-{subject.key}", label, lambda: services.engine().begin(work), _asking))
    return slot.get()


def _asking(_fraction: float) -> str:
    return _("Asking the filters…")


def _up_to(subject: Subject) -> Sequence[LayerReport]:
    return built(subject.model.network.opened()).reports[: subject.report.index + 1]


def _unused(answers: Answers) -> None:
    """A sentence about filters that answer to nothing, and one about those that answer alike."""
    dead, alike = answers.dead, answers.alike
    if dead:
        told = _n(
            "{n} filter is dead, it answers to no test image: {which}.",
            "{n} filters are dead, they answer to no test image: {which}.",
            len(dead),
            which=_some([str(number + 1) for number in dead]),
        )
    else:
        told = _("No filter is dead: each answers to some test image.")
    doubles = _("No two filters answer alike.")
    if alike:
        named = _some([f"{one + 1} = {other + 1}" for one, other in alike])
        doubles = _n("{n} pair answers alike: {which}.", "{n} pairs answer alike: {which}.", len(alike), which=named)
    st.markdown(f"{told} {doubles}")


def _some(names: Sequence[str]) -> str:
    return ", ".join([*names[:MOST_NAMED], *(["…"] if len(names) > MOST_NAMED else [])])


def _images(subject: Subject, best: np.ndarray, places: np.ndarray, values: np.ndarray) -> None:
    pictures, captions, alts = [], [], []
    for image in best:
        name = subject.data.class_names[subject.data.y_test[image]]
        pictures.append(_framed(subject, subject.data.x_test[image], *places[image]))
        captions.append(f"{literal(name)} · {values[image]:.2f}")
        alts.append(_("Test image {number}: {name}", number=image, name=name))
    sheet(pictures, captions, alts, SIDE)


def _framed(subject: Subject, image: np.ndarray, row: int, column: int) -> Image.Image:
    """The image with the receptive field of one value of the layer: what it can depend on."""
    times = max(1, -(-SIDE // min(image.shape[:2])))
    picture = enlarged(image, times).convert("RGB")
    height, width = subject.report.receptive_field
    rows, columns = subject.report.output_shape[:2]
    top = _start(row, rows, height, image.shape[0])
    left = _start(column, columns, width, image.shape[1])
    box = [left * times, top * times, (left + width) * times - 1, (top + height) * times - 1]
    ImageDraw.Draw(picture).rectangle(box, outline=FRAME, width=2)
    return picture


def _start(place: int, count: int, field: int, side: int) -> int:
    """Where the field of one of `count` places begins: the first at the border, the last ends there."""
    return round(place * (side - field) / max(count - 1, 1))
