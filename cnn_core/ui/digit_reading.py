"""What the networks read in a digit, at every stage of its treatment."""

import base64
import re
from collections.abc import Mapping, Sequence
from io import BytesIO
from string import punctuation

import numpy as np
import pandas as pd
import streamlit as st
from PIL import Image

from cnn_core.data.digits import FIELD, Stage, Stages, stages
from cnn_core.errors import DataError, StudioError
from cnn_core.figures.probabilities import describe_probabilities, probability_figure
from cnn_core.figures.template import COLOURS, percent
from cnn_core.runs.models import Model
from cnn_core.ui import services, state
from cnn_core.ui.digit_canvas import digit_input

DIGITS = tuple("0123456789")
DATA_SETS = ("bundled", "mnist")  # those with digits
MOST_MODELS = 4
NO_INK = "Nothing to read yet. Draw a digit, large and in one piece, or send a picture of one."
NO_MODEL = "Choose at least one network above."
ZOOM = 5  # screen px for one px of the network's input
TILE = FIELD * ZOOM


def digit_models() -> list[Model]:
    """The trained models that read digits, from 28x28 grey pixels."""
    return [model for model in services.models() if model.dataset in DATA_SETS]


def follow_link() -> None:
    """Choose the model that the page's address names (?model=key), once for each link that is followed."""
    asked = state.link("model")
    if asked and asked != state.get("draw.asked"):
        state.put("draw.asked", asked)
        state.reset_widgets("draw-models")


@st.fragment
def drawing_board(models: Sequence[Model]) -> None:
    """The canvas, what each chosen model reads, and the stages between; only this part reruns with each stroke."""
    give, read = st.columns([5, 8], gap="large")
    with read:
        answer = st.container()
        chosen = _chosen(models)
    with give:
        ink = digit_input()
    if ink is None or not chosen:
        answer.info(NO_INK if chosen else NO_MODEL, icon=":material/draw:")
        return
    try:
        steps = stages(ink)
        pictures = np.stack([step.seen for step in steps])[..., np.newaxis]
        with answer, st.spinner("Asking the networks…"):
            shares = services.engine().predict([model.key for model in chosen.values()], pictures)
    except DataError as empty:
        answer.info(str(empty), icon=":material/draw:")
    except StudioError as error:
        answer.error(str(error))
    else:
        by_title = {title: shares[model.key] for title, model in chosen.items()}
        with answer:
            _show_bars(by_title, chosen)
        _show_stages(steps, by_title)


def deciding_stage(answers: Sequence[int]) -> int:
    """The first stage from which the answer stays what it is in the end; 0 when the raw drawing gives that one too."""
    if answers[0] == answers[-1]:
        return 0
    stage = len(answers) - 1
    while stage and answers[stage - 1] == answers[-1]:
        stage -= 1
    return stage


def _chosen(models: Sequence[Model]) -> dict[str, Model]:
    by_key = {model.key: model for model in models}
    titles = _titles(models)
    keys = st.multiselect(
        "Networks",
        list(by_key),
        default=_first_choice(by_key),
        format_func=titles.get,
        max_selections=MOST_MODELS,
        key="draw-models",
        persist_state="session",
        placeholder="Choose networks",
    )
    return {titles[key]: by_key[key] for key in keys}


def _titles(models: Sequence[Model]) -> dict[str, str]:
    """Title by key; models of the same name are told apart by the beginning of their key."""
    names = [model.title for model in models]
    return {m.key: m.title if names.count(m.title) == 1 else f"{m.title} ({m.key[:6]})" for m in models}


def _first_choice(models: Mapping[str, Model]) -> list[str]:
    asked = state.get("draw.asked")
    if asked in models:
        return [asked]
    return sorted(list(models)[:3], key=lambda key: _family(models[key]))  # the ready-made ones and the newest run


def _show_bars(by_title: Mapping[str, np.ndarray], models: Mapping[str, Model]) -> None:
    final = {title: shares[-1] for title, shares in by_title.items()}
    colours = {title: COLOURS[_family(model)] for title, model in models.items()}
    figure, words = probability_figure(final, DIGITS, colours), describe_probabilities(final, DIGITS)
    st.plotly_chart(figure, key="draw-bars", config={"displayModeBar": False}, alt=words)


def _family(model: Model) -> str:
    return "CNN" if any("Conv" in layer.type for layer in model.network.layers) else "DNN"


def _show_stages(steps: Stages, by_title: Mapping[str, np.ndarray]) -> None:
    st.subheader("What the network sees", help="Each network was also asked at every stage: what if it had ended here?")
    st.markdown("  \n".join(_verdict(title, shares, list(steps)) for title, shares in by_title.items()))
    # Few elements on purpose: each costs a message, and with it time between pen up and answer.
    with st.container(horizontal=True):
        for number, step in enumerate(steps, 1):
            caption = f"**{number}. {step.title}**  \n{step.caption}"
            st.image(_tile(step.picture), caption=caption, alt=f"{step.title}: {step.caption}", width=TILE)
    cells = [[f"**{row.argmax()}** {percent(row.max())}" for row in shares] for shares in by_title.values()]
    st.table(pd.DataFrame(cells, index=[_literal(title) for title in by_title], columns=[step.title for step in steps]))


def _verdict(title: str, shares: np.ndarray, steps: Sequence[Stage]) -> str:
    answers = shares.argmax(axis=1)
    stage = deciding_stage(answers.tolist())
    raw, final = (f"{answers[step]} ({percent(shares[step].max())})" for step in (0, -1))
    if not stage:
        return f"**{_literal(title)}** reads {raw} without the treatment and {final} with it."
    step = f"step {stage + 1} ({steps[stage].title.lower()})"
    return f"**{_literal(title)}** would have read {raw} without the treatment; {step} turns it into {final}."


def _literal(name: str) -> str:
    """A name that a person gave to a run, as text and not as Markdown."""
    return re.sub(f"([{re.escape(punctuation)}])", r"\\\1", name)


def _tile(picture: np.ndarray) -> str:
    """(h, w) ink 0 .. 1 as a square image of TILE px, as a data URL: nothing to fetch, nothing kept on the server."""
    pixels = Image.fromarray(np.uint8(255 * picture))
    if max(picture.shape) <= FIELD:
        pixels = pixels.resize((pixels.width * ZOOM, pixels.height * ZOOM), Image.Resampling.NEAREST)
    else:
        pixels.thumbnail((TILE, TILE), Image.Resampling.BOX)
    tile, opaque = Image.new("LA", (TILE, TILE)), Image.new("L", pixels.size, 255)
    tile.paste(Image.merge("LA", (pixels, opaque)), ((TILE - pixels.width) // 2, (TILE - pixels.height) // 2))
    file = BytesIO()
    tile.save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
