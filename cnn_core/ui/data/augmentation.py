"""Augmentation, live: the controls, an image beside its variants with their numbers, one control from end to end."""

from collections.abc import Sequence
from secrets import randbelow

import numpy as np
import streamlit as st
from PIL import Image, ImageOps

from cnn_core.data.datasets import Dataset
from cnn_core.design.augmentation import PRESETS, RANGES, Augmentation, warnings
from cnn_core.design.fields import complaints
from cnn_core.design.formats.code.augmentation import keras_code, old_code
from cnn_core.engine.work.preview import Preview
from cnn_core.figures.images import data_url, enlarged
from cnn_core.language import N_, _
from cnn_core.lessons.facts import Varied
from cnn_core.ui import pages
from cnn_core.ui.components.sliders.component import watched_sliders
from cnn_core.ui.kit import services, session
from cnn_core.ui.kit.errors import errors_told, show_error
from cnn_core.ui.kit.forms import field_label, form
from cnn_core.ui.kit.goals import record
from cnn_core.ui.kit.sample import choose_sample
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.sharing import asked, carry, follow, whole

COPIES, STEPS = 12, 9
MOST_SEED = 2**31 - 1
TILE = 62  # px: seven beside each other on a page of 1280
FRAME_MS = 180
SIGNS = {  # for each number: how it is shown when it is positive, and when it is negative
    "rotation": ("↺ {amount:.1f}°", "↻ {amount:.1f}°"),
    "horizontal_shift": ("→ {amount:.1f} %", "← {amount:.1f} %"),
    "vertical_shift": ("↓ {amount:.1f} %", "↑ {amount:.1f} %"),
    "brightness": ("☀ +{amount:.0f} %", "☀ −{amount:.0f} %"),
    "contrast": ("◐ +{amount:.0f} %", "◐ −{amount:.0f} %"),
    "noise": (N_("noise {amount:.0f} %"), ""),
    "erasing": ("■ {amount:.1f} %", ""),
    "horizontal_flip": (N_("mirrored"), ""),
    "vertical_flip": (N_("upside down"), ""),
}
LEGEND = {"brightness": N_("☀ brightness"), "contrast": N_("◐ contrast"), "erasing": N_("■ area erased")}
PRESET_NAMES = {"none": N_("None"), "digits": N_("Digits"), "photos": N_("Photos")}
DRAFT: Slot[Augmentation | None] = Slot("augment.draft", None)
PREVIEW_SEED: Slot[int | None] = Slot("augment.seed", None)


def variant_words(numbers: dict[str, float]) -> list[str]:
    """The numbers that made a variant, each in words; a flip that was not drawn is left out."""
    found = [_size(numbers["zoom"])] if "zoom" in numbers else []
    for name, (positive, negative) in SIGNS.items():
        if name in numbers and (numbers[name] or "flip" not in name):
            found.append(_(positive if numbers[name] >= 0 else negative, amount=abs(numbers[name])))
    return found


def _draft() -> Augmentation:
    """What this visitor is trying out: at first what their recipe has, or what suits digits."""
    own = session.RECIPE.get().augmentation
    return DRAFT.get() or (own if own.active else PRESETS["digits"])


def follow_augmentation() -> None:
    """Take over the settings and the seed that the address names."""
    follow("augmentation", lambda token: DRAFT.put(Augmentation.from_token(token)))
    follow("seed", lambda value: PREVIEW_SEED.put(whole(value, MOST_SEED)))


@st.fragment
def augmentation_board(data: Dataset) -> None:
    """Controls and what they do; only this part reruns as they move, with one question to the worker."""
    left, right = st.columns([4, 5], gap="medium")
    with left:
        augmentation = _controls()
        carry(augmentation=augmentation.to_token(), seed=_seed())
        _use_button(augmentation)
    with right:
        image = choose_sample(data, "augment")
        shown, still = _moving(augmentation)
        warned = warnings(shown, data.class_names)
        for warning in warned:
            show_error(warning, ":material/label_off:", st.warning)
        if image is not None:
            _show(shown, image, still=still)
    with st.expander(_("The code for it"), icon=":material/code:", key="augment-code"):
        _code(augmentation)
    in_recipe = augmentation.active and session.RECIPE.get().augmentation == augmentation
    if shown == augmentation:  # a goal that is met shows the page anew, and what moves is only told once
        record(Varied(bool(warned), in_recipe))


def _use_button(augmentation: Augmentation) -> None:
    """The one button that puts it into the recipe; says what the recipe has."""
    now = session.RECIPE.get().augmentation == augmentation
    label = _("Use it for training") if augmentation.active else _("Train without augmentation")
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
        st.caption(_("In your recipe: {augmentation}. Only training images are changed.", augmentation=augmentation))
        st.page_link(pages.LIVE, label=_("Go to training"), icon=":material/monitoring:")


