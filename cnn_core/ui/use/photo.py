"""What networks predict for an image of one's own: for models of all data sets but the digits."""

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from cnn_core.data.photos import Step, read_photo, steps
from cnn_core.engine.work.predict import Predict
from cnn_core.figures.template import COLOURS, percent
from cnn_core.language import N_, _
from cnn_core.runs.models import Model
from cnn_core.settings import settings
from cnn_core.ui.components.answers.component import Answer, Picture, show_answers
from cnn_core.ui.kit import services
from cnn_core.ui.kit.at_work import network_at_work
from cnn_core.ui.kit.errors import BROKEN, errors_told
from cnn_core.ui.kit.sharing import asked, carry, leave_out
from cnn_core.ui.kit.upload_box import files_taken, image_box
from cnn_core.ui.use.canvas import DRAW, IMAGE, drawn, way_to_give
from cnn_core.ui.use.models import NO_MODEL, chosen_models, class_names

NO_IMAGE = N_("Nothing to predict yet. Send an image, or draw one.")
NO_DRAWING = N_("Nothing to predict yet. Draw something.")


@st.fragment
def photo_board(models: Sequence[Model]) -> None:
    """An image is given, made to fit, and shown to the chosen models of one data set and one input shape."""
    give, read = st.columns([5, 8], gap="large")
    with read:
        answer = st.container()
        chosen = chosen_models(models, f"draw-models-{models[0].dataset}")
    with give:
        photo = _given()
        inverted = models[0].input_shape[2] == 1 and _swapped()
    if photo is None or not chosen:
        nothing = NO_IMAGE if files_taken() else NO_DRAWING
        answer.info(_(nothing if chosen else NO_MODEL), icon=":material/image:")
        return
    way = steps(photo, models[0].input_shape, inverted=inverted)
    probabilities = None
    with errors_told(tell=answer.error), answer, st.spinner(_("Asking the networks…")):
        keys = [model.key for model in chosen.values()]
        probabilities = services.ask(Predict(tuple(keys), way[-1].image[np.newaxis]))
    if probabilities is None:
        return
    names = class_names(models[0])
    with answer:
        _show_answers(way, chosen, {key: rows[0] for key, rows in probabilities.items()}, names)
    _show_network(next(iter(chosen.values())), way[-1].image, names)


def _show_answers(
    way: Sequence[Step], chosen: Mapping[str, Model], rows: Mapping[str, np.ndarray], names: Sequence[str]
) -> None:
    show_answers(
        [_answer(title, model, rows[model.key], names) for title, model in chosen.items()],
        [Picture(str(step.title), str(step.caption), step.image) for step in way],
        names,
        key="draw-photo-answers",
        about=_("The image is treated in the same way as the images of the data set."),
    )


def _answer(title: str, model: Model, row: np.ndarray, names: Sequence[str]) -> Answer:
    best = int(row.argmax())
    values = {"network": title, "name": names[best], "probability": percent(float(row[best]))}
    verdict = _("{network} predicts {name} ({probability}).", **values)
    return Answer(title, COLOURS[model.network.family], row[np.newaxis], verdict)


def _show_network(model: Model, image: np.ndarray, names: Sequence[str]) -> None:
    """The first of the chosen networks at work on the image, as it gets to see it."""
    with errors_told():
        network_at_work(
            model.network, model.key, key=f"photo-{model.key}", place="photo", class_names=names, image=image
        )


def _swapped() -> bool:
    told, first = _("For networks that learned light things on black."), asked("swapped", False, (False, True))
    swapped = st.toggle(_("Swap light and dark"), first, key="draw-invert", help=told)
    carry(swapped=swapped)
    return swapped


def _given() -> np.ndarray | None:
    """(H, W, 3) of a file or (H, W, 1) of a drawing, uint8; None while there is none."""
    if way_to_give(_("Give an image"), (IMAGE, DRAW), key="draw-photo-way") == DRAW:
        ink = drawn()
        return None if ink is None or not ink.any() else (255 * ink).astype(np.uint8)[..., np.newaxis]
    advice = _("The middle of it is used: let the thing fill most of the image.")
    limits = settings()
    file = image_box(_("An image"), limits.max_upload_bytes, key="draw-photo", help=advice)
    if file is None:
        return None
    leave_out(_("the image that was sent"))
    with errors_told(BROKEN):
        return read_photo(file.getvalue(), max_bytes=limits.max_upload_bytes, max_pixels=limits.max_image_pixels)[1]
    return None
