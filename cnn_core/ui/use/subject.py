"""What is looked into: a trained network, one of its layers, and an image."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnn_core.data.datasets import BUNDLED, Dataset
from cnn_core.design.network import Network
from cnn_core.design.shapes import LayerReport
from cnn_core.engine.work.base import Key, data_key
from cnn_core.errors import DataError
from cnn_core.exchange.weights import built
from cnn_core.language import _
from cnn_core.runs.models import Model
from cnn_core.runs.run import Run
from cnn_core.ui import pages
from cnn_core.ui.components.network.words import layer_name
from cnn_core.ui.kit import services, session
from cnn_core.ui.kit.errors import BROKEN, errors_told
from cnn_core.ui.kit.sample import choose_sample
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.sharing import asked, carry, follow
from cnn_core.ui.use.models import WITH_DIGITS, model_titles

LAYER: Slot[int | None] = Slot("inside.layer", None)
"""Of each model, the place of the layer that is chosen in the box."""


@dataclass(frozen=True, eq=False)
class Subject:
    """A model, the report of one of its layers with maps, an image of (H, W, C) uint8, and the data it knows."""

    model: Model
    report: LayerReport
    image: np.ndarray
    data: Dataset
    data_key: Key

    @property
    def about(self) -> tuple[str, int, int]:
        """As all work of looking inside takes it."""
        return self.model.key, len(self.model.network.opened().layers), self.report.index

    @property
    def units(self) -> int:
        """How many maps the layer has."""
        return self.report.output_shape[-1]

    @property
    def key(self) -> str:
        """Sets it apart from others, whatever the image."""
        return f"{self.model.key}-{self.report.index}"


def choose_subject() -> Subject | None:
    """The choices; None, and the reason on the page, while there is nothing to look into."""
    follow("model", lambda _key: session.reset_widgets("inside-model"))  # whatever was chosen here before
    models = {model.key: model for model in services.models() if model.dataset and convolutions(model.network)}
    titles = model_titles(models.values())
    with st.container(horizontal=True, vertical_alignment="bottom"):
        key = st.selectbox(
            _("Network"),
            list(models),
            list(models).index(asked("model", next(iter(models)), list(models))),
            format_func=titles.__getitem__,
            key="inside-model",
            width=260,
            persist_state="session",
        )
        report = _choose_layer(models[key])
    carry(model=key, layer=report.index)
    name = BUNDLED if models[key].dataset in WITH_DIGITS else models[key].dataset
    data, image = None, None
    with errors_told(BROKEN, kind=DataError):
        data = services.dataset(name)
        image = choose_sample(data, "inside", "test")
    if data is None or image is None:
        return None
    if data.input_shape != models[key].input_shape:
        st.info(_("The data set of this network has changed since it was trained."), icon=":material/inbox:")
        return None
    return Subject(models[key], report, image, data, data_key(services.catalogue(), name))


def way_inside(run: Run) -> None:
    """Links, for a run whose network can be looked into, on the data that it knows."""
    if run.recipe.pixel_order is None and convolutions(run.network) and services.entry(run.dataset):
        at = {"model": run.id}
        st.page_link(pages.INSIDE, label=_("Look inside"), icon=":material/search:", query_params=at)
        past = at | {"view": "epochs"}
        st.page_link(pages.INSIDE, label=_("Time machine"), icon=":material/history:", query_params=past)


def convolutions(network: Network) -> list[LayerReport]:
    """Of the layers that can be looked into."""
    return [report for report in built(network.opened()).reports if report.layer.kind == "convolution"]


def layer_title(report: LayerReport) -> str:
    """Its place, its type, and how many maps it has."""
    count = report.output_shape[-1]
    return _("{number}: {type}, {count} maps", number=report.index + 1, type=layer_name(report.layer), count=count)


def _choose_layer(model: Model) -> LayerReport:
    reports = {report.index: report for report in convolutions(model.network)}
    places, key = list(reports), LAYER.of(model.key).key
    place = st.selectbox(
        _("Layer"),
        places,
        places.index(asked("layer", places[-1], places, key)),
        format_func=lambda place: layer_title(reports[place]),
        key=key,
        width=220,
        persist_state="session",
    )
    return reports[place]
