"""What the networks read in a digit, at every stage of its treatment."""

import base64
from collections.abc import Mapping, Sequence
from io import BytesIO

import numpy as np
import pandas as pd
import streamlit as st
from PIL import Image

from cnn_core.data.digits import FIELD, Stage, Stages, stages
from cnn_core.engine.work.predict import Predict
from cnn_core.errors import DataError, StudioError
from cnn_core.figures.template import percent
from cnn_core.runs.models import Model
from cnn_core.ui.kit import services
from cnn_core.ui.kit.errors import show_error
from cnn_core.ui.kit.wording import literal
from cnn_core.ui.use.canvas import digit_input
from cnn_core.ui.use.models import NO_MODEL, chosen_models, show_bars

DIGITS = tuple("0123456789")
BLOB = (
    "This is a solid dot, not a digit. A network knows only its ten digits and names one all the same, so its answer "
    "says nothing here. Draw a digit with a line, large and in one piece."
)
NO_INK = "Nothing to read yet. Draw a digit, large and in one piece, or send a picture of one."
ZOOM = 5  # screen px for one px of the network's input
TILE = FIELD * ZOOM
AROUND = (128, 110)  # grey and opacity, 0 .. 255, around a picture that is no square: seen on light pages and on dark


@st.fragment
def drawing_board(models: Sequence[Model]) -> None:
    """The canvas, what each chosen model reads, and the stages between; only this part reruns with each stroke."""
    give, read = st.columns([5, 8], gap="large")
    with read:
        answer = st.container()
        chosen = chosen_models(models, "draw-models")
    with give:
        ink = digit_input()
    if ink is None or not chosen:
        answer.info(NO_INK if chosen else NO_MODEL, icon=":material/draw:")
        return
    try:
        steps = stages(ink)
        pictures = np.stack([step.seen for step in steps])[..., np.newaxis]
        with answer, st.spinner("Asking the networks…"):
            shares = services.engine().ask(Predict(tuple(model.key for model in chosen.values()), pictures))
    except DataError as empty:
        show_error(empty, ":material/draw:", answer.info)
    except StudioError as error:
        show_error(error, tell=answer.error)
    else:
        by_title = {title: shares[model.key] for title, model in chosen.items()}
        with answer:
            show_bars({title: shares[-1] for title, shares in by_title.items()}, chosen, DIGITS)
        _show_stages(steps, by_title)


def deciding_stage(answers: Sequence[int]) -> int:
    """The first stage from which the answer stays what it is in the end; 0 when the raw drawing gives that one too."""
    if answers[0] == answers[-1]:
        return 0
    stage = len(answers) - 1
    while stage and answers[stage - 1] == answers[-1]:
        stage -= 1
    return stage


def _show_stages(steps: Stages, by_title: Mapping[str, np.ndarray]) -> None:
    st.subheader("What the network sees", help="Each network was also asked at every stage: what if it had ended here?")
    if steps.blob:
        st.warning(BLOB, icon=":material/blur_circular:")
    else:
        st.markdown("  \n".join(_verdict(title, shares, list(steps)) for title, shares in by_title.items()))
    # Few elements on purpose: each costs a message, and with it time between pen up and answer.
    with st.container(horizontal=True):
        for number, step in enumerate(steps, 1):
            caption = f"**{number}. {step.title}**  \n{step.caption}"
            st.image(_tile(step.picture), caption=caption, alt=f"{step.title}: {step.caption}", width=TILE)
    read = {
        literal(title): [f"**{row.argmax()}** {percent(row.max())}" for row in shares]
        for title, shares in by_title.items()
    }
    st.table(pd.DataFrame(read, index=[f"{number}. {step.title}" for number, step in enumerate(steps, 1)]))


def _verdict(title: str, shares: np.ndarray, steps: Sequence[Stage]) -> str:
    answers = shares.argmax(axis=1)
    stage = deciding_stage(answers.tolist())
    raw, turned, final = (f"{answers[step]} ({percent(shares[step].max())})" for step in (0, stage, -1))
    if not stage:
        return f"**{literal(title)}** reads {raw} without the treatment and {final} with it."
    step = f"step {stage + 1} ({steps[stage].title.lower()})"
    last = "" if turned == final else f", and after all steps it reads {final}"
    return f"**{literal(title)}** would have read {raw} without the treatment; {step} turns it into {turned}{last}."


def _tile(picture: np.ndarray) -> str:
    """(h, w) ink 0 .. 1 as a square image of TILE px, as a data URL: nothing to fetch, nothing kept on the server."""
    pixels = Image.fromarray(np.uint8(255 * picture))
    if max(picture.shape) <= FIELD:
        pixels = pixels.resize((pixels.width * ZOOM, pixels.height * ZOOM), Image.Resampling.NEAREST)
    else:
        pixels.thumbnail((TILE, TILE), Image.Resampling.BOX)
    tile, opaque = Image.new("LA", (TILE, TILE), AROUND), Image.new("L", pixels.size, 255)
    tile.paste(Image.merge("LA", (pixels, opaque)), ((TILE - pixels.width) // 2, (TILE - pixels.height) // 2))
    file = BytesIO()
    tile.save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
