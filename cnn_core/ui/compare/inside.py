"""Inside both networks of a duel: what each lays over an image first, and where it looks when only one is right."""

import base64
from collections.abc import Sequence
from io import BytesIO

import numpy as np
import streamlit as st
from PIL import Image

from cnn_core.compare.plan import Duel
from cnn_core.compare.report import Contested, Report
from cnn_core.engine.work.pointed import Looker, Pointed
from cnn_core.exchange.weights import built, first_filters
from cnn_core.figures.heat import filter_picture, overlay
from cnn_core.figures.images import enlarged
from cnn_core.language import _
from cnn_core.runs.models import Model
from cnn_core.ui.compare.board import pair_of
from cnn_core.ui.compare.drag import Pair
from cnn_core.ui.kit import services
from cnn_core.ui.kit.errors import errors_told
from cnn_core.ui.kit.living import model_weights
from cnn_core.ui.kit.pictures import GAP, sheet
from cnn_core.ui.kit.wording import literal

FILTERS, FILTER = 16, 44  # how many, and their side in px
OF_EACH, SIDE = 3, 76  # images that only one side predicts right, and their side in px


def inside_board(report: Report, duel: Duel) -> None:
    """The first filters of both, then the images that only one reads right, with what counted for either."""
    with errors_told():
        pair = pair_of(report, duel)
        if pair is None:
            return
        for column, model in zip(st.columns(2, gap="medium"), pair, strict=True):
            with column:
                _filters(model)
        _looks(report, pair)


def _filters(model: Model) -> None:
    st.markdown(_("**First filters of {network}**", network=literal(model.title)))
    filters = first_filters(model_weights(model.key), model.network.opened(), FILTERS)
    if filters is None:
        st.caption(_("Its first layer has no filters that can be seen."))
        return
    count = filters.shape[-1]
    strongest = float(np.abs(filters).max()) or 1.0
    pictures = [filter_picture(filters[..., unit] / strongest, FILTER) for unit in range(count)]
    sheet(pictures, [], [_("Filter {number}", number=unit + 1) for unit in range(count)], FILTER)


def _looks(report: Report, pair: Pair) -> None:
    """Two rows: the images that only the first reads right, and those that only the second does."""
    chosen = [_only(report, right)[:OF_EACH] for right in (0, 1)]
    images = [image for row in chosen for image in row]
    if not images:
        st.caption(_("There is no test image that only one of them reads right."))
        return
    names = report.class_names
    labels = tuple(tuple(names.index(image.read[side]) for image in images) for side in (0, 1))
    pixels = np.stack([_pixels(image, pair[0].input_shape) for image in images])
    heats = services.ask(Pointed(tuple(map(_looker, pair)), pixels, labels))
    start = 0
    for right, row in enumerate(chosen):
        if row:
            st.markdown(_("**Only {network} predicts these right**", network=literal(pair[right].title)))
            places = range(start, start + len(row))
            with st.grid(OF_EACH, min_column_width=3 * (SIDE + GAP)):
                for place in places:
                    _one(images[place], pixels[place], heats[:, place], pair)
        start += len(row)
    st.caption(
        _(
            "Of each three: the image, then in warm colours what counted for {first}, then for {second}. Below stands "
            "the class that each read. With maps this is Grad-CAM on the last convolution, without maps saliency.",
            first=literal(pair[0].title),
            second=literal(pair[1].title),
        )
    )


def _only(report: Report, right: int) -> list[Contested]:
    return [image for image in report.pictures if image.read[right] == image.true]


def _pixels(image: Contested, shape: tuple[int, int, int]) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(base64.b64decode(image.png)))).reshape(shape)


def _looker(model: Model) -> Looker:
    reports = built(model.network.opened()).reports
    places = [report.index for report in reports if report.layer.kind == "convolution"]
    return Looker(model.key, len(model.network.opened().layers), places[-1] if places else None)


def _one(image: Contested, pixels: np.ndarray, heats: Sequence[np.ndarray], pair: Pair) -> None:
    """The image, and over it what counted for either side."""
    pictures = [enlarged(pixels, max(1, SIDE // len(pixels))), *(overlay(pixels, heat, SIDE) for heat in heats)]
    captions = [image.true, *image.read]
    alts = [_("Test image: {true}", true=image.true)]
    for model, read in zip(pair, image.read, strict=True):
        alts.append(_("What counts for {read}, as {network} reads it", read=read, network=model.title))
    sheet(pictures, list(map(literal, captions)), alts, SIDE)