def _use(augmentation: Augmentation) -> None:
    session.RECIPE.put(session.RECIPE.get().model_copy(update={"augmentation": augmentation}))


def _controls() -> Augmentation:
    with st.container(horizontal=True):
        for name, preset in PRESETS.items():
            label = _(PRESET_NAMES[name])
            st.button(label, on_click=DRAFT.put, args=(preset,), key=f"augment-preset-{name}")
    augmentation = form(_draft(), "augment")
    DRAFT.put(augmentation)
    return augmentation


def _moving(augmentation: Augmentation) -> tuple[Augmentation, bool]:
    """What the sliders show while one of them moves, and whether the visitor wants nothing to move by itself."""
    labels = {field_label(Augmentation, name): name for name in RANGES}
    moving, still = watched_sliders(list(labels), key="augment-sliders")
    values = dict(augmentation) | {labels[label]: int(value) for label, value in moving.items() if label in labels}
    return augmentation if complaints(Augmentation, values) else Augmentation(**values), still


def _seed() -> int:
    kept = PREVIEW_SEED.get()
    return session.RECIPE.get().seed if kept is None else kept


def _new_seed() -> None:
    PREVIEW_SEED.put(randbelow(10_000))


def _show(augmentation: Augmentation, image: np.ndarray, *, still: bool) -> None:
    """The variants, and one control from its lowest to its highest number; `still`: without an animation of these."""
    shown = st.container()
    control = _control(augmentation)
    made = None
    with errors_told():
        made = services.ask(Preview(augmentation, image, COPIES, control, STEPS, _seed()))
    if made is None:
        return
    with shown:
        images, numbers = made["variants"]
        _tiles([image, *images], [["**" + _("original") + "**"], *map(variant_words, numbers)])
        if signs := [_(sign) for name, sign in LEGEND.items() if name in augmentation.controls]:
            st.caption(", ".join(signs))
        with st.container(horizontal=True, vertical_alignment="center"):
            told = _(
                "{count} variants, seed {seed}. The same seed gives the same variants.", count=COPIES, seed=_seed()
            )
            st.caption(told, width="content")
            label = _("New seed")
            st.button(label, icon=":material/casino:", type="tertiary", on_click=_new_seed, key="augment-new-seed")
    if control:
        images, numbers = made["sweep"]
        _tiles(images, [variant_words(row) for row in numbers], animated=not still)


def _control(augmentation: Augmentation) -> str | None:
    """Which control to see from end to end, of those that are switched on."""
    names = [name for name in RANGES if name in augmentation.controls]
    if not names:
        return None
    key = f"augment-control-{'-'.join(names)}"
    control = st.segmented_control(
        _("One control, from end to end"),
        names,
        default=asked("control", names[0], names, key),
        required=True,
        key=key,
    )
    carry(control=control)
    return control


def _tiles(images: Sequence[np.ndarray], captions: list[list[str]], animated: bool = False) -> None:
    """Images of TILE px with their numbers; `animated`: the first one runs through all of them, there and back."""
    frames = [_framed(image) for image in images]
    tiles = [data_url(frame) for frame in frames]
    alts = [", ".join(told).replace("*", "") or _("unchanged") for told in captions]
    texts = ["  \n".join(told) or _("unchanged") for told in captions]
    if animated:
        tiles.insert(0, data_url([*frames, *frames[-2:0:-1]], FRAME_MS))
        texts.insert(0, "**" + _("all of them") + "**")
        alts.insert(0, _("Animation of all images that follow"))
    st.image(tiles, texts, width=TILE, alt=alts)


def _framed(image: np.ndarray) -> Image.Image:
    """(H, W, C) larger by whole numbers, so that pixels stay square, with a rim that keeps neighbours apart."""
    large = enlarged(image, max(1, 2 * TILE // image.shape[1])).convert("RGBA")
    return ImageOps.expand(large, large.width // 30, (0, 0, 0, 0))


def _size(zoom: float) -> str:
    """The frame shows `zoom` percent more, so everything in it is that much smaller."""
    return _("size {size:.0%}", size=1 / (1 + zoom / 100))


def _code(augmentation: Augmentation) -> None:
    labels = _("Keras layers: the ones that made these images"), _("The older ImageDataGenerator")
    new, old = st.tabs(labels, key="augment-code-tabs")
    new.code(keras_code(augmentation, _seed()), language="python", wrap_lines=True)
    old.code(old_code(augmentation), language="python", wrap_lines=True)
