"""What the networks predict for a digit, at every stage of its treatment."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st

from cnn_core.data.digits import Stage, stages
from cnn_core.design.augmentation import DIGIT_NAMES
from cnn_core.engine.work.predict import Predict
from cnn_core.errors import DataError
from cnn_core.figures.template import COLOURS, percent
from cnn_core.language import N_, _
from cnn_core.lessons.facts import Read
from cnn_core.runs.models import Model
from cnn_core.ui.components.answers.component import Answer, Picture, show_answers
from cnn_core.ui.kit import services
from cnn_core.ui.kit.errors import errors_told
from cnn_core.ui.kit.goals import record
from cnn_core.ui.kit.living import keep_drawing, visitors_pad
from cnn_core.ui.learn.by_hand import network_by_hand
from cnn_core.ui.use.canvas import ARRANGE, DRAW, IMAGE, arranged, sent, way_to_give
from cnn_core.ui.use.models import NO_MODEL, chosen_models

BLOB = N_(
    "This is a solid dot, not a digit. A network knows only its ten digits and always predicts one of them, so its "
    "answer says nothing here. Draw a digit with a line, large and in one piece."
)
NO_INK = N_("Nothing to predict yet. Draw a digit, large and in one piece, or send an image of one.")
NARROWEST = 230  # px, of the ways to give a digit, and of the networks: on a phone one is above the other


def drawing_board(models: Sequence[Model]) -> None:
    """How a digit is given, and to which of the models; then the board itself."""
    with st.grid(2, min_column_width=NARROWEST, vertical_alignment="bottom"):
        way = way_to_give(_("Give a digit"), (DRAW, ARRANGE, IMAGE), key="draw-way")
        chosen = chosen_models(models, "draw-models")
    _board(way, chosen)


@st.fragment
def _board(way: str, chosen: Mapping[str, Model]) -> None:
    """The pad and the living network, what each chosen model predicts, and the stages of the treatment.

    Only this part reruns with each stroke; while the pen moves, the browser alone is at work.
    """
    photo: tuple[Stage, ...] = ()
    if way == DRAW:
        ink, answer = _on_the_network(chosen), st.container()
    else:
        give, answer = st.columns([5, 8], gap="large")
        with give:
            photo = sent() if way == IMAGE else ()
            ink = arranged() if way == ARRANGE else photo[-1].image if photo else None
    if ink is None or not chosen:
        answer.info(_(NO_INK if chosen else NO_MODEL), icon=":material/draw:")
        return
    with errors_told(tell=answer.error), errors_told(":material/draw:", answer.info, kind=DataError):
        treated = stages(ink)
        steps = [*photo, *list(treated)[1 if photo else 0 :]]  # a photo's last stage is what the drawing is else
        with answer:
            by_title = _predicted(steps, chosen)
            if treated.blob:
                st.warning(_(BLOB), icon=":material/blur_circular:")
            _show(steps, by_title, chosen)
        record(_read(by_title))


def _read(by_title: Mapping[str, np.ndarray]) -> Read:
    """What each network answers in the end, how sure it is, and what it answers without the treatment."""
    ends = {title: (int(rows[-1].argmax()), float(rows[-1].max())) for title, rows in by_title.items()}
    raw = tuple(int(rows[0].argmax()) for rows in by_title.values())
    return Read(tuple(digit for digit, _sure in ends.values()), tuple(sure for _digit, sure in ends.values()), raw)


def _on_the_network(chosen: Mapping[str, Model]) -> np.ndarray | None:
    """The first of the chosen networks with the pad in front of it; gives the ink on the pad."""
    if not chosen:
        return keep_drawing(None)
    model = next(iter(chosen.values()))
    with errors_told():
        return network_by_hand(
            model.network,
            model.key,
            model.key,
            key=f"living-{model.key}",
            place="draw",
            class_names=DIGIT_NAMES,
            pad=visitors_pad(model.network),
        )
    return keep_drawing(None)


def _predicted(steps: Sequence[Stage], chosen: Mapping[str, Model]) -> dict[str, np.ndarray]:
    """By each model's title, (stages, digits): the probabilities if the treatment ended at that stage."""
    with st.spinner(_("Asking the networks…")):
        images = np.stack([step.seen for step in steps])[..., np.newaxis]
        rows = services.ask(Predict(tuple(model.key for model in chosen.values()), images))
        return {title: rows[model.key] for title, model in chosen.items()}


def deciding_stage(answers: Sequence[int]) -> int:
    """The first stage from which the answer stays what it is in the end; 0 when the raw drawing gives that one too."""
    if answers[0] == answers[-1]:
        return 0
    stage = len(answers) - 1
    while stage and answers[stage - 1] == answers[-1]:
        stage -= 1
    return stage


def _show(steps: Sequence[Stage], by_title: Mapping[str, np.ndarray], chosen: Mapping[str, Model]) -> None:
    colours = {title: COLOURS[model.network.family] for title, model in chosen.items()}
    show_answers(
        [Answer(title, colours[title], rows, _verdict(title, rows, steps)) for title, rows in by_title.items()],
        [Picture(str(step.title), str(step.caption), (255 * step.image).astype(np.uint8)) for step in steps],
        DIGIT_NAMES,
        key="draw-answers",
        about=_("Each network was also asked at every stage: what would it predict if the treatment ended here?"),
    )


def _verdict(title: str, rows: np.ndarray, steps: Sequence[Stage]) -> str:
    """What the treatment changed for one network; `rows` are its probabilities after each of the steps."""
    answers = rows.argmax(axis=1)
    stage = deciding_stage(answers.tolist())
    raw, turned, final = (f"{answers[step]} ({percent(rows[step].max())})" for step in (0, stage, -1))
    values: dict[str, Any] = {"network": title, "raw": raw, "turned": turned, "final": final}
    if not stage:
        return _("{network} predicts {raw} without the treatment and {final} with it.", **values)
    values |= {"number": stage + 1, "step": steps[stage].title}
    if turned == final:
        return _(
            "{network} predicts {raw} without the treatment; step {number} ({step}) turns it into {final}.",
            **values,
        )
    return _(
        "{network} predicts {raw} without the treatment; step {number} ({step}) turns it into {turned}, and after "
        "all steps it predicts {final}.",
        **values,
    )
