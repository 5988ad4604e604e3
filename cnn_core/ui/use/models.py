"""The trained models that an image is shown to: which there are for what, which are chosen, what they answer."""

from collections.abc import Iterable, Mapping, Sequence

import streamlit as st

from cnn_core.data.datasets import BUNDLED, MNIST
from cnn_core.design.arithmetic import sides
from cnn_core.design.shapes import trace
from cnn_core.language import N_, _
from cnn_core.runs.models import Model
from cnn_core.ui.kit import services, session
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.sharing import asked, asked_all, carry

DIGITS = "digits"
WITH_DIGITS = (BUNDLED, MNIST)  # treated as MNIST was made
MOST_MODELS = 4
READY_MADE = {"keras-log": N_("Ready-made CNN"), "dnn-500x3": N_("Ready-made dense network")}
"""What the models that ship with the studio are called, by their key."""
NO_MODEL = N_("Choose at least one network above.")
ASKED: Slot[str | None] = Slot("draw.asked", None)
"""The model that the last link named."""


def follow_link() -> None:
    """Choose the model that the page's address names (?model=key), once for each link that is followed."""
    linked = session.link("model")
    if linked and linked != ASKED.get():
        ASKED.put(linked)
        if linked not in [model.key for model in services.models()]:
            st.warning(_("The network of this link is not on this server any more."), icon=":material/link_off:")
        session.reset_widgets("draw-models")
        session.reset_widgets("draw-kind")


def kind_of_models(models: Sequence[Model]) -> tuple[str, list[Model]]:
    """What the visitor wants predicted (DIGITS, or images of another data set), and the models that can."""
    kinds: dict[str, list[Model]] = {}
    for model in models:
        kinds.setdefault(_kind(model), []).append(model)
    options = sorted(kinds, key=lambda kind: kind != DIGITS)
    linked = ASKED.get()
    first = next((kind for kind in options if linked in [model.key for model in kinds[kind]]), options[0])
    kind = options[0]
    if len(options) > 1:
        datasets = services.dataset_titles()
        kind = st.selectbox(
            _("What the networks know"),
            options,
            index=options.index(asked("kind", first, options)),
            format_func=lambda kind: _kind_name(kinds[kind][0], datasets),
            key="draw-kind",
            persist_state="session",
        )
        carry(kind=kind)
    return kind, kinds[kind]


def reads_digits(model: Model) -> bool:
    """Whether it knows the digits that are drawn here."""
    return model.dataset in WITH_DIGITS and model.input_shape == (28, 28, 1)


def _kind(model: Model) -> str:
    if reads_digits(model):
        return DIGITS
    if not model.dataset:  # it was brought in, and is for images that are not on this server: which, nobody knows
        return f"{sides(model.input_shape)} {trace(model.network).output_shape[-1]}"
    return f"{model.dataset} {sides(model.input_shape[:2])}"


def _kind_name(model: Model, datasets: Mapping[str, str]) -> str:
    if _kind(model) == DIGITS:
        return _("digits")
    if not model.dataset:
        facts = {"size": sides(model.input_shape), "n": trace(model.network).output_shape[-1]}
        return _("other images of {size}, {n} classes", **facts)
    return f"{datasets.get(model.dataset, model.dataset)}, {sides(model.input_shape[:2])}"


def chosen_models(models: Sequence[Model], key: str) -> dict[str, Model]:
    """A box to choose up to four of `models` in; those by their titles."""
    by_key = {model.key: model for model in models}
    titles = model_titles(models)
    ready = [model for model in models if model.key in READY_MADE]
    keys = st.multiselect(
        _("Networks"),
        list(by_key),
        default=asked_all("models", _first_choice(by_key), list(by_key), key),
        format_func=lambda key: titles.get(key, key),
        max_selections=MOST_MODELS,
        key=key,
        persist_state="session",
        placeholder=_("Choose networks"),
        help=_how_well(ready, titles) if ready else None,
    )
    carry(models=keys)
    return {titles[key]: by_key[key] for key in keys}


def _how_well(ready: Sequence[Model], titles: Mapping[str, str]) -> str:
    """What the ready-made models were trained on, and how many digits that they never saw they read right."""
    told = _(
        "The ready-made networks were trained on MNIST's 60,000 training digits, each varied a little; the bundled "
        "digits are some of them. Correct predictions for MNIST's 10,000 test digits, which they never saw:"
    )
    shares = [f"- {titles[model.key]}: {model.accuracy:.1%}" for model in ready if model.accuracy is not None]
    return "\n".join([told, "", *shares])


def model_title(model: Model) -> str:
    """What it is called on a page."""
    return _(READY_MADE[model.key]) if model.key in READY_MADE else model.title


def model_titles(models: Iterable[Model]) -> dict[str, str]:
    """Title by key; models of the same name are told apart by the beginning of their key, as a box must: it would take
    the first of two that are called alike for the one that was chosen."""
    named = {model.key: model_title(model) for model in models}
    names = list(named.values())
    return {key: name if names.count(name) == 1 else f"{name} ({key[:6]})" for key, name in named.items()}


def _first_choice(models: Mapping[str, Model]) -> list[str]:
    linked = ASKED.get()
    if linked and linked in models:
        return [linked]
    first = list(models)[:3]  # the ready-made ones and the newest run
    return sorted(first, key=lambda key: models[key].network.family)


def class_names(model: Model) -> Sequence[str]:
    """The names of what the model tells apart; numbers when its data set is gone, or has changed."""
    classes = trace(model.network).output_shape[-1]
    entry = services.entry(model.dataset)
    return entry.class_names if entry and len(entry.class_names) == classes else list(map(str, range(classes)))
