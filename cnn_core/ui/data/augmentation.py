"""Augmentation, live: the controls, a picture beside its variants with their numbers, one control from end to end."""

import base64
from collections.abc import Sequence
from io import BytesIO
from secrets import randbelow

import numpy as np
import streamlit as st
from PIL import Image, ImageOps

from cnn_core.data.datasets import Dataset
from cnn_core.design.augmentation import PRESETS, RANGES, Augmentation, warnings
from cnn_core.design.formats.augmentation_code import keras_code, old_code
from cnn_core.engine.work.preview import Preview
from cnn_core.errors import StudioError
from cnn_core.ui import pages
from cnn_core.ui.data.sample import choose_sample
from cnn_core.ui.kit import services, session
from cnn_core.ui.kit.errors import show_error
from cnn_core.ui.kit.forms import form

COPIES, STEPS = 12, 9
TILE = 62  # px: seven beside each other on a page of 1280
FRAME_MS = 180
SIGNS = {  # for each number: its words when it is positive, and when it is negative
    "rotation": ("↺ {:.1f}°", "↻ {:.1f}°"),
    "horizontal_shift": ("→ {:.1f} %", "← {:.1f} %"),
    "vertical_shift": ("↓ {:.1f} %", "↑ {:.1f} %"),
    "brightness": ("☀ +{:.0f} %", "☀ −{:.0f} %"),
    "contrast": ("◐ +{:.0f} %", "◐ −{:.0f} %"),
    "noise": ("noise {:.0f} %", ""),
    "erasing": ("■ {:.1f} %", ""),
    "horizontal_flip": ("mirrored", ""),
    "vertical_flip": ("upside down", ""),
}
LEGEND = {"brightness": "☀ brightness", "contrast": "◐ contrast", "erasing": "■ area erased"}


def words(numbers: dict[str, float]) -> list[str]:
    """The numbers that made a variant, each in words; a flip that was not drawn is left out."""
    found = [_size(numbers["zoom"])] if "zoom" in numbers else []
    for name, (positive, negative) in SIGNS.items():
        if name in numbers and (numbers[name] or "flip" not in name):
            found.append((positive if numbers[name] >= 0 else negative).format(abs(numbers[name])))
    return found


def _draft() -> Augmentation:
    """What this visitor is trying out: at first what their recipe has, or what suits digits."""
    own = session.recipe().augmentation
    return session.get("augment.draft", own if own.active else PRESETS["digits"])


@st.fragment
def augmentation_board(data: Dataset) -> None:
    """Controls and what they do; only this part reruns as they move, with one question to the worker."""
    left, right = st.columns([4, 5], gap="medium")
    with left:
        augmentation = _controls()
        _use_button(augmentation)
    with right:
        image = choose_sample(data)
        for sentence in warnings(augmentation, data.class_names):
            show_error(sentence[0].upper() + sentence[1:], ":material/label_off:", st.warning)
        if image is not None:
            _show(augmentation, image)
    with st.expander("The code for it", icon=":material/code:"):
        _code(augmentation)


def _use_button(augmentation: Augmentation) -> None:
    """The one button that puts it into the recipe; says what the recipe has."""
    now = session.recipe().augmentation == augmentation
    label = "Use it for training" if augmentation.active else "Train without augmentation"
    st.button(
        label,
        type="primary",
        icon=":material/check:",
        disabled=now,
        key="augment-use",
        on_click=_use,
        args=(augmentation,),
    )
    if now:
        st.caption(f"Your recipe has it: {augmentation}. It is done to training pictures only.")
        st.page_link(pages.LIVE, label="Go to the training", icon=":material/monitoring:")


def _use(augmentation: Augmentation) -> None:
    session.set_recipe(session.recipe().model_copy(update={"augmentation": augmentation}))


def _controls() -> Augmentation:
    with st.container(horizontal=True):
        for name, preset in PRESETS.items():
            st.button(
                name.capitalize(), on_click=session.put, args=("augment.draft", preset), key=f"augment-preset-{name}"
            )
    augmentation = form(_draft(), "augment")
    session.put("augment.draft", augmentation)
    return augmentation


def _seed() -> int:
    return session.get("augment.seed", session.recipe().seed)


def _new_seed() -> None:
    session.put("augment.seed", randbelow(10_000))


def _show(augmentation: Augmentation, image: np.ndarray) -> None:
    """The variants, and one control from its lowest to its highest number."""
    shown = st.container()
    control = _control(augmentation)
    try:
        made = services.engine().ask(Preview(augmentation, image, COPIES, control, STEPS, _seed()))
    except StudioError as error:
        show_error(error)
        return
    with shown:
        _tiles([image, *made["variants"][0]], [["**original**"], *map(words, made["variants"][1])])
        signs = [sign for name, sign in LEGEND.items() if name in augmentation.controls]
        if signs:
            st.caption(", ".join(signs))
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"{COPIES} variants, seed {_seed()}: the same seed, the same variants.", width="content")
            st.button("New seed", icon=":material/casino:", type="tertiary", on_click=_new_seed)
    if control:
        pictures, numbers = made["sweep"]
        _tiles(pictures, [words(row) for row in numbers], animated=True)


def _control(augmentation: Augmentation) -> str | None:
    """Which control to see from end to end, of those that are switched on."""
    names = [name for name in RANGES if name in augmentation.controls]
    if not names:
        return None
    return st.segmented_control(
        "One control, from end to end",
        names,
        default=names[0],
        required=True,
        format_func=lambda name: name.replace("_", " "),
        key=f"augment-control-{'-'.join(names)}",
    )


def _tiles(pictures: Sequence[np.ndarray], captions: list[list[str]], animated: bool = False) -> None:
    """Pictures of TILE px with their numbers; `animated`: the first one runs through all of them, there and back."""
    tiles = [_png([picture]) for picture in pictures]
    alts = [", ".join(words).replace("*", "") or "unchanged" for words in captions]
    texts = ["  \n".join(words) or "unchanged" for words in captions]
    if animated:
        tiles.insert(0, _png([*pictures, *pictures[-2:0:-1]]))
        texts.insert(0, "**all of it**")
        alts.insert(0, "Animation of all that follow")
    st.image(tiles, texts, width=TILE, alt=alts)


def _png(frames: Sequence[np.ndarray]) -> str:
    """(H, W, C) pictures as a data URL: an animation when there are several."""
    first, *rest = map(_framed, frames)
    file = BytesIO()
    first.save(file, "PNG", save_all=bool(rest), append_images=rest, duration=FRAME_MS, loop=0)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def _framed(picture: np.ndarray) -> Image.Image:
    """Larger by whole numbers, so that pixels stay square, with a rim that keeps neighbours apart."""
    times = max(1, 2 * TILE // picture.shape[1])
    large = Image.fromarray(picture.squeeze(-1) if picture.shape[-1] == 1 else picture).convert("RGBA")
    large = large.resize((large.width * times, large.height * times), Image.Resampling.NEAREST)
    return ImageOps.expand(large, large.width // 30, (0, 0, 0, 0))


def _size(zoom: float) -> str:
    """The frame shows `zoom` percent more, so everything in it is that much smaller."""
    return f"size {1 / (1 + zoom / 100):.0%}"


def _code(augmentation: Augmentation) -> None:
    new, old = st.tabs(["Keras layers, the very ones that made these pictures", "The older ImageDataGenerator"])
    new.code(keras_code(augmentation, _seed()), language="python", wrap_lines=True)
    old.code(old_code(augmentation), language="python", wrap_lines=True)
